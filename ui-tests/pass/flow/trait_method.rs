//! Methods of a trait, in order: its own, and those of an implementation.

use tasklet_core::{TaskletFuture, must_await, tasklet};

trait Store: Clone + Send + 'static {
    fn put(&self, key: u32) -> TaskletFuture<u32>;

    #[tasklet]
    async fn put_both(self) -> u32 {
        let other = self.put(1);
        self.put(2).await + other.await
    }

    #[must_await]
    fn put_twice(&self) {
        self.put(1).defer();
        self.put(2).defer();
    }
}

#[derive(Clone)]
struct Memory;

#[must_await]
impl Store for Memory {
    fn put(&self, key: u32) -> TaskletFuture<u32> {
        let first = TaskletFuture::ready(key);
        let second = TaskletFuture::ready(first.get_result());
        second.map(|key| key + 1)
    }
}

#[must_await]
fn over_any(store: &dyn Fn(u32) -> TaskletFuture<u32>) -> u32 {
    store(1).get_result()
}

fn main() {
    assert_eq!(Memory.put_both().get_result(), 5);
    Memory.put_twice();
    assert_eq!(over_any(&|key| Memory.put(key)), 2);
}

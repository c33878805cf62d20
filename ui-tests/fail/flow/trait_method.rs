//! Methods of a trait: its own, and those of an implementation.

use tasklet_core::{TaskletFuture, must_await, tasklet};

trait Store: Clone + Send + 'static {
    fn put(&self, key: u32) -> TaskletFuture<u32>;

    #[tasklet]
    async fn put_both(self) -> u32 {
        let other = self.put(1);
        self.put(2).await
    }

    #[must_await]
    fn put_twice(&self) {
        self.put(1);
    }
}

#[derive(Clone)]
struct Memory;

#[must_await]
impl Store for Memory {
    fn put(&self, key: u32) -> TaskletFuture<u32> {
        let first = TaskletFuture::ready(key);
        TaskletFuture::ready(key)
    }
}

fn main() {}

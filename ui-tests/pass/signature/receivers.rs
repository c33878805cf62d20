//! Methods, associated functions, and traits.

use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[derive(Default, Clone)]
struct Store {
    name: String,
    count: u32,
}

impl Store {
    #[tasklet]
    async fn open(name: String) -> Self {
        ready(Self { name, count: 0 }).await
    }

    #[tasklet]
    async fn into_name(self) -> String {
        ready(()).await;
        self.name
    }

    #[tasklet]
    async fn counted(mut self) -> Self {
        self.count += 1;
        ready(()).await;
        self
    }

    #[tasklet]
    async fn shared(self: Arc<Self>, more: u32) -> u32 {
        ready(self.count + more).await
    }

    #[tasklet]
    async fn boxed(mut self: Box<Self>) -> u32 {
        self.count += 1;
        self.count
    }

    #[tasklet]
    async fn pinned(self: Pin<Box<Self>>) -> u32 {
        ready(self.count).await
    }

    #[tasklet(?Send)]
    async fn local(self: Rc<Self>) -> u32 {
        ready(self.count).await
    }

    #[synctasklet]
    async fn borrowed(&self) -> &str {
        ready(()).await;
        &self.name
    }

    #[synctasklet]
    async fn changed(&mut self, more: &u32) -> u32 {
        ready(()).await;
        self.count += *more;
        self.count
    }

    #[toplevel]
    fn handled(&mut self) -> u32 {
        self.count += 1;
        self.count
    }
}

trait Fetch: Sized + Send + Sync + 'static {
    const NAME: &'static str;
    type Item: Send + 'static;

    #[tasklet]
    async fn fetch(self: Arc<Self>, key: u32) -> Option<Self::Item>;

    #[tasklet]
    async fn fetch_two(self: Arc<Self>, key: u32) -> (Option<Self::Item>, Option<Self::Item>) {
        let first = Arc::clone(&self).fetch(key);
        let second = self.fetch(key + 1);
        (first.await, second.await)
    }

    #[tasklet]
    async fn name() -> &'static str {
        Self::NAME
    }

    #[synctasklet]
    async fn flush(&self, _reason: &str) -> usize {
        Self::NAME.len()
    }
}

impl Fetch for Store {
    const NAME: &'static str = "store";
    type Item = u32;

    #[tasklet]
    async fn fetch(self: Arc<Self>, key: u32) -> Option<u32> {
        ready(()).await;
        (key < self.count).then_some(key)
    }
}

trait Object: Send + Sync {
    #[tasklet]
    async fn count(self: Arc<Self>) -> u32;
}

impl Object for Store {
    #[tasklet]
    async fn count(self: Arc<Self>) -> u32 {
        ready(self.count).await
    }
}

struct Pair<T, const N: usize>([T; N]);

impl<T: Send + Clone + 'static, const N: usize> Pair<T, N> {
    #[tasklet]
    async fn first<F>(self, otherwise: F) -> T
    where
        F: FnOnce() -> T + Send + 'static,
    {
        ready(()).await;
        self.0.first().cloned().unwrap_or_else(otherwise)
    }
}

fn main() {
    let mut store = Store::open("name".to_owned()).get_result();
    assert_eq!(store.clone().into_name().get_result(), "name");
    store = store.counted().get_result();
    let shared = Arc::new(store.clone());
    assert_eq!(Arc::clone(&shared).shared(1).get_result(), 2);
    assert_eq!(Box::new(store.clone()).boxed().get_result(), 2);
    assert_eq!(Box::pin(store.clone()).pinned().get_result(), 1);
    assert_eq!(Rc::new(store.clone()).local().get_result(), 1);
    assert_eq!(store.borrowed(), "name");
    assert_eq!(store.changed(&1), 2);
    assert_eq!(store.handled(), 3);
    assert_eq!(Arc::clone(&shared).fetch_two(0).get_result(), (Some(0), None));
    assert_eq!(Store::name().get_result(), "store");
    assert_eq!(store.flush(""), 5);
    let object: Arc<dyn Object> = shared;
    assert_eq!(object.count().get_result(), 1);
    assert_eq!(Pair([7, 8]).first(|| 0).get_result(), 7);
}

//! Methods with `self: Arc<Self>` and their kin, in order.

use std::sync::Arc;

use tasklet_core::{must_await, synctasklet, tasklet};

#[derive(Default)]
struct Store {
    count: u32,
}

impl Store {
    #[tasklet]
    async fn put(self: Arc<Self>, key: u32) -> u32 {
        std::future::ready(key).await + self.count
    }

    #[tasklet]
    async fn post(self: Arc<Self>) -> u32 {
        let profile = self.clone().put(1);
        self.put(2).await + profile.await
    }

    #[tasklet]
    async fn ignores_itself(self: Arc<Self>) -> u32 {
        std::future::ready(1).await
    }
}

#[must_await]
impl Store {
    const KEY: u32 = 2;

    fn post_blocking(self: &Arc<Self>) -> u32 {
        Arc::clone(self).put(1).defer();
        let future = Arc::clone(self).put(Self::KEY);
        if future.done() { future.get_result() } else { future.get_result() + 1 }
    }

    fn consumed(self) -> u32 {
        self.count
    }
}

impl Store {
    #[synctasklet]
    async fn post_and_wait(self: &Arc<Self>, wanted: bool) -> Option<u32> {
        wanted.then_some(())?;
        let future = self.clone().put(1);
        Some(future.await)
    }
}

fn main() {
    let store = Arc::new(Store::default());
    assert_eq!(store.clone().post().get_result(), 3);
    assert_eq!(store.clone().ignores_itself().get_result(), 1);
    assert_eq!((store.post_blocking(), store.post_and_wait(true)), (2, Some(1)));
    assert_eq!(Store::default().consumed(), 0);
}

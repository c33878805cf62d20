//! Methods with `self: Arc<Self>` and their kin.

use std::sync::Arc;

use tasklet_core::{must_await, synctasklet, tasklet};

struct Store;

impl Store {
    #[tasklet]
    async fn put(self: Arc<Self>, key: u32) -> u32 {
        std::future::ready(key).await
    }

    #[tasklet]
    async fn post(self: Arc<Self>) -> u32 {
        let profile = self.clone().put(1);
        self.put(2).await
    }
}

#[must_await]
impl Store {
    fn post_blocking(self: &Arc<Self>) -> u32 {
        Arc::clone(self).put(1);
        let future = Arc::clone(self).put(2);
        if future.done() { future.get_result() } else { 0 }
    }
}

impl Store {
    #[synctasklet]
    async fn post_and_wait(self: &Arc<Self>, wanted: bool) -> Option<u32> {
        let future = self.clone().put(1);
        wanted.then_some(())?;
        Some(future.await)
    }
}

fn main() {}

//! An `Option` of a future, matched.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn matched(future: Option<TaskletFuture<u32>>) -> u32 {
    match future {
        Some(future) => future.await,
        None => 0,
    }
}

fn main() {
    assert_eq!(matched(Some(start(1))).get_result() + matched(None).get_result(), 1);
}

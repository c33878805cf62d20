//! Passed by value to a function that awaits it.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
async fn plain(future: TaskletFuture<u32>) -> u32 {
    future.await
}

#[tasklet]
async fn started(future: TaskletFuture<u32>) -> u32 {
    future.await
}

#[must_await]
async fn generic<F: IntoFuture<Output = u32>>(future: F) -> u32 {
    future.await
}

#[synctasklet]
async fn main() {
    let (one, two, three) = (start(1), start(2), start(3));
    assert_eq!(plain(one).await + started(two).await + generic(three).await, 6);
}

//! A plain function returns it, with a name, with `return`, and in a pair.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn named(first: bool) -> TaskletFuture<u32> {
    let future = start(1);
    if first {
        return future;
    }
    println!("{future:?}");
    future
}

#[must_await]
fn counted() -> (u32, Option<TaskletFuture<u32>>) {
    let future = start(1);
    (1, Some(future))
}

#[must_await]
fn opaque() -> impl IntoFuture<Output = u32> {
    start(2)
}

#[synctasklet]
async fn main() {
    assert_eq!(named(true).await + named(false).await, 2);
    let (count, future) = counted();
    assert_eq!(count + future.unwrap().await, 2);
    assert_eq!(opaque().await, 2);
}

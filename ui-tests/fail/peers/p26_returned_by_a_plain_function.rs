//! A plain function returns the future: its callers owe it all the same.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

fn helper() -> TaskletFuture<u32> {
    start(1)
}

fn counted() -> (u32, TaskletFuture<u32>) {
    (1, start(1))
}

fn boxed() -> Box<dyn Fn() -> TaskletFuture<u32>> {
    Box::new(helper)
}

#[must_await]
fn main() {
    helper();
    let (_count, _) = counted();
    let (_count, _future) = counted();
    boxed()();
}

//! A parameter is a future, and the body does not await it.

use tasklet_core::prelude::*;

#[tasklet]
async fn later(gate: TaskletFuture<u32>, key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn on_one_branch(gate: TaskletFuture<u32>, key: u32) -> u32 {
    if key == 0 { gate.await } else { key }
}

#[must_await]
fn unnamed(_: TaskletFuture<u32>, (key, _): (u32, Option<TaskletFuture<u32>>)) -> u32 {
    key
}

#[must_await]
fn all_of_them(futures: Vec<TaskletFuture<u32>>) -> usize {
    futures.len()
}

fn main() {}

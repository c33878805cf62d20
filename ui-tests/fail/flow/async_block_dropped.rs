//! An `async` block takes the future, and is never awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn never_awaited() {
    let future = put(1);
    let later = async move { future.await + 1 };
}

#[tasklet]
async fn awaited_on_one_branch(wanted: bool) -> u32 {
    let future = put(1);
    let later = async { future.await + 1 };
    if wanted { later.await } else { 0 }
}

#[tasklet]
async fn a_statement() {
    let future = put(1);
    let _ = async move { future.await };
}

fn main() {}

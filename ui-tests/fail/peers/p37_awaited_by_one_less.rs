//! An `async` block that returns a future is awaited, and its result is not.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn start_another(key: u32) -> TaskletFuture<u32> {
    start(std::future::ready(key).await)
}

#[tasklet]
async fn a_block() {
    let _result = async { start(1) }.await;
}

#[tasklet]
async fn a_tasklet() {
    start_another(1).await;
    let _result = start_another(2).await;
}

fn main() {}

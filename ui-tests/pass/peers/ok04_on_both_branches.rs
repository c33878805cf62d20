//! Awaited on both branches.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn either(first: bool) -> u32 {
    let future = start(1);
    if first {
        future.await
    } else {
        let result = future.await;
        result + 1
    }
}

fn main() {
    assert_eq!(either(true).get_result() + either(false).get_result(), 3);
}

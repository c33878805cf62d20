//! Bound to a name, then awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let future = start(1);
    let result = future.await;
    assert_eq!(result, 1);
}

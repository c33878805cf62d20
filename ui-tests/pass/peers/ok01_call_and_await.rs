//! Started and awaited in one expression.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    assert_eq!(start(1).await, 1);
    start(1).await;
    let _ = start(1).await;
}

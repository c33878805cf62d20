//! Collected into a list, and joined.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let futures: Vec<_> = (1..4).map(start).collect();
    assert_eq!(futures.join_all().await, [1, 2, 3]);
    assert_eq!((1..4).map(start).collect::<Vec<_>>().join_all().await.len(), 3);
}

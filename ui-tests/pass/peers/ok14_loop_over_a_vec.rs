//! A loop over a list of futures.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let futures = vec![start(1), start(2)];
    let mut sum = 0;
    for future in futures {
        sum += future.await;
    }
    assert_eq!(sum, 3);
}

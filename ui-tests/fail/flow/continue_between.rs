//! A `continue` between the start and the await.

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn sum(keys: Vec<u32>) -> u32 {
    let mut sum = 0;
    for key in keys {
        let future = fetch(key);
        if key == 0 {
            continue;
        }
        sum += future.await;
    }
    sum
}

fn main() {}

//! A `break` between the start and the await.

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn sum(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for key in keys {
        let future = fetch(*key);
        if 10 < sum {
            break;
        }
        sum += future.await;
    }
    sum
}

fn main() {}

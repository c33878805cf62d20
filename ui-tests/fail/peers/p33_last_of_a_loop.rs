//! Each turn of the loop starts one, and only the last is awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn with_a_first_one() -> u32 {
    let mut future = start(0);
    for key in 1..3 {
        future = start(key);
    }
    future.await
}

#[tasklet]
async fn declared_before() -> u32 {
    let mut future;
    let mut key = 0;
    loop {
        future = start(key);
        key += 1;
        if key == 3 {
            break;
        }
    }
    future.await
}

fn main() {}

//! A `break` before the start, and one after the await.

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn sum(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for key in keys {
        if 10 < sum {
            break;
        }
        let future = fetch(*key);
        sum += future.await;
        if 100 < sum {
            break;
        }
    }
    sum
}

fn main() {
    assert_eq!(sum(&[1, 2, 3]), 6);
}

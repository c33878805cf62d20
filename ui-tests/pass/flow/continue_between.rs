//! A `continue` before the start, and one that has cancelled.

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn sum(keys: Vec<u32>) -> u32 {
    let mut sum = 0;
    for key in keys {
        if key == 0 {
            continue;
        }
        let future = fetch(key);
        if key == 1 {
            future.cancel();
            continue;
        }
        sum += future.await;
    }
    sum
}

fn main() {
    assert_eq!(sum(vec![0, 1, 2]).get_result(), 2);
}

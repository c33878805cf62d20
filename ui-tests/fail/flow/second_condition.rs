//! `if let Some(future) = … && more`: the future is dropped when the second part does not hold.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn without_else(wanted: bool, now: bool) -> u32 {
    let future = wanted.then(|| put(1));
    if let Some(future) = future
        && now
    {
        return future.await;
    }
    0
}

#[tasklet]
async fn in_a_loop(keys: Vec<u32>) -> u32 {
    let mut futures: Vec<_> = keys.into_iter().map(put).collect();
    let mut sum = 0;
    while let Some(future) = futures.pop()
        && sum < 10
    {
        sum += future.await;
    }
    sum
}

#[tasklet]
async fn in_a_guard(wanted: bool, now: bool) -> u32 {
    match wanted.then(|| put(1)) {
        Some(future) if now => future.await,
        _ => 0,
    }
}

fn main() {}

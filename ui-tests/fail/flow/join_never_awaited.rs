//! Futures are put together, and the whole is never awaited.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn of_a_list(keys: Vec<u32>) -> u32 {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    let all = futures.join_all();
    0
}

#[tasklet]
async fn of_a_pair(wanted: bool) -> u32 {
    let both = (put(1), put(2)).join_all();
    if wanted { both.await.0 } else { 0 }
}

#[tasklet]
async fn a_statement() {
    [put(1), put(2)].join_all();
    put(3).into_future();
    put(4).timeout(Duration::ZERO);
}

#[tasklet]
async fn any_of_them() {
    let first = wait_any([put(1), put(2)]);
}

fn main() {}

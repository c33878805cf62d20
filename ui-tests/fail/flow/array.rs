//! An array of futures that is only looked at, or thrown away.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> usize {
    [put(1), put(2)];
    let futures = [put(3), put(4)];
    let [first, _] = [1, 2].map(put);
    first.await;
    futures.len()
}

fn main() {}

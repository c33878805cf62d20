//! An array of futures that is joined, or taken apart.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> u32 {
    let futures = [put(3), put(4)];
    let [first, second] = [1, 2].map(put);
    let [number, ..] = [10, 20];
    let [three, four] = futures.join_all().await;
    number + three + four + first.await + second.await
}

fn main() {
    assert_eq!(post().get_result(), 20);
}

//! `_ =` drops the future at once.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
async fn post() {
    _ = put(1);
    let kept;
    (_, kept) = (put(2), put(3));
    kept.await;
}

fn main() {}

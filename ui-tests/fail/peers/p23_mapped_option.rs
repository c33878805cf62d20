//! `opt.map(start);`: whoever does not look sees no call.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn main() {
    Some(1).map(start);
    let keys = vec![1, 2];
    keys.first().copied().map(start).is_some();
}

//! Some arms of a `match` await, and others do not.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn post(count: u32) -> u32 {
    let profile = put(1);
    match count {
        0 => profile.await,
        1 => profile.await + 1,
        2 if profile.done() => 2,
        _ => count,
    }
}

fn main() {}

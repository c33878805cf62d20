//! The last clone of a shared future is dropped.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn none_is_awaited() -> bool {
    let shared = put(1).shared();
    let again = shared.clone();
    shared.done() && again.done()
}

#[tasklet]
async fn on_one_branch(wanted: bool) -> u32 {
    let shared = put(1).shared();
    if wanted { shared.clone().await } else { 0 }
}

#[tasklet]
async fn at_once() {
    put(1).shared();
    put(2).shared().clone();
}

fn main() {}

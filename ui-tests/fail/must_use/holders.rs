//! What holds a tasklet's future is as binding as the future, where no attribute looks, too.
#![deny(unused_must_use)]

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

async fn post() {
    put(1).into_future();
    put(2).shared();
    put(3).timeout(Duration::ZERO);
    (put(4), put(5)).join_all();
    vec![put(6), put(7)].try_join_all();
    wait_any(vec![put(9)]);
    { put(10) };
    if true { put(11) } else { put(12) };
}

fn main() {
    tasklet_core::block_on(post());
}

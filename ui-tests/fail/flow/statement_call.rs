//! A call that stands as a statement: its future is dropped where it is made.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post(wanted: Option<u32>) {
    put(1);
    wanted.map(put);
    put(2).await;
}

fn main() {}

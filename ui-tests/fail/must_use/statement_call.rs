//! A handle that nobody takes, in functions without an attribute: rustc's own lint.
#![deny(unused_must_use)]

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn put(key: u32) -> u32 {
    ready(()).await;
    key
}

#[tasklet(?Send)]
async fn put_local(key: u32) -> u32 {
    key
}

async fn post() {
    put(1);
    put_local(2);
}

fn main() {
    tasklet_core::block_on(post());
    put(3);
}

//! Row 1 of the guarantee: a handle that nobody takes.
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

#[tasklet]
async fn post() {
    put(1);
    put_local(2);
}

fn main() {
    post();
}

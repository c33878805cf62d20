//! `drop` is no way to use a future up.

use std::mem;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn post() {
    drop(put(1));
    let user = put(2);
    drop(user);
    let profile = put(3);
    mem::drop(profile);
    let both = (put(4), put(5));
    std::mem::drop(both);
}

fn main() {}

//! A name that begins with an underscore silences rustc, and the future is dropped all the same.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn post() -> u32 {
    let _profile = put(1);
    put(2).await
}

fn main() {}

//! One branch of an `if` awaits, and the other does not.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn no_else(wanted: bool) -> u32 {
    let profile = put(1);
    if wanted {
        return profile.await;
    }
    2
}

#[tasklet]
async fn an_else_without(wanted: bool) -> u32 {
    let profile = put(1);
    if wanted { profile.await } else { 2 }
}

#[tasklet]
async fn only_if_both(wanted: bool) -> bool {
    let profile = put(1);
    wanted && profile.await == 1
}

fn main() {}

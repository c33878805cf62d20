//! A `return` between the start and the await.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post(name: &str) -> u32 {
    let profile = put(1);
    if name.is_empty() {
        return 0;
    }
    profile.get_result()
}

fn main() {}

//! A future that has a name, and that nobody ever mentions again.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post() -> u32 {
    let profile = put(1);
    let user = put(2);
    user.get_result()
}

fn main() {}

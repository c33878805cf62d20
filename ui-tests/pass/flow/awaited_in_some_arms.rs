//! Each arm of a `match` awaits, or never comes back.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn post(count: u32) -> u32 {
    let profile = put(1);
    match count {
        0 => profile.await,
        1 => profile.await + 1,
        2 if profile.done() => profile.await + 2,
        3..10 => {
            profile.defer();
            count
        }
        _ => panic!("so many"),
    }
}

fn main() {
    assert_eq!(tasklet_core::block_on(post(2)), 3);
    assert_eq!(tasklet_core::block_on(post(3)), 3);
}

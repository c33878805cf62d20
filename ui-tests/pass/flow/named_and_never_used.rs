//! Each future that has a name is waited for.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post() -> u32 {
    let profile = put(1);
    let user = put(2);
    user.get_result() + profile.get_result()
}

fn main() {
    assert_eq!(post(), 3);
}

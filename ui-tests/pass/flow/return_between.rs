//! What may return at once does so before anything is started.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn post(name: &str) -> u32 {
    if name.is_empty() {
        return 0;
    }
    let profile = put(1);
    if name == "nobody" {
        return profile.get_result() + 1;
    }
    profile.get_result()
}

fn main() {
    assert_eq!((post(""), post("a"), post("nobody")), (0, 1, 2));
}

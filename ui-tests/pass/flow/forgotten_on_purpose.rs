//! Other things may be leaked.

use std::mem::{self, ManuallyDrop};

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> u32 {
    let user = put(1);
    let profile = ManuallyDrop::new(vec![put(2).await]);
    let leaked: &'static mut u32 = Box::leak(Box::new(put(4).await));
    mem::forget(String::new());
    user.await + profile[0] + *leaked
}

fn main() {
    assert_eq!(post().get_result(), 7);
}

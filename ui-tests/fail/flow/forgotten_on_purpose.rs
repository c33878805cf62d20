//! What leaks a future keeps it from ever being awaited.

use std::mem::{self, ManuallyDrop};

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() {
    let user = put(1);
    mem::forget(user);
    std::mem::forget(put(2));
    let profile = put(3);
    let _kept = ManuallyDrop::new(profile);
    let _leaked = Box::leak(Box::new(put(4)));
    put(5).await;
}

fn main() {}

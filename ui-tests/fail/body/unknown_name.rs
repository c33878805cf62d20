//! Our names are not the user's.

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn fetch((a, b): (u32, u32), _: String) -> u32 {
    ready(()).await;
    drop(arg_);
    a + b
}

fn main() {}

//! A body that forgets its result.

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn awaits() -> u32 {
    ready(1).await;
}

#[tasklet]
async fn runs_inline() -> u32 {
    1;
}

#[tasklet]
async fn empty() -> u32 {}

fn main() {}

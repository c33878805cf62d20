//! The tail has the type of the signature.

use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
async fn awaits() -> u32 {
    ready(()).await;
    "one"
}

#[tasklet]
async fn runs_inline() -> u32 {
    "one"
}

#[synctasklet]
async fn blocks() -> u32 {
    "one"
}

#[toplevel]
async fn handles() -> u32 {
    "one"
}

#[toplevel]
fn handles_blocking() -> u32 {
    "one"
}

#[tasklet]
async fn nothing() {
    ready(()).await;
    1
}

fn main() {}

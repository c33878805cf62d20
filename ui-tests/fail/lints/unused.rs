//! What rustc says about an `async fn`, it says about a tasklet, once.
#![deny(unused)]

use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
pub async fn awaits(text: String, mut count: u32, (a, mut b): (u32, u32)) -> u32 {
    ready(()).await;
    count
}

#[tasklet]
pub async fn runs_inline(text: String, mut count: u32) -> u32 {
    let unused = 1;
    count
}

#[synctasklet]
pub async fn blocks(text: &str) {}

#[toplevel]
pub async fn handles(text: String) {}

#[toplevel]
pub fn handles_blocking(mut text: &str) {
    let _ = text;
}

#[tasklet]
async fn never_called() {
    return;
    ready(()).await;
}

struct Counter(u32);

impl Counter {
    #[tasklet]
    pub async fn count(mut self) -> u32 {
        ready(()).await;
        self.0
    }
}

fn main() {
    let _ = Counter(1).count();
}

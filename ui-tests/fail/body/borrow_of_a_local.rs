//! Errors about variables are shown where the user wrote them.

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn moved(text: String, count: u32) -> usize {
    drop(text);
    ready(()).await;
    count += 1;
    text.len()
}

fn main() {}

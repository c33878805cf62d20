//! Functions that are not exported, which rustc knows to be used or not.

use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
async fn started(number: u32) -> u32 {
    ready(number).await
}

#[tasklet]
async fn runs_inline(number: u32) -> u32 {
    number
}

#[synctasklet]
async fn blocks(text: &str) -> usize {
    ready(text.len()).await
}

#[toplevel]
async fn handles(number: u32) -> u32 {
    ready(number).await
}

#[toplevel]
fn handles_blocking(text: &str) -> usize {
    text.len()
}

/// Uses them all.
#[toplevel]
pub async fn all(number: u32, text: String) -> usize {
    let later = started(number);
    let sum = runs_inline(number).await + handles(number).await + later.await;
    blocks(&text) + handles_blocking(&text) + sum.to_string().len()
}

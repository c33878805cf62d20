//! Macros that return, between the start and the await.

use anyhow::{bail, ensure};
use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn bails(name: String) -> anyhow::Result<u32> {
    let future = put(1);
    if name.is_empty() {
        bail!("no name");
    }
    Ok(future.await)
}

#[tasklet]
async fn ensures(name: String) -> anyhow::Result<u32> {
    let future = put(1);
    ensure!(!name.is_empty(), "no name");
    Ok(future.await)
}

#[tasklet]
async fn ensures_by_path(name: String) -> anyhow::Result<u32> {
    let future = put(1);
    anyhow::ensure!(name.len() < 10, "{name} is long");
    Ok(future.await)
}

fn main() {}

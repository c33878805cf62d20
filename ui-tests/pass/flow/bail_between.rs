//! Macros that return, before the start or after the await; and some that never return.

use anyhow::{bail, ensure};
use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn bails(name: String) -> anyhow::Result<u32> {
    if name.is_empty() {
        bail!("no name");
    }
    let future = put(1);
    let result = future.await;
    ensure!(result == 1, "{result} for {name}");
    Ok(result)
}

#[tasklet]
async fn ensures(name: String) -> anyhow::Result<u32> {
    ensure!(!name.is_empty(), "no name");
    let future = put(1);
    assert!(name.len() < 10, "{name} is long");
    if name == "nobody" {
        panic!("{name}");
    }
    anyhow::Ok(future.await)
}

fn main() {
    assert_eq!(bails("a".to_owned()).get_result().unwrap(), 1);
    assert_eq!(ensures("a".to_owned()).get_result().unwrap(), 1);
}

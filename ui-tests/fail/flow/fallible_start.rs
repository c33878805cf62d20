//! A `Result` that may hold a future is dropped: its `Ok` would have been a future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn try_put(key: u32) -> Result<TaskletFuture<u32>, String> {
    if key == 0 { Err("no key".to_owned()) } else { Ok(put(key)) }
}

#[tasklet]
async fn only_asked() -> bool {
    let started = try_put(1);
    started.is_ok()
}

#[tasklet]
async fn without_its_error() {
    try_put(1).ok();
    let _ = try_put(2);
}

#[tasklet]
async fn unwrapped_and_dropped() -> Result<(), String> {
    try_put(1)?;
    Ok(())
}

fn main() {}

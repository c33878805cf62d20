//! What the programs start, and what may end them early.

use tasklet_core::{LocalTaskletFuture, TaskletFuture, tasklet};

/// A future that is owed.
#[tasklet]
pub async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

/// One that stays on its thread.
#[tasklet(?Send)]
pub async fn start_local(key: u32) -> u32 {
    std::future::ready(key).await
}

/// One of a fallible tasklet.
#[tasklet]
pub async fn start_fallible(key: u32) -> Result<u32, String> {
    std::future::ready(key.checked_add(1).ok_or_else(|| "too large".to_owned())).await
}

/// Starts for even keys only.
pub fn start_even(key: u32) -> Option<TaskletFuture<u32>> {
    (key % 2 == 0).then(|| start(key))
}

/// Starts for even keys, or says why not.
pub fn try_start(key: u32) -> Result<TaskletFuture<u32>, String> {
    start_even(key).ok_or_else(|| format!("{key} is odd"))
}

/// What may fail.
pub fn parse(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// Something that takes its time.
pub async fn pause() {
    futures_lite::future::yield_now().await;
}

/// A local future of a key.
pub fn local(key: u32) -> LocalTaskletFuture<u32> {
    start_local(key)
}

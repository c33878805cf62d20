//! What an iterator starts is dropped by who only counts it.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn count(keys: &[u32]) -> usize {
    keys.iter().copied().map(start).count()
}

#[must_await]
fn last(keys: Vec<TaskletFuture<u32>>) -> Option<TaskletFuture<u32>> {
    keys.into_iter().skip(1).last()
}

#[tasklet]
async fn all(keys: Vec<u32>) {
    keys.into_iter().map(start).enumerate().for_each(drop);
}

fn main() {
    let last = last(vec![start(1)]).map(TaskletFuture::get_result);
    assert!(last.is_none());
    count(&[]);
    all(Vec::new()).get_result();
}

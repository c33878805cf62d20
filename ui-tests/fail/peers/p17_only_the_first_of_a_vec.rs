//! A list of futures of which only the first is awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn by_its_iterator() -> Option<u32> {
    let futures = vec![start(1), start(2)];
    let first = futures.into_iter().next()?;
    Some(first.await)
}

#[tasklet]
async fn by_its_place() -> u32 {
    let mut futures = vec![start(1), start(2)];
    futures.remove(0).await
}

#[tasklet]
async fn by_a_name() -> Option<u32> {
    let mut futures = vec![start(1), start(2)].into_iter();
    Some(futures.next()?.await)
}

fn main() {}

//! The first of a list is awaited, and the rest is joined.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn by_its_iterator() -> Option<u32> {
    let mut futures = vec![start(1), start(2)].into_iter();
    let first = futures.next();
    let rest: Vec<_> = futures.collect();
    let rest = rest.join_all().await.len() as u32;
    Some(first?.await + rest)
}

#[tasklet]
async fn by_its_place() -> u32 {
    let mut futures = vec![start(1), start(2)];
    let first = futures.remove(0).await;
    first + futures.join_all().await.len() as u32
}

#[tasklet]
async fn the_first_of_one_that_starts() -> Option<u32> {
    let mut futures = [1, 2].into_iter().map(start);
    Some(futures.next()?.await)
}

fn main() {
    assert_eq!(by_its_iterator().get_result(), Some(2));
    assert_eq!(by_its_place().get_result(), 2);
    assert_eq!(the_first_of_one_that_starts().get_result(), Some(1));
}

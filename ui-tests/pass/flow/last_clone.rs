//! One clone of a shared future carries what is owed, and is awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn both() -> u32 {
    let shared = put(1).shared();
    let again = shared.clone();
    shared.await + again.await
}

#[tasklet]
async fn the_clone() -> u32 {
    let shared = put(1).shared();
    let again = shared.clone();
    again.await
}

#[tasklet]
async fn many() -> u32 {
    let shared = put(1).shared();
    let sums: Vec<_> = (0..3).map(|key| add(shared.clone(), key)).collect();
    sums.join_all().await.into_iter().sum()
}

#[tasklet]
async fn add(shared: SharedFuture<u32>, key: u32) -> u32 {
    shared.await + key
}

fn main() {
    assert_eq!(both().get_result(), 2);
    assert_eq!(the_clone().get_result(), 1);
    assert_eq!(many().get_result(), 6);
}

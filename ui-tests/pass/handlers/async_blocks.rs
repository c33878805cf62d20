//! Async blocks and async closures that own the futures they await.
#![forbid(warnings)]

use std::pin::{Pin, pin};
use std::sync::Arc;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(()).await;
    Ok(key)
}

#[must_await]
async fn try_block() -> u32 {
    let future = put(1);
    let result: Result<u32, String> = async {
        let two = put(2);
        let (one, two) = try_join!(future, two)?;
        Ok(one + two)
    }
    .await;
    result.unwrap_or(0)
}

#[must_await]
async fn spawned(name: Arc<str>) -> usize {
    let context = Context::current();
    let future = put(1);
    let spawned = context.spawn({
        let name = Arc::clone(&name);
        async move { name.len() + future.await.map_or(0, |one| one as usize) }
    });
    spawned.await + name.len()
}

#[must_await]
fn boxed(key: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    let future = put(key);
    Box::pin(async move { future.await.unwrap_or_default() })
}

#[must_await]
async fn pinned() -> u32 {
    let future = put(3);
    let later = async { future.await.unwrap_or_default() };
    let mut later = pin!(later);
    later.as_mut().await
}

#[must_await]
async fn lazily(is_wanted: bool) -> u32 {
    // Nothing is started before it is awaited, so nothing is owed when it is not.
    let later = async { put(4).await.unwrap_or_default() };
    if is_wanted { later.await } else { 0 }
}

#[must_await]
async fn async_closures(keys: &[u32]) -> u32 {
    let add = async |sum: u32, key: u32| {
        let future = put(key);
        sum + future.await.unwrap_or_default()
    };
    let mut sum = 0;
    for &key in keys {
        sum = add(sum, key).await;
    }
    sum
}

#[must_await]
async fn all_at_once(keys: Vec<u32>) -> u32 {
    let later = keys.into_iter().map(|key| async move {
        let future = put(key);
        future.await
    });
    let results = futures::future::join_all(later).await;
    results.into_iter().flatten().sum()
}

#[synctasklet]
async fn main() {
    assert_eq!(try_block().await, 3);
    assert_eq!(spawned("four".into()).await, 9);
    assert_eq!(boxed(2).await + pinned().await, 5);
    assert_eq!(lazily(true).await + lazily(false).await, 4);
    assert_eq!(async_closures(&[1, 2]).await + all_at_once(vec![1, 2]).await, 6);
}

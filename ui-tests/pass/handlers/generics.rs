//! Generic tasklets and helpers: over values, starters, iterators and sizes.
#![forbid(warnings)]

use std::fmt::Debug;
use std::hash::Hash;

use tasklet_core::prelude::*;

#[tasklet]
async fn pass<T: Send + 'static>(value: T) -> T {
    std::future::ready(()).await;
    value
}

#[tasklet]
async fn map_all<T, U, F>(values: Vec<T>, start: F) -> Vec<U>
where
    T: Send + 'static,
    U: Send + 'static,
    F: Fn(T) -> TaskletFuture<U> + Send + 'static,
{
    let mut futures = Vec::with_capacity(values.len());
    for value in values {
        let future = start(value);
        futures.push(future);
    }
    futures.join_all().await
}

#[tasklet]
async fn first_ok<T, E, const N: usize>(futures: [TaskletFuture<Result<T, E>>; N]) -> Option<T>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    let mut first = None;
    for future in futures {
        let result = future.await;
        if first.is_none() {
            first = result.ok();
        }
    }
    first
}

#[must_await]
async fn in_turn<I>(futures: I) -> Vec<<I::Item as IntoFuture>::Output>
where
    I: IntoIterator<Item: IntoFuture>,
{
    let mut results = Vec::new();
    for future in futures {
        results.push(future.await);
    }
    results
}

#[must_await]
fn keyed<K: Eq + Hash + Clone + Send + 'static>(keys: &[K]) -> Vec<(K, TaskletFuture<K>)> {
    keys.iter().map(|key| (key.clone(), pass(key.clone()))).collect()
}

#[must_await]
fn what_is_no_future<T, I: IntoIterator<Item = T>>(items: I, spare: T) -> usize {
    let mut count = 0;
    for _item in items {
        count += 1;
        if 10 < count {
            break;
        }
    }
    let _ = spare;
    count
}

#[must_await]
fn opaque(key: u32) -> impl IntoFuture<Output = u32> + Debug {
    let future = pass(key);
    if key == 0 {
        return future;
    }
    future.map(|key| key + 1)
}

#[synctasklet]
async fn main() {
    assert_eq!(map_all(vec![1, 2], pass).await, [1, 2]);
    assert_eq!(first_ok([pass(Err("a")), pass(Ok(2)), pass(Ok(3))]).await, Some(2));
    assert_eq!(in_turn(vec![pass(1), pass(2)]).await, [1, 2]);
    let mut sum = 0;
    for (key, future) in keyed(&[1, 2]) {
        sum += key * future.await;
    }
    assert_eq!(sum, 5);
    assert_eq!(what_is_no_future([1, 2, 3], 4), 3);
    assert_eq!(opaque(0).await + opaque(1).await, 2);
}

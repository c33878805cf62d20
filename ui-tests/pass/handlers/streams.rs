//! Streams of the `futures` crate: what they give is awaited, and they may be left at any time.
#![forbid(warnings)]

use std::pin::pin;

use futures::stream::{self, FuturesUnordered, Stream, StreamExt, TryStreamExt};
use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

#[must_await]
async fn one_at_a_time(limit: u32) -> u32 {
    let results = stream::iter(0..10).then(fetch_plainly);
    let mut results = pin!(results);
    let mut sum = 0;
    while let Some(result) = results.next().await {
        if limit < result {
            break;
        }
        sum += result;
    }
    sum
}

async fn fetch_plainly(key: u32) -> u32 {
    fetch(key).await
}

#[must_await]
async fn of_any(mut keys: impl Stream<Item = u32> + Unpin) -> Result<u32, String> {
    let mut sum = 0;
    while let Some(key) = keys.next().await {
        let future = fetch(key);
        if key == 9 {
            future.defer();
            return Err("nine".to_owned());
        }
        sum += future.await;
    }
    Ok(sum)
}

#[tasklet]
async fn unordered() -> u32 {
    let mut running = FuturesUnordered::new();
    for key in 0..4 {
        running.push(fetch(key).into_future());
    }
    let mut sum = 0;
    while let Some(result) = running.next().await {
        sum += result;
    }
    sum
}

#[tasklet]
async fn in_combinators() -> Result<u32, String> {
    let futures: Vec<_> = (0..4).map(fetch).collect();
    let results = stream::iter(futures).then(|future| async move { future.await });
    let sum = results.fold(0, |sum, result| async move { sum + result }).await;
    let parsed = stream::iter(["1", "2"]).map(|text| text.parse::<u32>().map_err(|_| "none"));
    let parsed: Vec<u32> = parsed.try_collect().await?;
    Ok(sum + parsed.len() as u32)
}

#[synctasklet]
async fn main() {
    assert_eq!(one_at_a_time(3).await, 6);
    assert_eq!(of_any(stream::iter([1, 2])).await, Ok(3));
    assert!(of_any(stream::iter([1, 9, 2])).await.is_err());
    assert_eq!((unordered().await, in_combinators().await), (6, Ok(8)));
}

//! Options and results of futures, and futures of options and results.
#![forbid(warnings)]

use tasklet_core::prelude::*;

type Started = TaskletFuture<Result<u32, String>>;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(()).await;
    Ok(key)
}

fn try_put(key: u32) -> Result<Started, String> {
    if key == 0 { Err("no key".to_owned()) } else { Ok(put(key)) }
}

fn maybe_put(key: u32) -> Option<Started> {
    try_put(key).ok()
}

#[tasklet]
async fn matched(key: u32) -> Result<u32, String> {
    match (maybe_put(key), try_put(key)) {
        (Some(one), Ok(two)) => {
            let (one, two) = try_join!(one, two)?;
            Ok(one + two)
        }
        (Some(one), Err(_)) | (None, Ok(one)) => one.await,
        (None, Err(error)) => Err(error),
    }
}

#[tasklet]
async fn nested(key: u32) -> Option<u32> {
    let future: Option<Result<Started, String>> = Some(try_put(key));
    match future {
        Some(Ok(future)) => future.await.ok(),
        Some(Err(_)) | None => None,
    }
}

#[tasklet]
async fn combined(key: u32) -> Result<u32, String> {
    let first = maybe_put(key).or_else(|| maybe_put(1)).ok_or("none")?;
    let first = first.await?;
    let second = maybe_put(key).unwrap_or_else(|| put(2)).await?;
    let third = maybe_put(key).map_or_else(|| put(3), |future| future);
    let fourth = try_put(key).unwrap_or_else(|error| TaskletFuture::ready(Err(error)));
    let third = third.await;
    let fourth = fourth.await;
    Ok(first + second + third? + fourth.unwrap_or(4))
}

#[tasklet]
async fn transposed(keys: Vec<u32>) -> Result<u32, String> {
    // The first error stops the starting; those that are started go on, and are waited for.
    let started: Vec<_> = keys.into_iter().map_while(maybe_put).collect();
    Ok(started.try_join_all().await?.iter().sum())
}

#[tasklet]
async fn parted(keys: Vec<u32>) -> (u32, usize) {
    let (mut futures, mut errors) = (Vec::new(), Vec::new());
    for key in keys {
        match try_put(key) {
            Ok(future) => futures.push(future),
            Err(error) => errors.push(error),
        }
    }
    let results = futures.join_all().await;
    (results.into_iter().flatten().sum(), errors.len())
}

#[tasklet]
async fn if_some_else(key: u32) -> u32 {
    let optional = maybe_put(key);
    if let Some(future) = optional {
        future.await.unwrap_or_default()
    } else if let Ok(future) = try_put(key + 1) {
        future.await.unwrap_or_default()
    } else {
        0
    }
}

fn main() {
    assert_eq!(matched(1).get_result(), Ok(2));
    assert_eq!(matched(0).get_result(), Err("no key".to_owned()));
    assert_eq!((nested(1).get_result(), nested(0).get_result()), (Some(1), None));
    assert_eq!(combined(0).get_result(), Ok(10));
    assert_eq!(transposed(vec![1, 2, 0, 3]).get_result(), Ok(3));
    assert_eq!(parted(vec![1, 2, 0, 3]).get_result(), (6, 1));
    assert_eq!(if_some_else(0).get_result(), 1);
}

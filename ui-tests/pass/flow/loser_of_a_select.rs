//! `wait_any` hands back who has lost the race; futures that owe nothing may race as they like.

use futures::FutureExt;
use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn the_first() -> u32 {
    let Some((first, rest)) = wait_any([put(1), put(2)]).await else { return 0 };
    for loser in rest {
        loser.cancel();
    }
    first.await
}

#[toplevel]
async fn one_after_the_other() -> u32 {
    let mut futures = vec![put(1), put(2)];
    let mut sum = 0;
    while let Some((first, rest)) = wait_any(futures).await {
        sum += first.await;
        futures = rest;
    }
    sum
}

#[toplevel]
async fn of_what_owes_nothing() -> u32 {
    let mut one = std::future::ready(1).fuse();
    let mut two = std::future::pending::<u32>().fuse();
    let first = futures::select! {
        one = one => one,
        two = two => two,
    };
    let future = put(first);
    let second = tokio::select! {
        two = std::future::ready(2) => two,
        _ = std::future::pending::<u32>() => 3,
    };
    future.await + second
}

#[toplevel]
async fn by_reference() -> u32 {
    let mut slow = put(1).into_future();
    tokio::select! {
        result = &mut slow => result,
        _ = std::future::pending::<u32>() => slow.await,
    }
}

#[synctasklet]
async fn main() {
    assert_eq!((the_first().await, one_after_the_other().await), (1, 3));
    assert_eq!((of_what_owes_nothing().await, by_reference().await), (3, 1));
}

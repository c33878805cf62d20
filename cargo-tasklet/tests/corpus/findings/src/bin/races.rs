//! Whoever loses a race is dropped.

use std::future::pending;
use std::time::Duration;

use findings::{local, start};
use futures::FutureExt;
use futures_lite::future::or;
use tasklet_core::{TaskletFuture, synctasklet, wait_any};

async fn by_select() -> u32 {
    let (one, two) = (start(1), start(2));
    tokio::select! { //~ dropped Awaiting<u32>
        one = one => one,
        two = two => two,
    }
}

async fn by_select_of_futures() -> u32 {
    let mut one = start(1).into_future().fuse();
    let mut two = pending::<u32>().fuse();
    // It may be the one that is ready, which owes nothing more: `Fuse` is another's, and drops it.
    futures::select! { //~ dropped Awaiting<u32>
        one = one => one,
        two = two => two,
    }
} //~ dropped Awaiting<u32>

async fn by_a_function() -> u32 {
    let race = futures::future::select(start(1).into_future(), start(2).into_future());
    race.await.factor_first().0 //~ dropped Awaiting<u32>
}

async fn of_many() -> u32 {
    let all = vec![start(1).into_future(), start(2).into_future()];
    futures::future::select_all(all).await.0 //~ dropped Awaiting<u32>
}

async fn by_or() -> u32 {
    or(start(1).into_future(), start(2).into_future()).await //~ dropped Awaiting<u32>
}

async fn by_timeout() -> u32 {
    tokio::time::timeout(Duration::ZERO, start(1)).await.unwrap_or_default() //~ dropped Awaiting<u32>
}

async fn by_our_timeout() -> u32 {
    start(1).timeout(Duration::ZERO).await.unwrap_or_default() //~ dropped TimedOut<TaskletFuture<u32>>
}

async fn by_wait_any() -> u32 {
    match wait_any([start(1), start(2)]).await {
        Some((first, _rest)) => first.await, //~ dropped TaskletFuture<u32>
        None => 0,
    }
}

async fn polled_once() -> bool {
    let mut one = start(1).into_future();
    futures_lite::future::poll_once(&mut one).await.is_some()
} //~ dropped Awaiting<u32>

fn awaiting() {
    let _awaiting = start(1).into_future();
} //~ dropped Awaiting<u32>

fn awaiting_of_a_local() {
    let _awaiting = local(1).into_future();
} //~ dropped LocalAwaiting<u32>

fn fallible(late: Option<TaskletFuture<u32>>) -> Result<u32, TaskletFuture<u32>> {
    late.map_or(Ok(0), Err) //~ dropped TaskletFuture<u32>
}

async fn late(one: Option<TaskletFuture<u32>>) -> u32 {
    fallible(one).unwrap_or_default() //~ dropped TaskletFuture<u32>
}

#[synctasklet]
async fn main() {
    by_select().await;
    by_select_of_futures().await;
    by_a_function().await;
    of_many().await;
    by_or().await;
    by_timeout().await;
    by_our_timeout().await;
    by_wait_any().await;
    polled_once().await;
    awaiting();
    awaiting_of_a_local();
    late(None).await;
}

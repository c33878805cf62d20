//! Whoever loses a race is dropped.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn of_tokio() -> u32 {
    let (one, two) = (put(1), put(2));
    tokio::select! {
        one = one => one,
        two = two => two,
    }
}

#[toplevel]
async fn by_a_function() -> u32 {
    let (one, two) = (put(1), put(2));
    let race = futures::future::select(one.into_future(), two.into_future());
    race.await.factor_first().0
}

#[toplevel]
async fn of_many() -> u32 {
    let futures = vec![put(1).into_future(), put(2).into_future()];
    futures::future::select_all(futures).await.0
}

fn main() {}

//! `if more && let Some(future) = …`: the future is taken when all else holds.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn asked_before_the_start(wanted: bool, now: bool) -> u32 {
    if now && let Some(future) = wanted.then(|| put(1)) {
        return future.await;
    }
    0
}

#[tasklet]
async fn two_futures(one: TaskletFuture<Option<u32>>, wanted: bool) -> u32 {
    if let Some(key) = one.await
        && wanted
        && let Some(future) = wanted.then(|| put(key))
    {
        return future.await;
    }
    0
}

#[tasklet]
async fn in_a_guard(wanted: bool, now: bool) -> u32 {
    match wanted.then(|| put(1)) {
        Some(future) if now => future.await,
        Some(future) => {
            future.defer();
            0
        }
        None => 0,
    }
}

fn main() {
    assert_eq!(asked_before_the_start(true, true).get_result(), 1);
    assert_eq!(two_futures(TaskletFuture::ready(Some(2)), true).get_result(), 2);
    assert_eq!(in_a_guard(true, true).get_result(), 1);
}

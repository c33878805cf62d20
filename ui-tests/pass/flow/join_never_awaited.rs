//! Futures are put together, and the whole is awaited or handed on.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn of_a_list(keys: Vec<u32>) -> u32 {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    let all = futures.join_all();
    all.await.into_iter().sum()
}

#[tasklet]
async fn of_a_pair(wanted: bool) -> u32 {
    let both = (put(1), put(2)).join_all();
    if wanted { both.await.0 } else { both.get_result().1 }
}

#[tasklet]
async fn any_of_them() -> u32 {
    let first = wait_any([put(1), put(2)]);
    match first.await {
        Some((first, rest)) => first.await + rest.join_all().await.len() as u32,
        None => 0,
    }
}

fn main() {
    assert_eq!(of_a_list(vec![1, 2]).get_result(), 3);
    assert_eq!(of_a_pair(true).get_result(), 1);
    assert_eq!(any_of_them().get_result(), 2);
}

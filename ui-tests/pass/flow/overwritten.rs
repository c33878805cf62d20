//! An assignment to a place that holds no future any more, or none yet.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn after_the_await() -> u32 {
    let mut future = put(1);
    let first = future.await;
    future = put(2);
    first + future.await
}

#[tasklet]
async fn on_each_branch(first: bool) -> u32 {
    let future;
    if first {
        future = put(1);
    } else {
        future = put(2);
    }
    future.await
}

#[tasklet]
async fn each_of_a_loop() -> u32 {
    let mut last: Option<TaskletFuture<u32>> = None;
    let mut sum = 0;
    for key in 0..3 {
        if let Some(future) = last.take() {
            sum += future.await;
        }
        last = Some(put(key));
    }
    match last {
        Some(future) => sum + future.await,
        None => sum,
    }
}

#[tasklet]
async fn one_ahead() -> u32 {
    let mut next = put(0);
    let mut sum = 0;
    for key in 1..4 {
        sum += next.await;
        next = put(key);
    }
    sum + next.await
}

fn main() {
    assert_eq!(after_the_await().get_result(), 3);
    assert_eq!(on_each_branch(false).get_result(), 2);
    assert_eq!(each_of_a_loop().get_result(), 3);
    assert_eq!(one_ahead().get_result(), 6);
}

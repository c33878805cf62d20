//! Places that are known to be empty: what was looked at by reference, tested, popped to the end.
#![forbid(warnings)]

use std::collections::VecDeque;

use tasklet_core::prelude::*;

type Future = TaskletFuture<u32>;

#[must_await]
async fn by_reference(future: Option<Future>) -> u32 {
    let Some(running) = &future else { return 0 };
    println!("{}", running.done());
    match future {
        Some(future) => future.await,
        None => 0,
    }
}

#[must_await]
async fn by_reference_in_an_if(future: Option<Future>) -> Option<u32> {
    if let Some(running) = &future {
        println!("{}", running.done());
    } else {
        return None;
    }
    Some(future?.await)
}

#[must_await]
async fn by_reference_in_a_match(future: Option<Future>) -> u32 {
    let is_done = match &future {
        Some(running) => running.done(),
        None => return 0,
    };
    future.map_or(0, |future| future.get_result() + u32::from(is_done))
}

#[must_await]
async fn by_as_ref(future: Option<Future>) -> u32 {
    let Some(is_done) = future.as_ref().map(TaskletFuture::done) else {
        return future.map_or(0, TaskletFuture::get_result);
    };
    future.map_or(0, |future| future.get_result() + u32::from(is_done))
}

#[must_await]
async fn an_error_by_reference(started: Result<Future, String>) -> Result<u32, String> {
    if let Err(error) = &started {
        return Err(format!("not started: {error}"));
    }
    Ok(started?.await)
}

#[must_await]
async fn by_a_test(future: Option<Future>, futures: Vec<Future>) -> u32 {
    if future.is_none() && futures.is_empty() {
        return 0;
    }
    let count = futures.join_all().await.len() as u32;
    match future {
        Some(future) => future.await + count,
        None => count,
    }
}

#[must_await]
async fn popped_to_the_end(mut queue: VecDeque<Future>) -> Option<u32> {
    let mut sum = 0;
    loop {
        sum += queue.pop_front()?.await;
        if queue.is_empty() {
            return Some(sum);
        }
    }
}

#[synctasklet]
async fn main() {
    let ready = TaskletFuture::ready;
    assert_eq!(by_reference(Some(ready(1))).await, 1);
    assert_eq!(by_reference_in_an_if(Some(ready(1))).await, Some(1));
    assert_eq!(by_reference_in_a_match(Some(ready(1))).await, 2);
    assert_eq!(by_as_ref(None).await, 0);
    assert_eq!(an_error_by_reference(Ok(ready(1))).await, Ok(1));
    assert_eq!(by_a_test(Some(ready(1)), vec![ready(2)]).await, 2);
    assert_eq!(popped_to_the_end(VecDeque::from([ready(1), ready(2)])).await, Some(3));
}

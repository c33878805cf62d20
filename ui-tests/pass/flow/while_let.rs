//! A `while let` that empties the queue, and awaits what it takes out.

use std::collections::VecDeque;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn to_the_end(keys: Vec<u32>) -> u32 {
    let mut queue: VecDeque<_> = keys.into_iter().map(put).collect();
    let mut sum = 0;
    while let Some(future) = queue.pop_front() {
        sum += future.await;
    }
    sum
}

#[tasklet]
async fn left_early_and_joined(keys: Vec<u32>) -> u32 {
    let mut queue: Vec<_> = keys.into_iter().map(put).collect();
    while let Some(future) = queue.pop() {
        let result = future.await;
        if result == 0 {
            return queue.join_all().await.len() as u32;
        }
    }
    0
}

#[tasklet]
async fn started_one_at_a_time(keys: Vec<u32>) -> u32 {
    let mut futures = keys.into_iter().map(put);
    while let Some(future) = futures.next() {
        if future.await == 0 {
            break;
        }
    }
    futures.len() as u32
}

#[tasklet]
async fn fed_while_it_is_emptied() -> u32 {
    let mut queue = VecDeque::from([put(3)]);
    let mut sum = 0;
    while let Some(future) = queue.pop_front() {
        let result = future.await;
        sum += result;
        if 0 < result {
            queue.push_back(put(result - 1));
        }
    }
    sum
}

fn main() {
    assert_eq!(to_the_end(vec![1, 2]).get_result(), 3);
    assert_eq!(left_early_and_joined(vec![1, 2, 0]).get_result(), 2);
    assert_eq!(started_one_at_a_time(vec![1, 0, 2]).get_result(), 1);
    assert_eq!(fed_while_it_is_emptied().get_result(), 6);
}

//! A `while let` that does not empty the queue, or that swallows what it takes out.

use std::collections::VecDeque;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn left_early(keys: Vec<u32>) -> u32 {
    let mut queue: VecDeque<_> = keys.into_iter().map(put).collect();
    while let Some(future) = queue.pop_front() {
        let result = future.await;
        if result == 0 {
            return result;
        }
    }
    1
}

#[tasklet]
async fn swallowed(keys: Vec<u32>) {
    let mut queue: Vec<_> = keys.into_iter().map(put).collect();
    while let Some(_) = queue.pop() {}
}

#[tasklet]
async fn asked(keys: Vec<u32>) {
    let mut futures = keys.into_iter().map(put);
    while let Some(future) = futures.next() {
        println!("{}", future.done());
    }
}

fn main() {}

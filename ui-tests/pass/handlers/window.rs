//! A window of so many at once: the oldest is awaited before the next is started.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic)]

use std::collections::VecDeque;

use tasklet_core::prelude::*;

const WINDOW: usize = 4;

#[tasklet]
async fn fetch(key: u64) -> u64 {
    sleep(std::time::Duration::from_millis(key)).await;
    key
}

#[tasklet]
async fn in_order(keys: Vec<u64>) -> Vec<u64> {
    let mut window = VecDeque::with_capacity(WINDOW);
    let mut results = Vec::new();
    for key in keys {
        if window.len() == WINDOW
            && let Some(oldest) = window.pop_front()
        {
            results.push(TaskletFuture::into_future(oldest).await);
        }
        window.push_back(fetch(key));
    }
    while let Some(oldest) = window.pop_front() {
        results.push(oldest.await);
    }
    results
}

#[tasklet]
async fn in_any_order(keys: Vec<u64>) -> u64 {
    let mut keys = keys.into_iter();
    let mut running: Vec<_> = keys.by_ref().take(WINDOW).map(fetch).collect();
    let mut sum = 0;
    while let Some((first, rest)) = wait_any(running).await {
        sum += first.await;
        running = rest;
        running.extend(keys.next().map(fetch));
    }
    sum
}

#[tasklet]
async fn pairs(keys: Vec<u64>) -> u64 {
    let mut previous = None;
    let mut sum = 0;
    for key in keys {
        let current = fetch(key);
        match previous.take() {
            None => previous = Some(current),
            Some(first) => {
                let (first, current) = join!(first, current);
                sum += first * current;
            }
        }
    }
    if let Some(last) = previous {
        sum += last.await;
    }
    sum
}

fn main() {
    assert_eq!(in_order((0..6).collect()).get_result(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(in_any_order((0..6).collect()).get_result(), 15);
    assert_eq!(pairs(vec![1, 2, 3, 4, 5]).get_result(), 19);
}

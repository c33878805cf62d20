//! Futures in a list that is joined, emptied, or handed on.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
mod handlers {
    use super::put;
    use tasklet_core::prelude::*;

    pub fn handed_on(keys: &[u32]) -> Vec<TaskletFuture<u32>> {
        let mut futures = Vec::new();
        for key in keys {
            futures.push(put(*key));
        }
        futures
    }

    pub async fn joined(keys: Vec<u32>) -> Vec<u32> {
        let futures: Vec<_> = keys.into_iter().map(put).collect();
        assert!(futures.len() < 10);
        futures.join_all().await
    }

    pub async fn emptied(keys: Vec<u32>) -> u32 {
        let mut futures: Vec<_> = keys.into_iter().map(put).collect();
        let mut sum = 0;
        while let Some(future) = futures.pop() {
            sum += future.await;
        }
        sum
    }
}

#[synctasklet]
async fn main() {
    assert_eq!(handlers::handed_on(&[1, 2]).join_all().await, [1, 2]);
    assert_eq!(handlers::joined(vec![1, 2]).await, [1, 2]);
    assert_eq!(handlers::emptied(vec![1, 2]).await, 3);
}

//! Futures in a list that is dropped, or of which only one is taken out.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
mod handlers {
    use super::put;

    pub fn counted(keys: &[u32]) -> usize {
        let mut futures = Vec::new();
        for key in keys {
            futures.push(put(*key));
        }
        futures.len()
    }

    pub async fn only_the_first(keys: Vec<u32>) -> Option<u32> {
        let mut futures: Vec<_> = keys.into_iter().map(put).collect();
        match futures.pop() {
            Some(future) => Some(future.await),
            None => None,
        }
    }
}

fn main() {}

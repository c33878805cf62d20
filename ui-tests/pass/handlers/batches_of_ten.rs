//! Loops that start ten at a time: collected, joined, and taken away from the list.
#![forbid(warnings)]

use std::mem;

use tasklet_core::prelude::*;

const BATCH: usize = 10;

#[tasklet]
async fn put(key: usize) -> Result<usize, String> {
    std::future::ready(()).await;
    Ok(key)
}

#[tasklet]
async fn by_taking(keys: Vec<usize>) -> Result<usize, String> {
    let mut batch = Vec::new();
    let mut sum = 0;
    for key in keys {
        batch.push(put(key));
        if batch.len() == BATCH {
            let results = mem::take(&mut batch).try_join_all().await?;
            sum += results.len();
        }
    }
    Ok(sum + batch.try_join_all().await?.len())
}

#[tasklet]
async fn by_draining(keys: Vec<usize>) -> usize {
    let mut batch = Vec::with_capacity(BATCH);
    let mut sum = 0;
    for key in keys {
        batch.push(put(key));
        if batch.len() < BATCH {
            continue;
        }
        for future in batch.drain(..) {
            sum += future.await.unwrap_or_default();
        }
    }
    for future in batch {
        sum += future.await.unwrap_or_default();
    }
    sum
}

#[tasklet]
async fn by_chunks(keys: Vec<usize>) -> Result<usize, String> {
    let mut sum = 0;
    for chunk in keys.chunks(BATCH) {
        let futures: Vec<_> = chunk.iter().copied().map(put).collect();
        sum += futures.try_join_all().await?.into_iter().sum::<usize>();
    }
    Ok(sum)
}

#[tasklet]
async fn by_replacing(keys: Vec<usize>) -> usize {
    let mut batch: Vec<TaskletFuture<Result<usize, String>>> = vec![];
    let mut joined = Vec::new();
    for key in keys {
        if BATCH <= batch.len() {
            let full = mem::replace(&mut batch, Vec::new());
            joined.extend(full.join_all().await);
        }
        batch.push(put(key));
    }
    joined.append(&mut batch.join_all().await);
    joined.len()
}

fn main() {
    let keys: Vec<_> = (0..25).collect();
    assert_eq!(by_taking(keys.clone()).get_result(), Ok(25));
    assert_eq!(by_draining(keys.clone()).get_result(), 300);
    assert_eq!(by_chunks(keys.clone()).get_result(), Ok(300));
    assert_eq!(by_replacing(keys).get_result(), 25);
}

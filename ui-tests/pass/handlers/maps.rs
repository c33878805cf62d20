//! Maps of futures: filled, asked, drained, and shared.
#![forbid(warnings)]

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    10 * key
}

#[tasklet]
async fn drained(keys: Vec<u32>) -> u32 {
    let mut running = HashMap::new();
    for key in keys {
        running.entry(key).or_insert_with(|| fetch(key));
    }
    println!("{} are running, {:?}", running.len(), running.contains_key(&1));
    let mut sum = 0;
    for (key, future) in running.drain() {
        sum += key + future.await;
    }
    sum
}

#[tasklet]
async fn removed_one_by_one(keys: Vec<u32>) -> u32 {
    let mut running: BTreeMap<u32, _> = keys.into_iter().map(|key| (key, fetch(key))).collect();
    let mut sum = 0;
    while let Some((_, future)) = running.pop_last() {
        sum += future.await;
    }
    sum
}

#[tasklet]
async fn joined(keys: Vec<u32>) -> HashMap<u32, u32> {
    let running: HashMap<_, _> = keys.into_iter().map(|key| (key, fetch(key))).collect();
    let (keys, futures): (Vec<_>, Vec<_>) = running.into_iter().unzip();
    keys.into_iter().zip(futures.join_all().await).collect()
}

#[tasklet]
async fn one_fetch_for_each_key(keys: Vec<u32>) -> u32 {
    let mut cache: HashMap<u32, SharedFuture<u32>> = HashMap::new();
    let mut waiting = Vec::new();
    for key in keys {
        let shared = match cache.entry(key) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(fetch(key).shared()).clone(),
        };
        waiting.push(shared);
    }
    let sum = waiting.join_all().await.into_iter().sum();
    cache.into_values().for_each(SharedFuture::defer);
    sum
}

#[tasklet]
async fn grouped(keys: Vec<u32>) -> Vec<usize> {
    let mut groups: BTreeMap<bool, Vec<TaskletFuture<u32>>> = BTreeMap::new();
    for key in keys {
        groups.entry(key % 2 == 0).or_default().push(fetch(key));
    }
    let mut sizes = Vec::new();
    for futures in groups.into_values() {
        sizes.push(futures.join_all().await.len());
    }
    sizes
}

fn main() {
    assert_eq!(drained(vec![1, 2, 1]).get_result(), 33);
    assert_eq!(removed_one_by_one(vec![1, 2]).get_result(), 30);
    assert_eq!(joined(vec![1, 2]).get_result()[&2], 20);
    assert_eq!(one_fetch_for_each_key(vec![1, 1, 2]).get_result(), 40);
    assert_eq!(grouped(vec![1, 2, 3]).get_result(), [2, 1]);
}

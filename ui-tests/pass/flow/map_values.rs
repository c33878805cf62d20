//! Futures as the values of a map that is emptied.

use std::collections::{BTreeMap, HashMap};

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
async fn hashed(names: &[&'static str]) -> HashMap<&'static str, u32> {
    let mut futures = HashMap::new();
    for name in names {
        // `insert` would give back the one that has the name already.
        futures.entry(*name).or_insert_with(|| put(1));
    }
    if let Some(former) = futures.insert("more", put(2)) {
        former.cancel();
    }
    let mut results = HashMap::new();
    for (name, future) in futures {
        results.insert(name, future.await);
    }
    results
}

#[must_await]
async fn sorted(names: &[String]) -> usize {
    let mut futures: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), put(1))).collect();
    let mut sum = 0;
    while let Some((name, future)) = futures.pop_first() {
        sum += name.len() + future.await as usize;
    }
    sum
}

#[synctasklet]
async fn main() {
    assert_eq!(hashed(&["a"]).await["a"], 1);
    assert_eq!(sorted(&["four".to_owned()]).await, 5);
}

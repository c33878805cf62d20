//! Futures as the values of a map that is dropped.

use std::collections::{BTreeMap, HashMap};

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn hashed(names: &[&str]) -> usize {
    let mut futures = HashMap::new();
    for name in names {
        futures.insert(*name, put(1));
    }
    futures.len()
}

#[must_await]
fn replaced(names: &[&str]) -> Vec<TaskletFuture<u32>> {
    let mut futures = HashMap::new();
    for name in names {
        futures.insert(*name, put(1));
    }
    futures.into_values().collect()
}

#[must_await]
fn sorted(names: &[String]) -> bool {
    let futures: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), put(1))).collect();
    futures.contains_key("name")
}

fn main() {}

//! Who counts what an iterator gives drops it, which is right for all but futures.

#![deny(warnings)]

use tasklet_core::prelude::*;

/// A query of somebody's, whose `count` is a tasklet.
struct Query;

impl Query {
    fn all() -> Query {
        Query
    }

    fn filter(self, _kind: &str) -> Query {
        self
    }

    fn count(&self) -> TaskletFuture<usize> {
        TaskletFuture::ready(3)
    }

    fn last(self) -> Option<u32> {
        None
    }

    fn for_each(self, _call: fn(u32)) {}
}

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn handler(keys: Vec<u32>, text: String) -> usize {
    let words = text.split_whitespace().map(str::to_owned).count();
    let largest = keys.iter().copied().filter(|key| *key < 10).last();
    keys.iter().map(ToString::to_string).for_each(drop);
    let futures: Vec<_> = keys.into_iter().map(start).collect();
    let waiting = futures.iter().filter(|future| !future.done()).count();
    let sum: u32 = futures.join_all().await.into_iter().sum();
    Query::all().filter("kind").for_each(drop);
    let rest = Query::all().filter("kind").last();
    let found = Query::all().filter("kind").count().await;
    assert!(largest.is_some() && rest.is_none());
    words + waiting + found + sum as usize
}

fn main() {
    let sum = tasklet_core::block_on(handler(vec![1, 2, 3], "two words".to_owned()));
    assert_eq!(sum, 11);
}

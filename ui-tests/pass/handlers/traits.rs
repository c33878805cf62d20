//! Stores behind a trait: generic, boxed, and with default methods.
#![forbid(warnings)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tasklet_core::prelude::*;

type Found = TaskletFuture<Option<String>>;

#[must_await]
trait Store: Send + Sync + 'static {
    fn get(&self, key: u32) -> Found;
    fn put(&self, key: u32, value: String) -> TaskletFuture<Option<String>>;

    fn get_many(&self, keys: &[u32]) -> Vec<Found> {
        let mut futures = Vec::new();
        for &key in keys {
            let future = self.get(key);
            futures.push(future);
        }
        futures
    }

    fn swap(&self, key: u32, value: String) -> Option<String> {
        let old = self.get(key).get_result();
        let replaced = self.put(key, value);
        match replaced.get_result() {
            Some(replaced) => Some(replaced),
            None => old,
        }
    }
}

#[derive(Default)]
struct Memory(Mutex<HashMap<u32, String>>);

#[must_await]
impl Store for Memory {
    fn get(&self, key: u32) -> Found {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        TaskletFuture::ready(rows.get(&key).cloned())
    }

    fn put(&self, key: u32, value: String) -> TaskletFuture<Option<String>> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = rows.insert(key, value);
        drop(rows);
        let future = TaskletFuture::ready(replaced);
        assert!(future.done());
        future
    }
}

#[tasklet]
async fn copy(store: Arc<dyn Store>, from: u32, to: u32) -> bool {
    let Some(value) = store.get(from).await else { return false };
    store.put(to, value).await;
    true
}

#[toplevel]
async fn over_any<S: Store>(store: Arc<S>, keys: Vec<u32>) -> usize {
    let values = store.get_many(&keys).join_all().await;
    let copied = copy(store.clone(), 1, 2);
    let count = values.into_iter().flatten().count();
    count + usize::from(copied.await)
}

#[synctasklet]
async fn main() {
    let store = Arc::new(Memory::default());
    assert_eq!(store.swap(1, "one".to_owned()), None);
    assert_eq!(store.swap(1, "more".to_owned()).as_deref(), Some("one"));
    assert_eq!(over_any(store.clone(), vec![1, 2]).await, 2);
    assert_eq!(over_any(store, vec![1, 2]).await, 3);
}

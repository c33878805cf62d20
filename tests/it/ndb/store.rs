//! A datastore and a memcache in memory, each of whose calls is an event with the number of its
//! items: what NDB's tests ask of App Engine's stubs and of `MyAutoBatcher`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{CACHE_ENTRIES_MAX, SameKey};
use tests::Log;

/// How long a call takes.
const CALL: Duration = Duration::from_millis(10);

/// What a lock in the memcache looks like.
const LOCKED: &str = "_LOCKED";

/// An entity; to get it twice without a cache gives two of them.
pub(super) type Entity = Arc<str>;

/// Why a call has failed, or one of its items.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoreError(pub(super) &'static str);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

pub(super) type Loaded = Result<Option<Entity>, BatchError<StoreError>>;
pub(super) type Written = Result<(), BatchError<StoreError>>;

/// One service: what is in it, and what its calls are called.
#[derive(Debug)]
struct Service {
    name: &'static str,
    log: Log,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entities: BTreeMap<u32, String>,
    /// The next call fails with this.
    error: Option<StoreError>,
    /// The service puts these off, the next time that they are asked for.
    deferred: BTreeSet<u32>,
}

impl Service {
    fn new(name: &'static str, log: &Log) -> Arc<Service> {
        Arc::new(Service { name, log: log.clone(), state: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call of so many items, which takes its time.
    async fn call(&self, what: &str, items: usize) -> Result<(), StoreError> {
        self.log.add(format!("{}_{what} {items}", self.name));
        sleep(CALL).await;
        self.lock().error.take().map_or(Ok(()), Err)
    }
}

/// Asks for entities.
#[derive(Debug)]
pub(super) struct Gets(Arc<Service>);

impl Batch for Gets {
    const NAME: &'static str = "gets";
    type Item = u32;
    type Key = u32;
    /// What NDB's options are: those of other ones are other calls.
    type Options = &'static str;
    type Value = Option<Entity>;
    type Error = StoreError;

    fn key(&self, key: &u32) -> u32 {
        *key
    }

    async fn call(
        &self,
        keys: Vec<u32>,
        options: &str,
    ) -> BatchResults<Option<Entity>, StoreError> {
        let what = if options.is_empty() { "get".to_owned() } else { format!("get({options})") };
        let mut answers = vec![None; keys.len()];
        let mut left: Vec<usize> = (0..keys.len()).collect();
        // What the service puts off is asked for again, as NDB does it.
        while !left.is_empty() {
            self.0.call(&what, left.len()).await?;
            let mut state = self.0.lock();
            left.retain(|at| {
                let is_deferred = state.deferred.remove(&keys[*at]);
                if !is_deferred {
                    answers[*at] = state.entities.get(&keys[*at]).map(|e| Entity::from(e.as_str()));
                }
                is_deferred
            });
        }
        Ok(answers.into_iter().map(Ok).collect())
    }
}

/// Puts entities, or deletes them.
#[derive(Debug)]
pub(super) struct Writes {
    service: Arc<Service>,
    what: &'static str,
}

impl Batch for Writes {
    const NAME: &'static str = "writes";
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = (u32, Option<String>);
    type Key = u32;
    type Options = &'static str;
    type Value = ();
    type Error = StoreError;

    fn key(&self, (key, _): &Self::Item) -> u32 {
        *key
    }

    async fn call(&self, items: Vec<Self::Item>, _: &str) -> BatchResults<(), StoreError> {
        self.service.call(self.what, items.len()).await?;
        let mut state = self.service.lock();
        let write = |(key, entity): Self::Item| match entity {
            Some(entity) if entity == "unwritable" => Err(StoreError("unwritable")),
            Some(entity) => {
                state.entities.insert(key, entity);
                Ok(())
            }
            None => {
                state.entities.remove(&key);
                Ok(())
            }
        };
        Ok(items.into_iter().map(write).collect())
    }
}

/// NDB's `Context`, as far as it reads and writes: a batcher for each of the operations.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub(super) log: Log,
    datastore: Arc<Service>,
    pub(super) gets: Batcher<Gets>,
    pub(super) puts: Batcher<Writes>,
    pub(super) deletes: Batcher<Writes>,
    memcache_gets: Batcher<Gets>,
    memcache_sets: Batcher<Writes>,
    memcache_deletes: Batcher<Writes>,
}

impl Store {
    pub(super) fn new() -> Store {
        Store::with_limits(1000, 500)
    }

    /// With so many items in a batch at most.
    pub(super) fn with_limits(gets: usize, writes: usize) -> Store {
        let log = Log::new();
        let (datastore, memcache) = (Service::new("ds", &log), Service::new("mc", &log));
        let reader = |service: &Arc<Service>| {
            Batcher::builder(Gets(Arc::clone(service))).items_max(gets).build()
        };
        let writer = |service: &Arc<Service>, what| {
            let service = Arc::clone(service);
            Batcher::builder(Writes { service, what }).items_max(writes).build()
        };
        Store {
            gets: reader(&datastore),
            puts: writer(&datastore, "put"),
            deletes: writer(&datastore, "delete"),
            memcache_gets: reader(&memcache),
            memcache_sets: writer(&memcache, "set"),
            memcache_deletes: writer(&memcache, "del"),
            datastore,
            log,
        }
    }

    /// With the context's cache.
    pub(super) fn cached() -> Store {
        Store::cached_with_entries(CACHE_ENTRIES_MAX)
    }

    /// With the context's cache of so many entries at most.
    pub(super) fn cached_with_entries(entries_max: usize) -> Store {
        let store = Store::new();
        let gets = Batcher::builder(Gets(Arc::clone(&store.datastore)));
        Store { gets: gets.cached().cache_entries_max(entries_max).build(), ..store }
    }

    /// The next call of the datastore fails.
    pub(super) fn fail_next(&self, error: &'static str) {
        self.datastore.lock().error = Some(StoreError(error));
    }

    /// The datastore answers these the second time that it is asked.
    pub(super) fn put_off<const N: usize>(&self, keys: [u32; N]) {
        self.datastore.lock().deferred = keys.into();
    }

    /// Puts entities there without a call.
    pub(super) fn fill(&self, keys: impl IntoIterator<Item = u32>) {
        let mut state = self.datastore.lock();
        state.entities.extend(keys.into_iter().map(|key| (key, format!("entity {key}"))));
    }

    /// What is stored under a key, without a call.
    pub(super) fn stored(&self, key: u32) -> Option<String> {
        self.datastore.lock().entities.get(&key).cloned()
    }

    /// All keys, without a call.
    pub(super) fn keys(&self) -> Vec<u32> {
        self.datastore.lock().entities.keys().copied().collect()
    }

    pub(super) fn put_one(&self, key: u32, entity: &str) -> TaskletFuture<Written> {
        self.puts.with("").load((key, Some(entity.to_owned())))
    }

    pub(super) fn delete_one(&self, key: u32) -> TaskletFuture<Written> {
        self.deletes.with("").load((key, None))
    }

    pub(super) fn get_one(&self, key: u32) -> TaskletFuture<Loaded> {
        self.gets.with("").load(key)
    }
}

/// NDB's `Context.get`: from the memcache, and if it is not there, from the datastore, under a
/// lock.
#[tasklet]
pub(super) async fn get(store: Store, key: u32) -> Loaded {
    let cached = store.memcache_gets.with("").load(key).await?;
    if let Some(entity) = cached.filter(|entity| **entity != *LOCKED) {
        return Ok(Some(entity));
    }
    store.memcache_sets.with("").load((key, Some(LOCKED.to_owned()))).await?;
    store.memcache_gets.with("").load(key).await?;
    let found = store.get_one(key).await?;
    if let Some(entity) = &found {
        store.memcache_sets.with("").load((key, Some(entity.to_string()))).await?;
    }
    Ok(found)
}

/// NDB's `Context.put` of an entity whose key is new.
#[tasklet]
pub(super) async fn put(store: Store, key: u32, entity: String) -> Written {
    store.put_one(key, &entity).await?;
    store.memcache_deletes.with("").load((key, None)).await
}

/// NDB's `Context.delete`.
#[tasklet]
pub(super) async fn delete(store: Store, key: u32) -> Written {
    store.memcache_sets.with("").load((key, Some(LOCKED.to_owned()))).await?;
    store.delete_one(key).await
}

//! The values that one context has loaded: bounded, the least recently used goes first.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, MutexGuard, PoisonError};

use super::hand_over::Said;
use super::policy::Policy;
use super::seats::{Table, Waiter};
use super::state::State;
use super::{Batch, Batcher, SameKey};
use crate::context::current;

/// What a batcher has cached in one context.
pub(super) struct Cache<B: Batch> {
    values: Lru<B::Key, Arc<B::Value>>,
    /// Keys that are asked for, and where the answer will be.
    loading: HashMap<B::Key, Loading<B>>,
    policy: Option<Policy<B::Key, bool>>,
    /// In a transaction: what its end will tell the cache around.
    said: Option<Said<B::Key>>,
}

struct Loading<B: Batch> {
    table: Arc<Table<B>>,
    slot: usize,
}

/// What the cache knows of a key.
pub(super) enum Found<B: Batch> {
    Value(Arc<B::Value>),
    /// Somebody has asked for it already, with the same options.
    Loading(Waiter<B>),
    Nothing,
}

impl<B: Batch> Cache<B> {
    pub(super) fn new(entries_max: usize, in_transaction: bool) -> Cache<B> {
        let said = in_transaction.then(Said::default);
        Cache { values: Lru::new(entries_max), loading: HashMap::new(), policy: None, said }
    }

    pub(super) fn take_said(&mut self) -> Said<B::Key> {
        self.said.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// All values, the least recently used first.
    pub(super) fn take_values(&mut self) -> impl Iterator<Item = (B::Key, Arc<B::Value>)> + use<B> {
        self.values.take()
    }

    pub(super) fn find(&mut self, key: &B::Key, options: &B::Options) -> Found<B> {
        if let Some(value) = self.values.get(key) {
            return Found::Value(Arc::clone(value));
        }
        let loading = self.loading.get(key).filter(|loading| loading.table.options == *options);
        match loading.and_then(|loading| loading.table.sit(loading.slot)) {
            Some(waiter) => Found::Loading(waiter),
            None => Found::Nothing,
        }
    }

    /// A key is asked for.
    pub(super) fn begin(&mut self, key: B::Key, table: &Arc<Table<B>>, slot: usize) {
        self.loading.insert(key, Loading { table: Arc::clone(table), slot });
    }

    /// The answer is there. It is kept unless the key was written to, or asked for anew, meanwhile.
    /// Returns what is to be dropped outside of the lock.
    pub(super) fn end(
        &mut self,
        key: &B::Key,
        table: &Arc<Table<B>>,
        value: Option<Arc<B::Value>>,
    ) -> Option<Arc<B::Value>> {
        let is_ours = |loading: &Loading<B>| Arc::ptr_eq(&loading.table, table);
        if !self.loading.get(key).is_some_and(is_ours) {
            return value;
        }
        let (key, _) = self.loading.remove_entry(key)?;
        self.values.insert(key, value?)
    }
}

impl<B: Batch> State<B> {
    pub(super) fn lock_cache(&self) -> MutexGuard<'_, Cache<B>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, key: B::Key, value: Arc<B::Value>) {
        let mut cache = self.lock_cache();
        cache.said.iter_mut().for_each(|said| said.of(&key));
        let useless = (cache.loading.remove(&key), cache.values.insert(key, value));
        drop(cache);
        drop(useless);
    }

    pub(super) fn invalidate(&self, key: &B::Key) {
        let mut cache = self.lock_cache();
        cache.said.iter_mut().for_each(|said| said.of(key));
        let useless = (cache.loading.remove(key), cache.values.remove(key));
        drop(cache);
        drop(useless);
    }

    pub(super) fn clear(&self) {
        let mut cache = self.lock_cache();
        let said = cache.said.as_mut().map(Said::of_all);
        let useless = (said, std::mem::take(&mut cache.loading), cache.values.take());
        drop(cache);
        drop(useless);
    }
}

/// What a batcher keeps in the current context, if its policies say so.
///
/// A value that somebody has loaded is there for whoever asks later in the same context; who asks
/// while it is being loaded shares the answer. So one request sees one version of a thing, and each
/// request a fresh one. Failures are not kept. A write is told by [`insert`](Batcher::insert) or
/// [`invalidate`](Batcher::invalidate), also while a load is under way: the older answer goes to
/// those who have asked for it, and is not kept.
///
/// In a transaction the cache begins empty. When that is committed, what is in it goes into the
/// cache of the context around, and what was written or invalidated inside is forgotten there; when
/// it is rolled back, the cache around stays as it was.
impl<B: Batch> Batcher<B> {
    /// Sets the policy of the current context, which goes before the one of the batcher; see
    /// [`Policy`]. Values that are there stay, but are not used where the policy says no.
    ///
    /// NDB: `Context.set_cache_policy`.
    pub fn set_cache_policy(&self, policy: Policy<B::Key, bool>) {
        let state = self.state();
        let old = state.lock_cache().policy.replace(policy);
        state.has_policy.store(true, Release);
        drop(old);
    }

    /// Puts a value into the current context's cache: what was just written is what is read next.
    /// Where the policies say no, this is [`Batcher::invalidate`].
    ///
    /// Where a value may be absent, let `B::Value` be an `Option`: then `None` notes a deletion,
    /// and a miss is remembered as well.
    ///
    /// ```
    /// # use tasklet_core::{Batch, BatchResults, Batcher, block_on};
    /// # struct Names;
    /// # impl Batch for Names {
    /// #     const NAME: &'static str = "names";
    /// #     type Item = u32;
    /// #     type Key = u32;
    /// #     type Options = ();
    /// #     type Value = Option<String>;
    /// #     type Error = std::convert::Infallible;
    /// #     fn key(&self, id: &u32) -> u32 {
    /// #         *id
    /// #     }
    /// #     async fn call(
    /// #         &self,
    /// #         _: Vec<u32>,
    /// #         _: (),
    /// #     ) -> BatchResults<Option<String>, Self::Error> {
    /// #         unreachable!("all is cached")
    /// #     }
    /// # }
    /// let names = Batcher::builder(Names).cached().build();
    /// names.insert(7, Some("Ada".to_owned())); // after a put
    /// names.insert(8, None); // after a delete
    /// block_on(async {
    ///     assert_eq!(names.load(7).await.unwrap().as_deref(), Some("Ada"));
    ///     assert_eq!(names.load(8).await.unwrap(), None);
    /// });
    /// ```
    pub fn insert(&self, key: B::Key, value: B::Value) {
        self.insert_in(&self.state(), key, Arc::new(value));
    }

    /// The same in the cache of any context.
    pub(super) fn insert_in(&self, state: &State<B>, key: B::Key, value: Arc<B::Value>) {
        if self.uses_cache(state, None, &key) {
            state.insert(key, value);
        } else {
            state.invalidate(&key);
        }
    }

    /// Takes a key out of the current context's cache; the next load asks the backend.
    pub fn invalidate(&self, key: &B::Key) {
        self.state().invalidate(key);
    }

    /// Empties the current context's cache of this batcher. Its policy stays.
    ///
    /// NDB: `Context.clear_cache`.
    pub fn clear_cache(&self) {
        self.state().clear();
    }

    /// The value in the current context's cache, if the policies allow to use it. Asks nobody.
    #[must_use]
    pub fn cached(&self, key: &B::Key) -> Option<B::Value> {
        let state = self.state();
        if !self.uses_cache(&state, None, key) {
            return None;
        }
        let value = state.lock_cache().values.get(key).map(Arc::clone);
        value.map(|value| B::Value::clone(&value))
    }

    /// Whether the cache is used for a key: what the call says, the context, the batcher, or no.
    pub(super) fn uses_cache(&self, state: &State<B>, call: Option<bool>, key: &B::Key) -> bool {
        if B::SAME_KEY == SameKey::InOrder {
            // What was written once is not written already.
            return false;
        }
        let has_policy = state.has_policy.load(Acquire);
        if call.is_none() && self.inner.cache_policy.is_none() && !has_policy {
            return false;
        }
        // A policy's function is user code, called without the lock.
        let of_context = state.lock_cache().policy.clone();
        let policies = of_context.iter().chain(&self.inner.cache_policy);
        Policy::first(call, policies, key).unwrap_or(false)
    }

    fn state(&self) -> Arc<State<B>> {
        current::with(|home| State::with(home, &self.inner, Arc::clone))
    }
}

/// A map of bounded size, which forgets what was used the longest time ago.
struct Lru<K, V> {
    entries: HashMap<K, (V, u64)>,
    /// The keys by their last use.
    by_use: BTreeMap<u64, K>,
    uses: u64,
    entries_max: usize,
}

impl<K: std::hash::Hash + Eq + Clone, V> Lru<K, V> {
    fn new(entries_max: usize) -> Self {
        Lru { entries: HashMap::new(), by_use: BTreeMap::new(), uses: 0, entries_max }
    }

    fn get(&mut self, key: &K) -> Option<&V> {
        let (value, used) = self.entries.get_mut(key)?;
        self.uses += 1;
        let key = self.by_use.remove(used)?;
        self.by_use.insert(self.uses, key);
        *used = self.uses;
        Some(value)
    }

    /// Returns what had to go.
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        let old = self.remove(&key);
        self.uses += 1;
        self.by_use.insert(self.uses, key.clone());
        self.entries.insert(key, (value, self.uses));
        if self.entries.len() <= self.entries_max {
            return old;
        }
        let (_, eldest) = self.by_use.pop_first()?;
        self.entries.remove(&eldest).map(|(value, _)| value)
    }

    /// Takes out all there is, the least recently used first.
    fn take(&mut self) -> impl Iterator<Item = (K, V)> + use<K, V> {
        let (mut entries, by_use) =
            (std::mem::take(&mut self.entries), std::mem::take(&mut self.by_use));
        by_use.into_values().filter_map(move |key| {
            let (value, _) = entries.remove(&key)?;
            Some((key, value))
        })
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        let (value, used) = self.entries.remove(key)?;
        self.by_use.remove(&used);
        Some(value)
    }
}

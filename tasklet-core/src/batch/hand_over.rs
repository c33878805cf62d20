//! A cache of a transaction: it begins empty, and when the transaction is committed, what is in it
//! goes into the cache of the context around.
//!
//! What was said of a key inside (`insert`, `invalidate`) is noted: whatever the context around
//! knows of that key is older than the commit.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use super::state::State;
use super::{Batch, Batcher, Inner};
use crate::transaction::{Active, Ending};

/// The keys that something was said of.
pub(super) struct Said<K> {
    keys: HashSet<K>,
    all: bool,
}

impl<K> Default for Said<K> {
    fn default() -> Self {
        Said { keys: HashSet::new(), all: false }
    }
}

impl<K: Eq + Hash + Clone> Said<K> {
    pub(super) fn of(&mut self, key: &K) {
        if !self.all && !self.keys.contains(key) {
            self.keys.insert(key.clone());
        }
    }

    /// Returns what is not needed any more.
    pub(super) fn of_all(&mut self) -> HashSet<K> {
        self.all = true;
        std::mem::take(&mut self.keys)
    }
}

/// Has a transaction hand over the cache of a batcher in its context.
pub(super) fn at_end<B: Batch>(transaction: &Active, inner: &Arc<Inner<B>>, state: &Arc<State<B>>) {
    let (inner, ended) = (Arc::downgrade(inner), Arc::clone(state));
    transaction.at_end(move |around, ending| {
        // A batcher whose last handle has gone is never asked again.
        let Some(inner) = inner.upgrade() else { return };
        let batcher = Batcher { inner };
        State::with(around, &batcher.inner, |around| batcher.hand_over(&ended, around, ending));
    });
}

impl<B: Batch> Batcher<B> {
    fn hand_over(&self, ended: &State<B>, around: &State<B>, ending: Ending) {
        let mut cache = ended.lock_cache();
        let (said, values) = (cache.take_said(), cache.take_values());
        drop(cache);
        if said.all {
            around.clear();
        }
        for key in &said.keys {
            around.invalidate(key);
        }
        if ending == Ending::Committed {
            for (key, value) in values {
                self.insert_in(around, key, value);
            }
        }
    }
}

//! The batches of one batcher in one context that are not sent yet, oldest first, and which of them
//! may go. No call is made here, and nothing is woken.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::panic::Location;
use std::sync::{Arc, Weak};

use super::seats::{Table, Waiter};
use super::state::{Load, State};
use super::{Batch, Inner, SameKey};

/// A batch that is not sent yet.
pub(super) struct Pending<B: Batch> {
    /// Batches are numbered in the order of their making.
    pub(super) number: u64,
    pub(super) inner: Arc<Inner<B>>,
    pub(super) table: Arc<Table<B>>,
    /// Where the first of its loads was called.
    pub(super) place: &'static Location<'static>,
    pub(super) items: Vec<B::Item>,
    /// The slot of each key.
    pub(super) slots: HashMap<B::Key, usize>,
    /// The keys whose values go into the cache, with their slots.
    pub(super) cached: Vec<(B::Key, usize)>,
    /// Nothing keeps it but limits: it is full, or the loop was idle, or somebody said so.
    is_due: bool,
    /// Unfinished batches that have an earlier item of a key that this one has, too.
    after: Vec<u64>,
}

impl<B: Batch> Pending<B> {
    fn has_room(&self) -> bool {
        self.items.len() < self.inner.items_max
    }
}

/// All of them.
pub(super) struct Queue<B: Batch> {
    unsent: VecDeque<Pending<B>>,
    in_flight: usize,
    made: u64,
    /// Whether an idle callback will send what is there.
    has_idle: bool,
    /// The newest unfinished batch with an item of this key, where order counts.
    newest: HashMap<B::Key, u64>,
    /// Memory for the keys of the next batch.
    pub(super) spare: HashMap<B::Key, usize>,
}

impl<B: Batch> Default for Queue<B> {
    fn default() -> Self {
        Queue {
            unsent: VecDeque::new(),
            in_flight: 0,
            made: 0,
            has_idle: false,
            newest: HashMap::new(),
            spare: HashMap::new(),
        }
    }
}

/// What came of adding an item.
pub(super) struct Added<B: Batch> {
    pub(super) waiter: Waiter<B>,
    pub(super) slot: usize,
    /// An idle callback is to be added.
    pub(super) wants_idle: bool,
    /// Its batch can be sent now.
    pub(super) is_full: bool,
}

impl<B: Batch> Queue<B> {
    /// Gives an item its place: in the newest batch with its options, or in a new one.
    pub(super) fn add(
        &mut self,
        state: &Arc<State<B>>,
        inner: &Arc<Inner<B>>,
        load: Load<B>,
    ) -> Added<B> {
        let earlier = match B::SAME_KEY {
            SameKey::Merge => None,
            SameKey::InOrder => self.newest.get(&load.key).copied(),
        };
        let at = self.batch_for(&load, earlier);
        let at = at.unwrap_or_else(|| self.open(Arc::downgrade(state), inner, &load));
        let batch = &mut self.unsent[at];
        if let Some(earlier) = earlier
            && !batch.after.contains(&earlier)
        {
            batch.after.push(earlier);
        }
        if B::SAME_KEY == SameKey::InOrder {
            self.newest.insert(load.key.clone(), batch.number);
        }
        let slot = match batch.slots.entry(load.key) {
            Entry::Occupied(slot) => *slot.get(),
            Entry::Vacant(slot) => {
                batch.items.push(load.item);
                *slot.insert(batch.items.len() - 1)
            }
        };
        batch.cached.extend(load.cached.map(|key| (key, slot)));
        let is_full = !batch.has_room();
        batch.is_due |= is_full;
        let wants_idle = !batch.is_due && !std::mem::replace(&mut self.has_idle, true);
        let Some(waiter) = batch.table.sit(slot) else { unreachable!("it is not sent yet") };
        // No user code from here on: the waiter must not be dropped while the queue is locked.
        Added { waiter, slot, wants_idle, is_full }
    }

    /// The batch that takes an item, if there is one.
    fn batch_for(&self, load: &Load<B>, earlier: Option<u64>) -> Option<usize> {
        let has_options = |batch: &Pending<B>| batch.table.options == load.options;
        match B::SAME_KEY {
            SameKey::Merge => self.unsent.iter().rposition(|batch| {
                has_options(batch) && (batch.has_room() || batch.slots.contains_key(&load.key))
            }),
            // A batch waits for older ones only, so that none waits for itself.
            SameKey::InOrder => {
                let at = self.unsent.iter().rposition(has_options)?;
                let batch = &self.unsent[at];
                let is_later = earlier.is_none_or(|earlier| earlier < batch.number);
                (is_later && batch.has_room()).then_some(at)
            }
        }
    }

    fn open(&mut self, state: Weak<State<B>>, inner: &Arc<Inner<B>>, load: &Load<B>) -> usize {
        let table = Table::new(state, load.options.clone());
        self.made += 1;
        self.unsent.push_back(Pending {
            number: self.made,
            inner: Arc::clone(inner),
            table,
            place: load.place,
            items: Vec::new(),
            slots: std::mem::take(&mut self.spare),
            cached: Vec::new(),
            is_due: false,
            after: Vec::new(),
        });
        self.unsent.len() - 1
    }

    pub(super) fn idle_is_over(&mut self) {
        self.has_idle = false;
    }

    pub(super) fn all_are_due(&mut self) {
        self.unsent.iter_mut().for_each(|batch| batch.is_due = true);
    }

    pub(super) fn is_due(&mut self, table: &Arc<Table<B>>) {
        let batch = self.unsent.iter_mut().find(|batch| Arc::ptr_eq(&batch.table, table));
        batch.into_iter().for_each(|batch| batch.is_due = true);
    }

    /// The oldest batch that may be sent now. It counts as in flight from here on.
    pub(super) fn take_due(&mut self) -> Option<Pending<B>> {
        let at = self.unsent.iter().position(|batch| batch.is_due && batch.after.is_empty())?;
        if self.unsent[at].inner.in_flight_max <= self.in_flight {
            return None;
        }
        self.in_flight += 1;
        self.unsent.remove(at)
    }

    /// A batch is over: what waited for it need not wait any more.
    pub(super) fn finished<'a>(&mut self, number: u64, keys: impl Iterator<Item = &'a B::Key>) {
        self.in_flight -= 1;
        for batch in &mut self.unsent {
            batch.after.retain(|&earlier| earlier != number);
        }
        if B::SAME_KEY == SameKey::InOrder {
            for key in keys {
                if self.newest.get(key) == Some(&number) {
                    self.newest.remove(key);
                }
            }
        }
    }
}

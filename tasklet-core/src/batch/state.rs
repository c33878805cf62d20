//! What one batcher has in one context: the batches that are not sent yet, and its cache.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::cache::Cache;
use super::call::{self, Call};
use super::pending::{Added, Pending, Queue};
use super::seats::{Table, Waiter};
use super::{Batch, Inner, SameKey, hand_over};
use crate::context::Shared;
use crate::event_loop::{Idle, add_idle};
use crate::task::HomeRef;

/// Found by way of the context's extensions, which own it.
pub(super) struct State<B: Batch> {
    home: Weak<Shared>,
    queue: Mutex<Queue<B>>,
    pub(super) cache: Mutex<Cache<B>>,
    /// Whether the cache has a policy of this context.
    pub(super) has_policy: AtomicBool,
}

/// The states of all batchers of one type in a context.
struct States<B: Batch> {
    /// Nearly always that is one, which is found without a lock. It stays as long as the context.
    first: OnceLock<Known<B>>,
    others: Mutex<Vec<Known<B>>>,
}

/// A batcher, and what it has here.
type Known<B> = (Weak<Inner<B>>, Arc<State<B>>);

impl<B: Batch> States<B> {
    #[cold]
    fn other(&self, home: HomeRef<'_>, inner: &Arc<Inner<B>>) -> Arc<State<B>> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ours = |(batcher, _): &&Known<B>| std::ptr::eq(batcher.as_ptr(), Arc::as_ptr(inner));
        if let Some((_, state)) = others.iter().find(is_ours) {
            return Arc::clone(state);
        }
        // Batchers whose last handle has gone can never be asked for again. What they hold is
        // dropped after the lock: cached values are the user's.
        let is_gone = |(batcher, _): &mut Known<B>| batcher.strong_count() == 0;
        let gone: Vec<_> = others.extract_if(.., is_gone).collect();
        let (batcher, state) = State::new(home, inner);
        others.push((batcher, Arc::clone(&state)));
        drop(others);
        drop(gone);
        state
    }
}

/// What to put into a batch.
pub(super) struct Load<B: Batch> {
    pub(super) item: B::Item,
    pub(super) key: B::Key,
    pub(super) options: B::Options,
    /// The key once more, if the value is to be cached.
    pub(super) cached: Option<B::Key>,
    pub(super) place: &'static Location<'static>,
}

impl<B: Batch> State<B> {
    /// Calls `f` with the state of a batcher in a context; it is made if there is none.
    pub(super) fn with<R>(
        home: HomeRef<'_>,
        inner: &Arc<Inner<B>>,
        f: impl FnOnce(&Arc<State<B>>) -> R,
    ) -> R {
        let make = || States { first: OnceLock::new(), others: Mutex::new(Vec::new()) };
        let states = home.get().extension::<States<B>>(make);
        let (batcher, state) = states.first.get_or_init(|| State::new(home, inner));
        if std::ptr::eq(batcher.as_ptr(), Arc::as_ptr(inner)) {
            return f(state);
        }
        f(&states.other(home, inner))
    }

    fn new(home: HomeRef<'_>, inner: &Arc<Inner<B>>) -> Known<B> {
        let transaction = home.get().transaction().filter(|_| B::SAME_KEY == SameKey::Merge);
        let cache = Cache::new(inner.cache_entries_max, transaction.is_some());
        let state = Arc::new(State {
            home: Arc::downgrade(&home.to_arc()),
            queue: Mutex::new(Queue::default()),
            cache: Mutex::new(cache),
            has_policy: AtomicBool::new(false),
        });
        if let Some(transaction) = transaction {
            hand_over::at_end(transaction, inner, &state);
        }
        (Arc::downgrade(inner), state)
    }

    fn lock(&self) -> MutexGuard<'_, Queue<B>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an item into a batch, and sends that if it is full.
    pub(super) fn load(
        self: &Arc<Self>,
        home: HomeRef<'_>,
        inner: &Arc<Inner<B>>,
        load: Load<B>,
    ) -> Waiter<B> {
        let cached = load.cached.clone();
        let Added { waiter, slot, wants_idle, is_full } = self.lock().add(self, inner, load);
        if let Some(key) = cached {
            self.lock_cache().begin(key, waiter.table(), slot);
        }
        if wants_idle {
            let state = Arc::clone(self);
            add_idle(home, move || {
                state.lock().idle_is_over();
                state.flush();
                Idle::Finished
            });
        }
        if is_full {
            self.send_due();
        }
        waiter
    }

    /// Sends all that is there, as far as limits allow.
    pub(super) fn flush(self: &Arc<Self>) {
        self.lock().all_are_due();
        self.send_due();
    }

    /// Sends one batch whose callers have all gone.
    pub(super) fn send(self: &Arc<Self>, table: &Arc<Table<B>>) {
        self.lock().is_due(table);
        self.send_due();
    }

    fn send_due(self: &Arc<Self>) {
        // A new lock for each: a call is user code, and may come back here.
        while let Some(pending) = self.take_due() {
            let Some(home) = self.home.upgrade() else { return };
            call::start(HomeRef::from(&home), Arc::clone(self), pending);
        }
    }

    fn take_due(&self) -> Option<Pending<B>> {
        self.lock().take_due()
    }

    /// A call is over, one way or another.
    pub(super) fn finished(self: &Arc<Self>, call: &mut Call<B>) {
        self.lock().finished(call.number(), call.keys());
        let useless = self.keep_spare(call.take_slots());
        drop(useless);
        self.send_due();
    }

    /// Keeps the memory of a map for the next batch. Returns what that has no use for.
    fn keep_spare(&self, mut slots: HashMap<B::Key, usize>) -> HashMap<B::Key, usize> {
        // Keys are dropped here, outside of the lock.
        slots.clear();
        let mut queue = self.lock();
        if queue.spare.capacity() < slots.capacity() {
            std::mem::swap(&mut queue.spare, &mut slots);
        }
        slots
    }
}

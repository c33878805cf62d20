//! The values of tasklet-locals: an immutable list for each set of them, and the thread's own.
//!
//! A list is never changed: who sets a value makes a new one, so that to inherit all values is to
//! clone one `Arc`. The thread's slot has those of the code that it is running; around each poll
//! they are exchanged with the task's (`task/companion.rs`).
//!
//! A value's drop is user code: it runs outside of every borrow, and what it throws is reported.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::current;
use crate::error::Panic;
use crate::task::{apart, has_values, set_has_values};

thread_local! {
    /// Behind the flag of `has_values`, which is cheaper to ask: this one has a destructor.
    static VALUES: RefCell<Values> = const { RefCell::new(Values(None)) };
}

/// Which local: the address of its static.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(pub(super) usize);

/// One local's value.
#[derive(Clone)]
pub(super) struct Held {
    key: Key,
    /// Empty only while it is dropped.
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl Held {
    pub(super) fn new(key: Key, value: impl Any + Send + Sync) -> Held {
        Held { key, value: Some(Arc::new(value)) }
    }

    pub(super) fn get<T: Any>(&self) -> Option<&T> {
        self.value.as_ref()?.downcast_ref()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let value = self.value.take();
        // It belongs to nobody any more: what it sets must not stay with whoever drops it.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| apart(|| drop(value)))) {
            let failure = Panic::new(payload).into_failure();
            current::with(|home| home.report(home.origin(), failure));
        }
    }
}

/// The values of all locals that have one.
#[derive(Clone, Default)]
pub(crate) struct Values(Option<Arc<[Held]>>);

impl Values {
    /// Those of the running code.
    #[inline]
    pub(crate) fn current() -> Values {
        if has_values() { Values::of_thread() } else { Values::default() }
    }

    #[cold]
    fn of_thread() -> Values {
        // A thread that is ending has none any more.
        VALUES.try_with(|values| values.borrow().clone()).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn get(&self, key: Key) -> Option<&Held> {
        self.0.as_ref()?.iter().find(|held| held.key == key)
    }

    /// The same, but with this value of one local, or without any.
    pub(super) fn with(&self, key: Key, value: Option<Held>) -> Values {
        let others = self.0.iter().flat_map(|held| held.iter()).filter(|held| held.key != key);
        let all: Arc<[Held]> = others.cloned().chain(value).collect();
        Values((!all.is_empty()).then_some(all))
    }

    pub(super) fn is_same(&self, other: &Values) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Exchanges these values with the running code's.
    #[inline]
    pub(crate) fn exchange(&mut self) {
        if has_values() || !self.is_none() {
            self.exchange_some();
        }
    }

    /// Exchanges them for as long as the guard lives; then these are what the running code has set.
    #[inline]
    pub(crate) fn enter(&mut self) -> Within<'_> {
        self.exchange();
        Within(self)
    }

    #[cold]
    fn exchange_some(&mut self) {
        // On a thread that is ending nothing happens, here or when they are exchanged back.
        let exchanged = VALUES.try_with(|values| {
            let mut values = values.borrow_mut();
            mem::swap(&mut *values, self);
            values.is_none()
        });
        set_has_values(exchanged == Ok(false));
    }
}

/// While it lives, its values are those of the running code.
pub(crate) struct Within<'a>(&'a mut Values);

impl Drop for Within<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.exchange();
    }
}

/// How many values, since nothing is known of them.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.0.as_ref().map_or(0, |held| held.len());
        f.debug_struct("Values").field("len", &len).finish()
    }
}

/// A value that the running code has for one local, and no one else.
pub(super) fn get(key: Key) -> Option<Held> {
    if !has_values() {
        return None;
    }
    VALUES.try_with(|values| values.borrow().get(key).cloned()).ok().flatten()
}

/// Sets the running code's value of one local. The old one is dropped when nothing is borrowed.
pub(super) fn set(key: Key, value: Held) {
    let mut values = Values::current().with(key, Some(value));
    values.exchange();
}

/// One local's value for a part of the running code, which may be entered again and again.
#[derive(Debug)]
pub(super) struct Layer {
    key: Key,
    /// What was around the layer when it was last left, and what was inside.
    outer: Values,
    inner: Values,
}

impl Layer {
    pub(super) fn new(key: Key, value: Held) -> Layer {
        let outer = Values::current();
        let inner = outer.with(key, Some(value));
        Layer { key, outer, inner }
    }

    /// Calls `f` with the layer's value.
    pub(super) fn within<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.enter();
        let _left = LeaveLayer(self);
        f()
    }

    fn enter(&mut self) {
        let outer = Values::current();
        if !outer.is_same(&self.outer) {
            // Something else was set meanwhile, which holds inside too.
            self.inner = outer.with(self.key, self.inner.get(self.key).cloned());
            self.outer = outer;
        }
        let mut values = self.inner.clone();
        values.exchange();
    }

    /// Keeps the value that the local has now; what else was set inside stays set outside.
    fn leave(&mut self) {
        let inner = Values::current();
        if !inner.is_same(&self.inner) {
            self.outer = inner.with(self.key, self.outer.get(self.key).cloned());
            self.inner = inner;
        }
        let mut values = self.outer.clone();
        values.exchange();
    }
}

/// Leaves a layer, also if the code in it panics.
struct LeaveLayer<'a>(&'a mut Layer);

impl Drop for LeaveLayer<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

//! What is called when a transaction is committed.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Active, Transaction};
use crate::context::{Context, Shared};
use crate::error::{Origin, Panic};

type Call = Box<dyn FnOnce() + Send>;

/// Calls `call` after the transaction around the running code was committed; at once, if there is
/// none.
///
/// Calls are made in the order in which they were added, in the context that the transaction was
/// begun in: [`in_transaction`](crate::in_transaction) is false there, and what they start is that
/// context's. Those of a nested transaction are made when the outermost one was committed. If a
/// transaction is rolled back, its calls are dropped, and each attempt begins with none.
///
/// One that panics keeps none of the others from being made, and what was committed stays so; the
/// panic is a failure of the context that nobody looked at.
///
/// NDB: `Context.call_on_commit`; there the calls are still made in the finished transaction, where
/// whatever they write is lost.
///
/// ```
/// use std::sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel();
/// tasklet_core::call_on_commit(move || sender.send("at once").unwrap());
/// assert_eq!(receiver.recv(), Ok("at once"));
/// ```
pub fn call_on_commit(call: impl FnOnce() + Send + 'static) {
    match Transaction::current() {
        Some(transaction) => transaction.call_on_commit(call),
        None => call(),
    }
}

/// The calls of one transaction, in their order.
#[derive(Default)]
pub(super) struct OnCommit(Mutex<Calls>);

enum Calls {
    Waiting(Vec<Call>),
    /// It is what the outer one is, if there is one.
    Committed,
    RolledBack,
}

impl Default for Calls {
    fn default() -> Calls {
        Calls::Waiting(Vec::new())
    }
}

impl OnCommit {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, end: Calls) -> Vec<Call> {
        match std::mem::replace(&mut *self.lock(), end) {
            Calls::Waiting(calls) => calls,
            Calls::Committed | Calls::RolledBack => Vec::new(),
        }
    }
}

/// Adds a call. Whoever has kept a [`Transaction`] may do so after the end.
pub(super) fn add(active: &Active, call: Call) {
    match &mut *active.on_commit.lock() {
        Calls::Waiting(calls) => return calls.push(call),
        Calls::RolledBack => return,
        Calls::Committed => {}
    }
    match &active.outer {
        Some(outer) => add(outer, call),
        None => call(),
    }
}

/// The transaction is a part of another one now.
pub(super) fn move_to(active: &Active, outer: &Active) {
    for call in active.on_commit.end(Calls::Committed) {
        add(outer, call);
    }
}

/// The transaction was committed.
pub(super) fn call(active: &Active, base: &Context, origin: Origin) {
    for call in active.on_commit.end(Calls::Committed) {
        shielded(base.shared(), origin, || base.enter(call));
    }
}

/// It was not. What the calls hold is the user's, and is dropped one by one.
pub(super) fn forget(active: &Active, base: &Shared, origin: Origin) {
    for call in active.on_commit.end(Calls::RolledBack) {
        shielded(base, origin, || drop(call));
    }
}

fn shielded(base: &Shared, origin: Origin, call: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        base.report(origin, Panic::new(payload).into_failure());
    }
}

impl fmt::Debug for OnCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCommit").finish_non_exhaustive()
    }
}

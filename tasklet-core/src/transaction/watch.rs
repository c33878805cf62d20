//! What has failed in a transaction, whoever has looked at it.
//!
//! A failure that somebody looks at is nobody's news, and leaves no trace in its context. In a
//! transaction it has to: so the code in it runs with a tasklet-local of ours, which leads each
//! task that it starts past [`note`] when it has ended. Elsewhere that costs nothing.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use super::Active;
use crate::context::{ERRORS_MAX, Shared};
use crate::error::{About, Failure, Origin, TaskletError};
use crate::task::Kept;
use crate::trace::Span;

crate::tasklet_local! {
    /// Set in all that runs in a transaction.
    pub(super) static WATCHED: ();
}

/// A transaction's body, which is called in its context, and what it runs with.
pub(super) async fn watched<F: Future>(span: Span, body: impl FnOnce() -> F) -> F::Output {
    let mut body = pin!(WATCHED.scope((), async { Kept::new(body()).await }));
    let poll = |cx: &mut Context<'_>| {
        let _in = span.enter();
        body.as_mut().poll(cx)
    };
    poll_fn(poll).await
}

/// The failures of one transaction.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<Vec<TaskletError>>);

impl Failures {
    pub(super) fn add(&self, failure: TaskletError) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < ERRORS_MAX {
            failures.push(failure);
        }
    }

    pub(super) fn take(&self) -> Vec<TaskletError> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A tasklet has ended that was started in a context; `about` tells what of it. If the context is
/// that of a transaction, that fails with it, unless it is a transaction itself, which was rolled
/// back already.
pub(crate) fn note(home: &Shared, origin: impl FnOnce() -> Origin, about: impl FnOnce() -> About) {
    let Some(active) = home.nearest_transaction() else { return };
    let origin = origin();
    if origin.info.is_transaction() {
        return;
    }
    // It displays an error, which is user code.
    let failure = Failure::find(|| about().failure);
    if let Some(failure) = failure.filter(|failure| !failure.is_expected()) {
        active.failures.add(TaskletError::seen(origin, failure));
    }
}

impl Shared {
    /// The innermost transaction that what is done here is a part of.
    pub(crate) fn nearest_transaction(&self) -> Option<&Arc<Active>> {
        self.and_above().find_map(Shared::transaction)
    }
}

//! Outside of any transaction, from within one.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use super::{TransactionError, TransactionErrorKind, TransactionResult, in_transaction};
use crate::context::{Context, Shared, current, start_in};
use crate::error::{About, Info};
use crate::future::TaskletFuture;
use crate::task::Body;

/// The nearest context around the running code that is in no transaction.
pub(crate) fn outside() -> Context {
    current::with(|home| {
        let home = home.to_arc();
        let mut outside = &home;
        while let (Some(_), Some(parent)) = (outside.nearest_transaction(), outside.parent()) {
            outside = parent;
        }
        Context::of(Arc::clone(outside))
    })
}

/// Runs a future outside of any transaction, as a tasklet: in the nearest context around that is
/// in none.
///
/// In a transaction it is a part of that all the same in one respect: the commit waits for it. What
/// it starts is the other context's. The attribute `#[non_transactional]` does it for a function.
///
/// NDB: `ndb.non_transactional`.
///
/// ```
/// use tasklet_core::{in_transaction, non_transactional_async};
///
/// let outside = non_transactional_async(async { in_transaction() });
/// assert!(!outside.get_result());
/// ```
#[track_caller]
pub fn non_transactional_async<F>(body: F) -> TaskletFuture<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    static OUTSIDE: Info = Info::new("non_transactional", module_path!());
    let about = |_: Option<&F::Output>| About::new(&OUTSIDE);
    let place = Location::caller();
    current::with(|home| start_in(home, place, about, || Outside::new(body)))
}

/// A future in a context around. No handle of that: whoever has none any more leaves it to the
/// background, with all that is under way.
pub(crate) struct Outside<F: Future> {
    home: Arc<Shared>,
    body: Option<Body<F>>,
}

impl<F: Future> Outside<F> {
    pub(crate) fn new(body: F) -> Outside<F> {
        Outside { home: Arc::clone(outside().shared()), body: Some(Body::new(body)) }
    }
}

impl<F: Future> Future for Outside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> task::Poll<F::Output> {
        let Outside { home, body } = &mut *self;
        Context::of(Arc::clone(home)).enter(|| {
            let Some(future) = body else { return task::Poll::Pending };
            let polled = future.poll(cx);
            if polled.is_ready() {
                *body = None;
            }
            polled
        })
    }
}

// The body has an allocation of its own.
impl<F: Future> Unpin for Outside<F> {}

impl<F: Future> Drop for Outside<F> {
    /// What the drop of a body starts is the outer context's, too.
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            Context::of(Arc::clone(&self.home)).enter(|| drop(body));
        }
    }
}

/// The answer of a function that must not be called in a transaction, if this is one.
#[must_use]
pub(crate) fn refusal<R: TransactionResult>() -> Option<R> {
    let error = || TransactionError::new(TransactionErrorKind::InTransaction, 0);
    in_transaction().then(|| R::from_error(error()))
}

//! Which transaction a body runs in, and how often.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_lite::FutureExt as _;

use super::attempt::{Attempts, Ended, Number};
use super::manager::Manager;
use super::{
    Active, Propagation, TransactionError, TransactionErrorKind, TransactionOptions,
    TransactionResult, manager_of, outside,
};
use crate::context::{Context, Shared};
use crate::error::{Failure, Origin, Panic, TaskletError};
use crate::task::Kept;

/// Runs a body in a transaction. It is told whether it will not be called again; `find` finds what
/// is wrong with its result.
pub(crate) async fn run<R, B, F>(
    origin: Origin,
    options: TransactionOptions,
    body: B,
    find: impl Fn(&R) -> Option<Failure>,
) -> R
where
    R: TransactionResult,
    B: FnMut(bool) -> F,
    F: Future<Output = R>,
{
    // Those of its arguments that are handles are its own, and go with it where it does not run.
    let mut body = Kept::new(body);
    let mut body = |is_last| body.get_mut()(is_last);
    match place_of(&options) {
        Ok(Place::Within(around)) => join(origin, &around, || body(true), find).await,
        Ok(Place::Own { manager, outer, base }) => {
            // Another attempt of a part alone would meet what the whole has met already.
            let count = if outer.is_some() { 1 } else { options.attempts() };
            let attempts = Attempts { origin, options: &options, manager, outer, base };
            let mut number = 1;
            loop {
                let is_last = number == count;
                let at = Number { number, is_last };
                match attempts.make(at, || body(is_last)).await {
                    Ended::With(result) => return result,
                    Ended::Again(judged) => attempts.wait(number, judged).await,
                }
                number += 1;
            }
        }
        Err(kind) => R::from_error(TransactionError::new(kind, 0)),
    }
}

/// Where a transaction stands.
enum Place {
    /// It is a part of this one.
    Within(Arc<Active>),
    /// It is one of its own: in another one, or beside whatever there is.
    Own { manager: Manager, outer: Option<Arc<Active>>, base: Arc<Shared> },
}

fn place_of(options: &TransactionOptions) -> Result<Place, TransactionErrorKind> {
    let current = Context::current();
    let nearest = || Some(current.shared().nearest_transaction()?.manager.clone());
    let named = options.wanted_manager().cloned();
    let manager = named.or_else(nearest).or_else(|| manager_of(current.shared()));
    // That of another manager is none of ours: nothing that is done here is a part of it.
    let around = manager.as_ref().and_then(|manager| transaction_of(current.shared(), manager));
    let around = around.cloned();
    let (outer, base) = match (options.wanted_propagation(), around) {
        (Propagation::Mandatory | Propagation::Allowed, Some(around)) => {
            return Ok(Place::Within(around));
        }
        (Propagation::Mandatory, None) => return Err(TransactionErrorKind::NotInTransaction),
        (Propagation::Independent, Some(_)) => (None, outside()),
        (Propagation::Nested, Some(around)) => (Some(around), current),
        (_, None) => (None, current),
    };
    let manager = manager.ok_or(TransactionErrorKind::NoManager)?;
    Ok(Place::Own { manager, outer, base: Arc::clone(base.shared()) })
}

/// The innermost transaction of a manager.
fn transaction_of<'a>(shared: &'a Shared, manager: &Manager) -> Option<&'a Arc<Active>> {
    let mut actives = shared.and_above().filter_map(Shared::transaction);
    actives.find(|active| active.manager.erased().is_same(manager))
}

/// Runs a body as a part of the transaction around it, which fails if the body does.
async fn join<R, F>(
    origin: Origin,
    around: &Active,
    body: impl FnOnce() -> F,
    find: impl Fn(&R) -> Option<Failure>,
) -> R
where
    F: Future<Output = R>,
{
    let note = |failure| around.failures.add(TaskletError::seen(origin, failure));
    let body = async { Kept::new(body()).await };
    match Kept::new(AssertUnwindSafe(body).catch_unwind()).await {
        Ok(result) => {
            let failure = Failure::find(|| find(&result));
            failure.filter(|failure| !failure.is_expected()).into_iter().for_each(note);
            result
        }
        Err(payload) => {
            let panic = Panic::new(payload);
            note(panic.to_failure());
            panic.resume()
        }
    }
}

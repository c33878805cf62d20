//! Transactions: all that is started in one is committed together, or not at all.
//!
//! options → `manager` (what a database must do) → `run` (which transaction, how often) →
//! `attempt` (begin, the body, all that it has started) → `open` (commit or rollback, whoever is
//! cancelled meanwhile) → `at_end` (caches), `on_commit`.
//!
//! A transaction is a child context with an [`Active`] in it. So whatever is started inside is
//! known, the commit waits for all of it, and an operation finds its transaction by way of the
//! current context. What has failed inside is noted as soon as it has (`watch`), whoever looks at
//! it: a commit must not leave out what failed.

mod at_end;
mod attempt;
mod backoff;
mod error;
mod manager;
mod none;
mod on_commit;
mod open;
mod options;
mod result;
mod run;
#[cfg(test)]
mod tests;
mod watch;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

pub use error::{Rollback, TransactionError, TransactionErrorKind};
pub use manager::{Phase, TransactionManager, Verdict};
pub use none::non_transactional_async;
pub use on_commit::call_on_commit;
pub use options::{Isolation, Propagation, RETRIES, TransactionOptions};
pub use result::TransactionResult;

pub(crate) use at_end::Ending;
pub(crate) use none::{Outside, outside, refusal};

pub(crate) use run::run;
pub(crate) use watch::note;

use crate::context::{Context, Shared, current, start_in};
use crate::error::{About, Failure, Info, Origin};
use crate::future::TaskletFuture;
use at_end::AtEnd;
use manager::{Judged, Manager, Opened};
use on_commit::OnCommit;
use watch::Failures;

/// One transaction that is under way, as its context knows it.
#[derive(Debug)]
pub(crate) struct Active {
    manager: Manager,
    opened: Opened,
    /// The one that this is a part of.
    outer: Option<Arc<Active>>,
    attempt: u32,
    read_only: bool,
    on_commit: OnCommit,
    at_end: AtEnd,
    failures: Failures,
    /// What a nested one met that only another attempt of the whole can mend.
    doom: Mutex<Option<Judged>>,
    /// Whoever ran it was cancelled.
    is_abandoned: AtomicBool,
}

/// The transaction that the running code is in.
///
/// ```
/// use tasklet_core::{Transaction, in_transaction};
///
/// assert!(Transaction::current().is_none());
/// assert!(!in_transaction());
/// ```
#[derive(Clone)]
pub struct Transaction(Arc<Active>);

impl Transaction {
    /// The innermost transaction around the running code, if there is one.
    ///
    /// It is that of the current context, or of the next one above that has one.
    #[must_use]
    pub fn current() -> Option<Transaction> {
        nearest(|_| true).map(Transaction)
    }

    /// What a manager has made for the innermost of its transactions around the running code, if
    /// there is one: where operations find their connection.
    #[must_use]
    pub fn current_of<M: TransactionManager>(manager: &M) -> Option<Arc<M::Transaction>> {
        let is_ours = |active: &Active| {
            active.manager.downcast::<M>().is_some_and(|other| manager.is_same(other))
        };
        Arc::clone(&nearest(is_ours)?.opened).downcast().ok()
    }

    /// Which attempt this is, from 1 on: what the body does outside of the database, it does in
    /// each of them.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// Whether it is inside of another one, which it can be undone in alone.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.0.outer.is_some()
    }

    /// Whether it may only read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.0.read_only
    }

    /// As the function [`call_on_commit`], for this transaction: at once, if it was committed
    /// already; never, if it was rolled back.
    pub fn call_on_commit(&self, call: impl FnOnce() + Send + 'static) {
        on_commit::add(&self.0, Box::new(call));
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("attempt", &self.attempt())
            .field("is_nested", &self.is_nested())
            .field("is_read_only", &self.is_read_only())
            .finish_non_exhaustive()
    }
}

/// Whether the running code is in a transaction.
///
/// NDB: `ndb.in_transaction`.
#[must_use]
pub fn in_transaction() -> bool {
    nearest(|_| true).is_some()
}

/// The innermost of such transactions around the running code.
fn nearest(is_wanted: impl Fn(&Active) -> bool) -> Option<Arc<Active>> {
    current::with_entered(|home| {
        let mut actives = home?.get().and_above().filter_map(Shared::transaction);
        actives.find(|active| is_wanted(active)).cloned()
    })
}

/// Runs a body in a transaction: it is committed if the body returns `Ok`, and rolled back
/// otherwise.
///
/// It starts at once, and the future is like any tasklet's. What the body starts belongs to the
/// transaction: the commit waits for **all of it**, and fails if any of it failed, whether anybody
/// looked at it or not. If two transactions were in each other's way, the body runs again, with a
/// new transaction, after a random wait: see [`TransactionOptions`]. So what it does elsewhere it
/// may do several times; [`call_on_commit`] is for that.
///
/// The body is called for each attempt; it may be a call of a tasklet. It rolls back, always, when
/// it returns an `Err` (which reaches the caller as it is), when it panics (which goes on in the
/// caller), when it is cancelled, and when its tasklets wait for each other. Nothing inside may
/// wait for the transaction itself, which waits for all that is inside: that would never end.
///
/// # Errors
///
/// What the body returns. Otherwise a [`TransactionError`], which its error type must be made from:
/// there is no manager; it could not be begun, or committed; a tasklet in it failed; all attempts
/// were used up.
///
/// NDB: `ndb.transaction_async`, `google/appengine/ext/ndb/model.py`.
///
/// ```
/// use tasklet_core::prelude::*;
/// use tasklet_core::{
///     TransactionError, TransactionManager, TransactionOptions, call_on_commit, transaction_async,
/// };
///
/// # #[tasklet]
/// # async fn withdraw(amount: u64) -> Result<(), TransactionError> {
/// #     Ok(())
/// # }
/// # #[tasklet]
/// # async fn deposit(amount: u64) -> Result<(), TransactionError> {
/// #     Ok(())
/// # }
/// async fn transfer(bank: impl TransactionManager, amount: u64) -> Result<(), TransactionError> {
///     let options = TransactionOptions::new().manager(bank).retries(5);
///     let body = move || async move {
///         call_on_commit(move || println!("{amount} were transferred"));
///         try_join!(withdraw(amount), deposit(amount))?;
///         Ok(())
///     };
///     transaction_async(options, body).await
/// }
/// ```
#[track_caller]
pub fn transaction_async<R, B, F>(options: TransactionOptions, mut body: B) -> TaskletFuture<R>
where
    R: TransactionResult + Send + 'static,
    B: FnMut() -> F + Send + 'static,
    F: IntoFuture<Output = R, IntoFuture: Send + 'static>,
{
    let place = Location::caller();
    let origin = Origin { info: &TRANSACTION, place };
    let about =
        |result: Option<&R>| About { info: &TRANSACTION, failure: result.and_then(R::failure) };
    current::with(|home| {
        let work = || run(origin, options, move |_| body().into_future(), R::failure);
        start_in(home, place, about, work)
    })
}

/// As [`transaction_async`], and waits for the end of it: it blocks this thread.
///
/// # Errors
///
/// As [`transaction_async`].
///
/// # Panics
///
/// As [`block_on`](crate::block_on).
///
/// NDB: `ndb.transaction`.
///
/// ```
/// use tasklet_core::{TransactionError, TransactionErrorKind, TransactionOptions, transaction};
///
/// let error = transaction(TransactionOptions::new(), || async { Ok::<(), TransactionError>(()) });
/// assert_eq!(error.unwrap_err().kind(), TransactionErrorKind::NoManager);
/// ```
#[track_caller]
pub fn transaction<R, B, F>(options: TransactionOptions, mut body: B) -> R
where
    R: TransactionResult,
    B: FnMut() -> F,
    F: IntoFuture<Output = R>,
{
    let origin = Origin { info: &TRANSACTION, place: Location::caller() };
    let error = || Failure::error("its body returned an error".to_owned());
    let find = |result: &R| result.is_error().then(error);
    crate::block_on(run(origin, options, move |_| body().into_future(), find))
}

static TRANSACTION: Info = Info::transaction("transaction", module_path!());

/// The manager of all contexts that have none of their own.
static DEFAULT: OnceLock<Manager> = OnceLock::new();

/// Makes a manager that of all contexts which have none of their own, in the whole process. That
/// is for `main`, once.
///
/// # Errors
///
/// If there is one already: that one stays, and the new one is given back.
///
/// ```
/// use tasklet_core::{TransactionManager, set_default_transaction_manager};
///
/// fn start(database: impl TransactionManager) {
///     assert!(set_default_transaction_manager(database).is_ok(), "it is set in `main` alone");
/// }
/// ```
pub fn set_default_transaction_manager<M: TransactionManager>(manager: M) -> Result<(), M> {
    let mut manager = Some(manager);
    DEFAULT.get_or_init(|| {
        Manager::new(manager.take().unwrap_or_else(|| unreachable!("initialised once")))
    });
    manager.map_or(Ok(()), Err)
}

/// A context's own manager.
#[derive(Debug, Default)]
struct Own(OnceLock<Manager>);

impl Context {
    /// Makes a manager that of this context, and of its children: their transactions use it, unless
    /// they name another.
    ///
    /// # Errors
    ///
    /// If the context has one already: that one stays, and the new one is given back.
    ///
    /// ```
    /// use tasklet_core::{Context, TransactionManager};
    ///
    /// fn in_tests(database: impl TransactionManager) -> Context {
    ///     let context = Context::new();
    ///     assert!(context.set_transaction_manager(database).is_ok());
    ///     context
    /// }
    /// ```
    pub fn set_transaction_manager<M: TransactionManager>(&self, manager: M) -> Result<(), M> {
        let mut manager = Some(manager);
        self.extension::<Own>().0.get_or_init(|| {
            Manager::new(manager.take().unwrap_or_else(|| unreachable!("initialised once")))
        });
        manager.map_or(Ok(()), Err)
    }
}

/// The manager of a transaction that names none, outside of others.
fn manager_of(shared: &Shared) -> Option<Manager> {
    let own = |shared: &Shared| shared.find_extension::<Own>()?.0.get().cloned();
    shared.and_above().find_map(own).or_else(|| DEFAULT.get().cloned())
}

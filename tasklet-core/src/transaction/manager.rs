//! What a database has to do for a transaction: the trait, and its form without types.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::TransactionOptions;

/// Whoever can run transactions: a pool of connections, or the client of a datastore.
///
/// Implement it for a cheap handle, and not for a type around another manager: the operations of
/// that one look for transactions of its own, and would run outside of yours.
///
/// What a transaction's operations need (its connection, say) is the type `Transaction`; they find
/// it by [`Transaction::current_of`](crate::Transaction::current_of), and several of them, of
/// tasklets that run side by side, may use it at a time.
///
/// For each attempt the runner calls [`begin`](Self::begin), runs the body, waits for all that was
/// started in it, and then calls either [`commit`](Self::commit) or [`rollback`](Self::rollback),
/// once. It awaits each call to its end, and no call of one transaction overlaps another. The
/// exceptions: if a transaction is cancelled during `begin` or `commit`, that future is dropped.
/// What a dropped `begin` has made must not be left open; after a dropped `commit`, `rollback` is
/// called. And if the outer transaction of a nested one is cancelled, the nested one's call is
/// dropped, and the outer one's `rollback` is all that is called.
///
/// An open transaction that is dropped without either call (its context was cancelled as a whole,
/// the process ends) must not be committed.
///
/// NDB: what `datastore_rpc.TransactionalConnection` does, `google/appengine/datastore`.
///
/// A list of notes, to which a transaction adds several or none:
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use tasklet_core::prelude::*;
/// use tasklet_core::{
///     Phase, Rollback, Transaction, TransactionError, TransactionManager, TransactionOptions,
///     Verdict, transaction,
/// };
///
/// #[derive(Clone, Default)]
/// struct Notes(Arc<Mutex<Vec<String>>>);
///
/// impl TransactionManager for Notes {
///     /// What is not committed yet.
///     type Transaction = Mutex<Vec<String>>;
///     type Error = TransactionError;
///
///     async fn begin(&self, _: &TransactionOptions) -> Result<Self::Transaction, Self::Error> {
///         Ok(Mutex::default())
///     }
///     async fn begin_nested(
///         &self,
///         _: &Self::Transaction,
///         _: &TransactionOptions,
///     ) -> Result<Self::Transaction, Self::Error> {
///         Err(Rollback.into()) // notes cannot be nested
///     }
///     async fn commit(&self, transaction: &Self::Transaction) -> Result<(), Self::Error> {
///         self.0.lock().unwrap().append(&mut transaction.lock().unwrap());
///         Ok(())
///     }
///     async fn rollback(&self, transaction: &Self::Transaction) -> Result<(), Self::Error> {
///         transaction.lock().unwrap().clear();
///         Ok(())
///     }
///     fn failure(&self, _: &Self::Transaction) -> Option<Self::Error> {
///         None // no operation fails
///     }
///     fn judge(&self, _: &Self::Error, _: Phase) -> Verdict {
///         Verdict::Final
///     }
///     fn is_same(&self, other: &Self) -> bool {
///         Arc::ptr_eq(&self.0, &other.0)
///     }
/// }
///
/// /// An operation finds its transaction by the context that it runs in.
/// #[tasklet]
/// async fn note(notes: Notes, text: &'static str) {
///     std::future::ready(()).await;
///     match Transaction::current_of(&notes) {
///         Some(transaction) => transaction.lock().unwrap().push(text.to_owned()),
///         None => notes.0.lock().unwrap().push(text.to_owned()),
///     }
/// }
///
/// let notes = Notes::default();
/// let body = || async {
///     join!(note(notes.clone(), "milk"), note(notes.clone(), "bread"));
///     Err::<(), TransactionError>(Rollback.into())
/// };
/// let options = TransactionOptions::new().manager(notes.clone());
/// assert!(transaction(options, body).unwrap_err().is_rollback());
/// assert!(notes.0.lock().unwrap().is_empty());
/// ```
pub trait TransactionManager: Send + Sync + 'static {
    /// One transaction that is open.
    type Transaction: Send + Sync + 'static;
    /// What may go wrong.
    type Error: Error + Send + Sync + 'static;

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// If none could be begun; then nothing is open.
    fn begin(
        &self,
        options: &TransactionOptions,
    ) -> impl Future<Output = Result<Self::Transaction, Self::Error>> + Send;

    /// Begins a transaction inside of another one: what is done in it can be undone alone.
    ///
    /// A database without such a thing answers with an error that says so.
    ///
    /// # Errors
    ///
    /// If none could be begun. The outer one goes on.
    fn begin_nested(
        &self,
        outer: &Self::Transaction,
        options: &TransactionOptions,
    ) -> impl Future<Output = Result<Self::Transaction, Self::Error>> + Send;

    /// Makes what was done last, or, for a nested one, a part of the outer one. Operations that
    /// come later must be refused.
    ///
    /// # Errors
    ///
    /// If it was not, or if nobody knows whether it was: [`judge`](Self::judge) tells which.
    /// `rollback` is not called after it, so that the transaction must not stay open.
    fn commit(
        &self,
        transaction: &Self::Transaction,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Undoes what was done. Operations that come later must be refused.
    ///
    /// # Errors
    ///
    /// If it could not be said to the database. All the same it must not stay open: close the
    /// connection, for instance.
    fn rollback(
        &self,
        transaction: &Self::Transaction,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The error of an operation after which this transaction cannot be committed any more, if
    /// there was one, whoever has looked at it or dealt with it.
    fn failure(&self, transaction: &Self::Transaction) -> Option<Self::Error>;

    /// What an error means for the transaction as a whole.
    fn judge(&self, error: &Self::Error, during: Phase) -> Verdict;

    /// Whether both are the same database, so that a transaction of one is one of the other.
    fn is_same(&self, other: &Self) -> bool;
}

/// When an error came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before anything was done.
    Begin,
    /// From an operation inside.
    Body,
    /// From the commit.
    Commit,
}

/// What an error means for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was committed, and another attempt would end in the same way.
    Final,
    /// Nothing was committed, and another attempt may well succeed: two transactions were in each
    /// other's way, or the connection was lost before the commit was sent.
    Retry,
    /// It may or may not have been committed: the commit was sent, and no answer came. It is never
    /// tried again.
    Unknown,
}

/// An error of a manager, and what it means.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) error: Arc<dyn Error + Send + Sync>,
    pub(super) verdict: Verdict,
}

/// A manager's transaction, whose type only the manager knows.
pub(super) type Opened = Arc<dyn Any + Send + Sync>;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Judged>> + Send + 'a>>;

/// A manager without its types.
pub(super) trait ErasedManager: Any + Send + Sync {
    fn begin<'a>(&'a self, options: &'a TransactionOptions) -> Boxed<'a, Opened>;
    fn begin_nested<'a>(
        &'a self,
        outer: &'a Opened,
        options: &'a TransactionOptions,
    ) -> Boxed<'a, Opened>;
    fn commit<'a>(&'a self, opened: &'a Opened) -> Boxed<'a, ()>;
    fn rollback<'a>(&'a self, opened: &'a Opened) -> Boxed<'a, ()>;
    fn failure(&self, opened: &Opened) -> Option<Judged>;
    fn is_same(&self, other: &Manager) -> bool;
}

impl<M: TransactionManager> ErasedManager for M {
    fn begin<'a>(&'a self, options: &'a TransactionOptions) -> Boxed<'a, Opened> {
        Box::pin(async move {
            let begun = TransactionManager::begin(self, options).await;
            begun
                .map(|opened| Arc::new(opened) as Opened)
                .map_err(|e| judged(self, e, Phase::Begin))
        })
    }

    fn begin_nested<'a>(
        &'a self,
        outer: &'a Opened,
        options: &'a TransactionOptions,
    ) -> Boxed<'a, Opened> {
        Box::pin(async move {
            let outer = typed::<M>(outer);
            let begun = TransactionManager::begin_nested(self, outer, options).await;
            begun
                .map(|opened| Arc::new(opened) as Opened)
                .map_err(|e| judged(self, e, Phase::Begin))
        })
    }

    fn commit<'a>(&'a self, opened: &'a Opened) -> Boxed<'a, ()> {
        Box::pin(async move {
            let committed = TransactionManager::commit(self, typed::<M>(opened)).await;
            committed.map_err(|error| judged(self, error, Phase::Commit))
        })
    }

    fn rollback<'a>(&'a self, opened: &'a Opened) -> Boxed<'a, ()> {
        Box::pin(async move {
            let rolled_back = TransactionManager::rollback(self, typed::<M>(opened)).await;
            rolled_back.map_err(|error| judged(self, error, Phase::Body))
        })
    }

    fn failure(&self, opened: &Opened) -> Option<Judged> {
        let error = TransactionManager::failure(self, typed::<M>(opened))?;
        Some(judged(self, error, Phase::Body))
    }

    fn is_same(&self, other: &Manager) -> bool {
        other.downcast::<M>().is_some_and(|other| TransactionManager::is_same(self, other))
    }
}

fn judged<M: TransactionManager>(manager: &M, error: M::Error, during: Phase) -> Judged {
    Judged { verdict: manager.judge(&error, during), error: Arc::new(error) }
}

fn typed<M: TransactionManager>(opened: &Opened) -> &M::Transaction {
    opened.downcast_ref().unwrap_or_else(|| unreachable!("a manager is given what it has made"))
}

/// Whoever runs transactions, of whatever type.
#[derive(Clone)]
pub(crate) struct Manager(Arc<dyn ErasedManager>);

impl Manager {
    pub(crate) fn new(manager: impl TransactionManager) -> Manager {
        Manager(Arc::new(manager))
    }

    pub(super) fn erased(&self) -> &dyn ErasedManager {
        &*self.0
    }

    pub(super) fn downcast<M: TransactionManager>(&self) -> Option<&M> {
        let manager: &dyn Any = &*self.0;
        manager.downcast_ref()
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").finish_non_exhaustive()
    }
}

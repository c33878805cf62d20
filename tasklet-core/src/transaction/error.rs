//! Why a transaction was not committed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::manager::Judged;
use crate::error::TaskletError;

/// Says that a transaction is to be rolled back, for no other reason than that.
///
/// Return it from the body, as any other error: the transaction is rolled back, and the error
/// reaches the caller. It is not reported when nobody looks at it.
///
/// NDB: `ndb.Rollback`; legacy NDB swallowed it, and the transaction returned `None`.
///
/// ```
/// use tasklet_core::{Rollback, TransactionError};
///
/// let error = TransactionError::from(Rollback);
/// assert!(error.is_rollback());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rollback;

impl fmt::Display for Rollback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transaction was rolled back on purpose")
    }
}

impl Error for Rollback {}

/// What kept a transaction from being committed, when it was not an error of its body.
///
/// In all cases but one it is sure that nothing was committed; that one is
/// [`is_outcome_unknown`](Self::is_outcome_unknown). [`source`](Error::source) is the database's
/// error, where there is one.
#[derive(Clone, Debug)]
pub struct TransactionError(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: TransactionErrorKind,
    attempts: u32,
    source: Option<Arc<dyn Error + Send + Sync>>,
    failures: Vec<TaskletError>,
}

/// The kinds of a [`TransactionError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionErrorKind {
    /// There is no manager: none was named, and the context has none.
    NoManager,
    /// A transaction was mandatory, and there is none.
    NotInTransaction,
    /// A function that must not be called in a transaction was.
    InTransaction,
    /// It could not be begun.
    Begin,
    /// A tasklet that was started inside has failed.
    Tasklet,
    /// An operation inside has failed in such a way that no commit was possible any more.
    Operation,
    /// The commit was refused.
    Commit,
    /// The commit was sent, and no answer came: it may or may not have been committed.
    OutcomeUnknown,
    /// Every attempt failed with an error that was worth another one.
    Retries,
    /// The body asked for it, with [`Rollback`].
    Rollback,
}

impl TransactionError {
    pub(super) fn new(kind: TransactionErrorKind, attempts: u32) -> TransactionError {
        TransactionError::with(kind, attempts, None, Vec::new())
    }

    /// A manager's error.
    pub(super) fn judged(
        kind: TransactionErrorKind,
        attempts: u32,
        judged: Judged,
    ) -> TransactionError {
        TransactionError::with(kind, attempts, Some(judged.error), Vec::new())
    }

    /// What tasklets inside have failed with.
    pub(super) fn failed(attempts: u32, failures: Vec<TaskletError>) -> TransactionError {
        TransactionError::with(TransactionErrorKind::Tasklet, attempts, None, failures)
    }

    fn with(
        kind: TransactionErrorKind,
        attempts: u32,
        source: Option<Arc<dyn Error + Send + Sync>>,
        failures: Vec<TaskletError>,
    ) -> TransactionError {
        TransactionError(Arc::new(Inner { kind, attempts, source, failures }))
    }

    /// What kind of an error it is.
    #[must_use]
    pub fn kind(&self) -> TransactionErrorKind {
        self.0.kind
    }

    /// Whether nobody knows if it was committed: the connection was lost after the commit was sent.
    /// Then look before you do it again.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.kind == TransactionErrorKind::OutcomeUnknown
    }

    /// Whether the body asked for it, with [`Rollback`].
    #[must_use]
    pub fn is_rollback(&self) -> bool {
        self.0.kind == TransactionErrorKind::Rollback
    }

    /// How many attempts were made; 0 if it was not even begun.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The tasklets inside that failed, if it was for that.
    #[must_use]
    pub fn failures(&self) -> &[TaskletError] {
        &self.0.failures
    }
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, attempts, source, failures } = &*self.0;
        match kind {
            TransactionErrorKind::NoManager => f.write_str(
                "no transaction manager: name one (`manager = ..`), or give the context one with \
                 `set_transaction_manager`",
            )?,
            TransactionErrorKind::NotInTransaction => f.write_str(
                "a transaction is mandatory here, and there is none: call this inside of one",
            )?,
            TransactionErrorKind::InTransaction => f.write_str(
                "this must not be called in a transaction: call it before or after, or with \
                 `call_on_commit`",
            )?,
            TransactionErrorKind::Begin => f.write_str("the transaction could not be begun")?,
            TransactionErrorKind::Tasklet => f.write_str(
                "the transaction was rolled back, since a tasklet that was started in it failed",
            )?,
            TransactionErrorKind::Operation => {
                f.write_str("the transaction was rolled back, since an operation in it failed")?
            }
            TransactionErrorKind::Commit => {
                f.write_str("the transaction was rolled back, since its commit was refused")?;
            }
            TransactionErrorKind::OutcomeUnknown => f.write_str(
                "the transaction may or may not have been committed: no answer to its commit came, \
                 so look before you do it again",
            )?,
            TransactionErrorKind::Retries => f.write_str(
                "the transaction was rolled back each time: try it later, or with more retries",
            )?,
            TransactionErrorKind::Rollback => write!(f, "{Rollback}")?,
        }
        if 1 < *attempts {
            write!(f, " ({attempts} attempts)")?;
        }
        if let Some(source) = source {
            write!(f, ": {source}")?;
        }
        if let Some(first) = failures.first() {
            write!(f, ": {first}")?;
        }
        match failures.len() {
            0 | 1 => Ok(()),
            more => write!(f, " and {} more", more - 1),
        }
    }
}

impl Error for TransactionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => self.0.failures.first().map(|first| first as &(dyn Error + 'static)),
        }
    }
}

impl From<Rollback> for TransactionError {
    fn from(_: Rollback) -> TransactionError {
        TransactionError::new(TransactionErrorKind::Rollback, 0)
    }
}

/// For functions whose errors are texts.
impl From<TransactionError> for String {
    fn from(error: TransactionError) -> String {
        error.to_string()
    }
}

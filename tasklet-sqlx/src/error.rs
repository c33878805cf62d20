//! What goes wrong in a transaction on a pool, as one type.

use std::borrow::Cow;
use std::fmt;

use tasklet_core::{Rollback, TransactionError};

use crate::Refusal;

/// What a function returns whose body runs statements and transactions.
///
/// Each of its kinds becomes one by `?`.
///
/// ```
/// use tasklet_core::Rollback;
/// use tasklet_sqlx::Error;
///
/// fn withdraw(balance: i64, amount: i64) -> Result<i64, Error> {
///     if balance < amount {
///         return Err(Rollback.into());
///     }
///     Ok(balance - amount)
/// }
/// assert!(withdraw(1, 2).unwrap_err().is_rollback());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A statement failed, or was refused: [`refusal`](Error::refusal) tells which.
    Sqlx(sqlx::Error),
    /// A transaction was not committed.
    Transaction(TransactionError),
    /// A body wants its transaction to be rolled back.
    Rollback(Rollback),
}

impl Error {
    /// Why a statement was not even sent, if that is what it is.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Sqlx(error) => Refusal::of(error),
            Error::Transaction(error) => {
                let source: &Error = std::error::Error::source(error)?.downcast_ref()?;
                source.refusal()
            }
            Error::Rollback(_) => None,
        }
    }

    /// The database's own code of the error, if it has one: PostgreSQL's `SQLSTATE`, or SQLite's
    /// extended result code. It is found in a [`TransactionError`], too.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Error::Sqlx(error) => error.as_database_error()?.code(),
            Error::Transaction(error) => {
                let source: &Error = std::error::Error::source(error)?.downcast_ref()?;
                source.code()
            }
            Error::Rollback(_) => None,
        }
    }

    /// Whether nobody knows if a transaction was committed.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Error::Transaction(error) if error.is_outcome_unknown())
    }

    /// Whether a body asked for a rollback.
    #[must_use]
    pub fn is_rollback(&self) -> bool {
        match self {
            Error::Rollback(_) => true,
            Error::Transaction(error) => error.is_rollback(),
            Error::Sqlx(_) => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Sqlx(sqlx::Error::PoolTimedOut) => f.write_str(
                "the pool gave no connection within its acquire_timeout: the database is not \
                 there, or all connections are in use. A transaction has one as long as it is \
                 open, and whatever is independent of it needs another one: is max_connections \
                 large enough?",
            ),
            Error::Sqlx(error) => match Refusal::of(error) {
                Some(refusal) => refusal.fmt(f),
                None => error.fmt(f),
            },
            Error::Transaction(error) => error.fmt(f),
            Error::Rollback(rollback) => rollback.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // As a transparent wrapper: the texts are the same.
        match self {
            Error::Sqlx(error) => std::error::Error::source(error),
            Error::Transaction(error) => std::error::Error::source(error),
            Error::Rollback(_) => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        Error::Sqlx(error)
    }
}

impl From<TransactionError> for Error {
    fn from(error: TransactionError) -> Error {
        Error::Transaction(error)
    }
}

impl From<Rollback> for Error {
    fn from(rollback: Rollback) -> Error {
        Error::Rollback(rollback)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Sqlx(refusal.into())
    }
}

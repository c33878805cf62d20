//! What may go wrong in the tests' transactions.

use std::fmt;

use tasklet_core::{TransactionError, TransactionErrorKind};

/// What the bodies of the tests return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a body, or its transaction, has failed.
#[derive(Debug)]
pub enum Error {
    /// A statement was refused, or the connection was lost.
    Database(sqlx::Error),
    /// The transaction.
    Transaction(TransactionError),
    /// The body did not want to go on.
    Refused,
    /// There is no such row.
    Missing,
}

impl Error {
    /// The transaction's error, if it is one.
    #[must_use]
    pub fn transaction(&self) -> Option<&TransactionError> {
        match self {
            Error::Transaction(error) => Some(error),
            _ => None,
        }
    }

    /// What kind of a transaction's error it is, if it is one.
    #[must_use]
    pub fn kind(&self) -> Option<TransactionErrorKind> {
        self.transaction().map(TransactionError::kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Database(error) => error.fmt(f),
            Error::Transaction(error) => error.fmt(f),
            Error::Refused => f.write_str("refused"),
            Error::Missing => f.write_str("there is no such row"),
        }
    }
}

impl std::error::Error for Error {}

impl From<TransactionError> for Error {
    fn from(error: TransactionError) -> Error {
        Error::Transaction(error)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        Error::Database(error)
    }
}

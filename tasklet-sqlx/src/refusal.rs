//! Why something was not done: what the database was not even asked for.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use sqlx::error::{DatabaseError, ErrorKind};
use tasklet_core::Verdict;

/// Why a statement was refused, or a transaction cannot be committed.
///
/// In a [`sqlx::Error`] it is a `Database` error; [`of`](Refusal::of) finds it there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The transaction has ended.
    Ended,
    /// A statement was dropped before its answer was there, so that nobody knows if it was
    /// executed.
    Interrupted,
    /// Another one has had the connection for longer than the pool's `acquire_timeout`.
    Occupied,
    /// A statement failed, and the database has undone the transaction for it.
    Failed(Failed),
    /// The transaction was committed or rolled back by SQL, or by way of its connection.
    EndedByHand,
    /// The connection itself is to be had in a transaction only.
    NotInTransaction,
    /// A nested transaction wants more isolation than the one around it has.
    Isolation,
    /// The pool needs a tokio runtime, and there is none that could run.
    NoRuntime,
}

/// An error after which a transaction cannot be committed.
#[derive(Clone, Debug)]
pub struct Failed {
    text: String,
    code: Option<String>,
    verdict: Verdict,
}

impl Failed {
    pub(crate) fn new(error: &sqlx::Error, verdict: Verdict) -> Failed {
        let code = error.as_database_error().and_then(DatabaseError::code);
        Failed { text: error.to_string(), code: code.map(Cow::into_owned), verdict }
    }

    /// The text of the error that it was.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The database's code of it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl Refusal {
    /// What is inside of sqlx's error, if it is one of this crate's.
    #[must_use]
    pub fn of(error: &sqlx::Error) -> Option<&Refusal> {
        error.as_database_error()?.try_downcast_ref()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Refusal::Failed(failed) => failed.verdict,
            _ => Verdict::Final,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Ended => {
                "the transaction has ended, and this statement was not executed: await it inside \
                 of the transaction's body"
            }
            Refusal::Interrupted => {
                "a statement of the transaction was dropped before its answer was there, and may \
                 or may not have been executed, so that the transaction can only be rolled back: \
                 let statements end, or set a timeout in the database"
            }
            Refusal::Occupied => {
                "the transaction's connection was not free within the pool's acquire_timeout, \
                 since a nested transaction, a lock() or another statement has it: do not wait \
                 inside of these for something that needs the connection, or raise the timeout"
            }
            Refusal::Failed(Failed { text, .. }) => {
                return write!(
                    f,
                    "a statement failed, and the transaction can only be rolled back: {text}"
                );
            }
            Refusal::EndedByHand => {
                "the transaction was ended by way of its connection: leave BEGIN, COMMIT and \
                 ROLLBACK to the transaction"
            }
            Refusal::NotInTransaction => {
                "lock() gives the connection of a transaction, and there is none of this database \
                 around it: call it inside of one, or acquire a connection of the pool"
            }
            Refusal::Isolation => {
                "a nested transaction is as isolated as the one around it, which is less than \
                 what it wants: begin the outer one with that isolation"
            }
            Refusal::NoRuntime => {
                "the pool needs a tokio runtime here: call Db::new inside of one that has threads \
                 of its own (Runtime::enter, or #[tokio::main]); for sqlx on another runtime \
                 switch the feature `tokio` of tasklet-sqlx off"
            }
        })
    }
}

impl Error for Refusal {}

impl DatabaseError for Refusal {
    fn message(&self) -> &str {
        match self {
            Refusal::Failed(failed) => failed.text(),
            _ => "the statement was not executed",
        }
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Refusal::Failed(failed) => failed.code().map(Cow::Borrowed),
            _ => None,
        }
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

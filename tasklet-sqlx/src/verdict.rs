//! What an error means for the transaction as a whole.

use tasklet_core::{Phase, Verdict};

use crate::{Backend, Error, Refusal};

pub(crate) fn judge<DB: Backend>(error: &Error, during: Phase) -> Verdict {
    match error {
        Error::Sqlx(error) => of::<DB>(error, during),
        Error::Transaction(_) | Error::Rollback(_) => Verdict::Final,
    }
}

pub(crate) fn of<DB: Backend>(error: &sqlx::Error, during: Phase) -> Verdict {
    if let Some(refusal) = Refusal::of(error) {
        return refusal.verdict();
    }
    match error {
        sqlx::Error::Database(error) => DB::judge(&**error, during),
        // What was sent before may have arrived.
        error if is_of_connection(error) && during == Phase::Commit => Verdict::Unknown,
        // Without a commit nothing was committed, and another connection may do.
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Verdict::Retry,
        // A pool that is closed or empty, a wrong password, a query that makes no sense.
        _ => Verdict::Final,
    }
}

/// Whether a connection is of no use after this error, which the database has not sent.
pub(crate) fn is_of_connection(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, Protocol, Tls, WorkerCrashed};
    matches!(error, Io(_) | Protocol(_) | Tls(_) | WorkerCrashed)
}

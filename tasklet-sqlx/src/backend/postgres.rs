//! PostgreSQL, and what speaks its protocol.

#[cfg(feature = "macros")]
use sqlx::Describe;
use sqlx::error::DatabaseError;
use sqlx::{Execute, Executor, Pool, SqlStr};
use sqlx_postgres::{PgConnection, PgDatabaseError, PgSeverity, Postgres};
use tasklet_core::{Isolation, Phase, Verdict};

use super::{BoxFuture, BoxStream, Driver, Harm, Step, statements};

impl Driver for Postgres {
    // sqlx counts a transaction when its BEGIN was answered, and would not roll back before that.
    const UNDOES_DROPPED_BEGIN: bool = false;
    const READ_ONLY: Option<(&'static str, &'static str)> = None;
    // It ends with the savepoint.
    const READ_ONLY_SAVEPOINT: &'static str = "; SET TRANSACTION READ ONLY";

    fn begin(isolation: Isolation, is_read_only: bool) -> &'static str {
        match (isolation, is_read_only) {
            (Isolation::Serializable, false) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            (Isolation::Serializable, true) => "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
            (Isolation::RepeatableRead, false) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            (Isolation::RepeatableRead, true) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            (Isolation::ReadCommitted, false) => "BEGIN ISOLATION LEVEL READ COMMITTED",
            (Isolation::ReadCommitted, true) => "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY",
        }
    }

    fn isolation(wanted: Isolation) -> Isolation {
        wanted
    }

    fn judge(error: &dyn DatabaseError, during: Phase) -> Verdict {
        // CockroachDB has a sentence for it as well, whatever the code.
        if error.message().starts_with("restart transaction") {
            return Verdict::Retry;
        }
        let code = error.code().unwrap_or_default();
        match (&*code, during) {
            // serialization_failure, deadlock_detected
            ("40001" | "40P01", _) => Verdict::Retry,
            // statement_completion_unknown
            ("40003", Phase::Commit) => Verdict::Unknown,
            (code, _) if !is_of_connection(code) => Verdict::Final,
            (_, Phase::Commit) => Verdict::Unknown,
            (_, Phase::Begin | Phase::Body) => Verdict::Retry,
        }
    }

    async fn harm(_: &mut PgConnection, error: &sqlx::Error) -> Harm {
        match error {
            sqlx::Error::Database(error) => {
                let severity = error.try_downcast_ref().map(PgDatabaseError::severity);
                let is_fatal = matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic));
                if is_fatal || is_of_connection(&error.code().unwrap_or_default()) {
                    Harm::Lost
                } else {
                    Harm::Aborted
                }
            }
            error if crate::verdict::is_of_connection(error) => Harm::Lost,
            _ => Harm::None,
        }
    }

    async fn check(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Any statement is refused in a transaction that has failed, an empty one excepted.
        connection.execute("SELECT 1").await.map(|_| ())
    }

    statements!();
}

/// connection_exception, and the server's own end: admin_shutdown, crash_shutdown,
/// cannot_connect_now.
fn is_of_connection(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03")
}

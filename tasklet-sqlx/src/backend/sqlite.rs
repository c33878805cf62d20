//! SQLite: one writer at a time, and errors that leave a transaction as it was.

#[cfg(feature = "macros")]
use sqlx::Describe;
use sqlx::error::DatabaseError;
use sqlx::{Execute, Executor, Pool, SqlStr};
use sqlx_sqlite::{Sqlite, SqliteConnection};
use tasklet_core::{Isolation, Phase, Verdict};

use super::{BoxFuture, BoxStream, Driver, Harm, Step, statements};

/// Result codes, <https://www.sqlite.org/rescode.html>: the lowest byte is the primary one.
const ERROR: i32 = 1;
const BUSY: i32 = 5;
const IOERR: i32 = 10;
const LOCKED_SHAREDCACHE: i32 = 262;

impl Driver for Sqlite {
    // Its thread rolls back at once what nobody waits for any more.
    const UNDOES_DROPPED_BEGIN: bool = true;
    const READ_ONLY: Option<(&'static str, &'static str)> =
        Some(("PRAGMA query_only = 1", "PRAGMA query_only = 0"));
    const READ_ONLY_SAVEPOINT: &'static str = "";

    fn begin(_: Isolation, is_read_only: bool) -> &'static str {
        // A transaction that began with a read cannot wait for another writer: what it has read
        // would be stale. So it fails at once when it wants to write; two of them that are tried
        // again could go on for ever. One that writes waits before its first read instead.
        if is_read_only { "BEGIN" } else { "BEGIN IMMEDIATE" }
    }

    fn isolation(_: Isolation) -> Isolation {
        Isolation::Serializable
    }

    fn judge(error: &dyn DatabaseError, during: Phase) -> Verdict {
        let code = code(error);
        match (code & 0xff, during) {
            // At the commit, too: then readers are in the way, and nothing was written yet.
            (BUSY, _) => Verdict::Retry,
            _ if code == LOCKED_SHAREDCACHE => Verdict::Retry,
            // The files may have all of it already, and only the last fsync has failed: of the
            // directory of a journal that was deleted, or of a log whose last frame is there. Then
            // whoever opens the database after a crash may find it committed.
            (IOERR, Phase::Commit) => Verdict::Unknown,
            _ => Verdict::Final,
        }
    }

    async fn harm(connection: &mut SqliteConnection, error: &sqlx::Error) -> Harm {
        match error {
            // Most errors undo their own statement and no more. Some (a full disk, `OR ROLLBACK`)
            // undo the transaction, and what comes next would be committed by itself: so ask.
            sqlx::Error::Database(_) => match Sqlite::check(connection).await {
                Ok(()) => Harm::None,
                Err(sqlx::Error::BeginFailed) => Harm::Undone,
                Err(_) => Harm::Lost,
            },
            error if crate::verdict::is_of_connection(error) => Harm::Lost,
            _ => Harm::None,
        }
    }

    async fn check(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        // In a transaction this is an error, and that is what we want. If it succeeds, there was
        // none any more, and there is an empty one now, as sqlx believes.
        match connection.execute("BEGIN").await {
            Ok(_) => Err(sqlx::Error::BeginFailed),
            Err(sqlx::Error::Database(error)) if code(&*error) == ERROR => Ok(()),
            Err(error) => Err(error),
        }
    }

    statements!();
}

fn code(error: &dyn DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse().ok()).unwrap_or(ERROR)
}

//! The book in one SQLite file, for one process at a time.
//!
//! SQLite has one writer at a time whatever one does, so all transactions share one connection:
//! they queue for it in order, instead of polling for the file's lock. Readers never wait for it
//! (WAL). A lock file keeps a second guestbook out, which would poll.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tasklet_sqlx::Db;

use super::OpenError;

/// How long an attempt waits while some other program holds the file's write lock. There are many.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// How long one queues for a connection before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// How many pages can be read at once.
const READERS_MAX: u32 = 4;

pub(super) const RECENT: &str = "
    SELECT name, bio, created_at
    FROM users JOIN profiles ON user_id = id ORDER BY id DESC LIMIT $1";

/// An open SQLite file.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    /// The one connection that writes.
    pub(super) db: Db<sqlx::Sqlite>,
    pub(super) readers: SqlitePool,
    /// Keeps a second guestbook out for as long as this one runs, even one that is killed.
    _lock: Arc<File>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With less than FULL, a WAL commit is not on the disk when it returns.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let pool =
            |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(ACQUIRE_TIMEOUT);

        let writer = pool(1).connect_with(options.clone()).await?;
        let _lock = Arc::new(lock(path)?);
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::raw_sql(include_str!("sqlite.sql")).execute(&mut *transaction).await?;
        transaction.commit().await?;
        let readers = pool(READERS_MAX).connect_with(options.pragma("query_only", "on")).await?;
        Ok(Self { db: Db::new(writer), readers, _lock })
    }
}

/// Locks `<database>.lock`; the system lets go of it when the process ends, however it ends.
fn lock(database: &Path) -> Result<File, OpenError> {
    let mut path = database.canonicalize()?.into_os_string();
    path.push(".lock");
    let file = File::create(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

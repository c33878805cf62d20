//! The book in one SQLite file, for one process at a time.
//!
//! SQLite has one writer at a time whatever one does, so all writes share one connection: tasklets
//! queue for it in order, instead of polling for the file's lock. Readers never wait for it (WAL).
//! A lock file keeps a second guestbook out, so every half found at the start is a dead one's.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{Entry, EntryRow, Key, Profile, RECENT_ENTRIES_MAX, StoreError, User};

/// How long a write waits while some other program holds the file's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a tasklet queues for a connection before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// How many pages can be read at once.
const READERS_MAX: u32 = 4;

/// An open SQLite file.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Keeps a second guestbook out for as long as this one runs, even one that is killed.
    _lock: Arc<File>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
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
        let readers = pool(READERS_MAX).connect_with(options.pragma("query_only", "on")).await?;

        let store = Self { writer, readers, _lock };
        sqlx::raw_sql(include_str!("sqlite.sql")).execute(&store.writer).await?;
        store.sweep().await?;
        Ok(store)
    }

    pub(super) async fn insert_user(&self, key: Key, user: &User) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO users (id, name, email) VALUES ($1, $2, $3)")
            .bind(key.id)
            .bind(&user.name)
            .bind(&user.email)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(super) async fn insert_profile(
        &self,
        key: Key,
        profile: &Profile,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO profiles (user_id, bio) VALUES ($1, $2)")
            .bind(key.id)
            .bind(&profile.bio)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(super) async fn withdraw(&self, key: Key) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        for delete in ["DELETE FROM users WHERE id = $1", "DELETE FROM profiles WHERE user_id = $1"]
        {
            sqlx::query(delete).bind(key.id).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(super) async fn recent(&self) -> Result<Vec<Entry>, StoreError> {
        let query = "SELECT name, bio, created_at AS written_at
                     FROM users JOIN profiles ON user_id = id ORDER BY id DESC LIMIT $1";
        let rows = sqlx::query_as(query).bind(RECENT_ENTRIES_MAX).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(<Entry as From<EntryRow>>::from).collect())
    }

    pub(super) async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        self.writer.close().await;
        Ok(())
    }

    /// Removes the halves that a killed guestbook left.
    async fn sweep(&self) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        let users = "DELETE FROM users WHERE id NOT IN (SELECT user_id FROM profiles)";
        let profiles = "DELETE FROM profiles WHERE user_id NOT IN (SELECT id FROM users)";
        let mut halves = 0;
        for delete in [users, profiles] {
            halves += sqlx::query(delete).execute(&mut *transaction).await?.rows_affected();
        }
        transaction.commit().await?;
        super::report_swept(halves);
        Ok(())
    }
}

/// Locks `<database>.lock`; the system lets go of it when the process ends, however it ends.
fn lock(database: &Path) -> Result<File, StoreError> {
    let mut path = database.canonicalize()?.into_os_string();
    path.push(".lock");
    let file = File::create(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

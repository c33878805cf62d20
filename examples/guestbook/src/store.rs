//! Where entries are kept: two halves, written in parallel, seen only when both are there.
//!
//! A *user* and a *profile* are separate rows in separate commits, so at any moment a crash may
//! leave one without the other. Three rules keep that from being seen or forgotten:
//!
//! 1. [`Store::recent`] joins the two tables, so half an entry is never shown.
//! 2. When one write fails, [`Store::withdraw`] takes back what the other may have left.
//! 3. What a killed process left is swept by the next one that opens the book. It must not sweep
//!    what a living process is about to complete; how that is known differs by database, see
//!    [`sqlite`] and [`postgres`].

mod postgres;
mod sqlite;

use uuid::Uuid;

use crate::args::Database;
use postgres::Postgres;
use sqlite::Sqlite;

/// How many entries [`Store::recent`] returns.
pub(crate) const RECENT_ENTRIES_MAX: i64 = 100;

/// The key of one entry, known before either half is written: that is what lets both start at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Names the entry in both tables, and sorts by time.
    pub(crate) id: Uuid,
    /// Which process writes it; see [`postgres`].
    writer: i64,
}

/// The half of an entry that says who signed.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) email: String,
}

/// The half of an entry that says what they wrote.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) bio: String,
}

/// A whole entry as readers see it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bio: String,
    pub(crate) written_at: String,
}

/// An [`Entry`] as the database returns it.
type EntryRow = (String, String, String);

impl From<EntryRow> for Entry {
    fn from((name, bio, written_at): EntryRow) -> Self {
        Self { name, bio, written_at }
    }
}

/// Why the database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The database's own words.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The lock file beside the database could not be made.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// One SQLite file is for one process.
    #[error("another guestbook has it open; use PostgreSQL to run several")]
    InUse,
    /// This process lost its lock and was taken for dead, so its half entries were swept.
    #[error("this guestbook was taken for dead while it was cut off from the database; try again")]
    TakenForDead,
}

/// An open book.
#[derive(Debug, Clone)]
pub(crate) enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the book, makes its tables if they are missing and sweeps what dead processes left.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        match database {
            Database::Sqlite(path) => Ok(Self::Sqlite(Sqlite::open(path).await?)),
            Database::Postgres(options) => Ok(Self::Postgres(Postgres::open(options).await?)),
        }
    }

    /// A key for a new entry.
    pub(crate) fn new_key(&self) -> Key {
        let writer = match self {
            Self::Sqlite(_) => 0,
            Self::Postgres(store) => store.writer(),
        };
        Key { id: Uuid::now_v7(), writer }
    }

    /// Writes the user half; durable when it returns.
    pub(crate) async fn insert_user(&self, key: Key, user: &User) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.insert_user(key, user).await,
            Self::Postgres(store) => store.insert_user(key, user).await,
        }
    }

    /// Writes the profile half; durable when it returns.
    pub(crate) async fn insert_profile(
        &self,
        key: Key,
        profile: &Profile,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.insert_profile(key, profile).await,
            Self::Postgres(store) => store.insert_profile(key, profile).await,
        }
    }

    /// Takes back whatever was written under `key`: both halves in one transaction, or neither.
    pub(crate) async fn withdraw(&self, key: Key) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.withdraw(key).await,
            Self::Postgres(store) => store.withdraw(key).await,
        }
    }

    /// The newest whole entries, newest first.
    pub(crate) async fn recent(&self) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(store) => store.recent().await,
            Self::Postgres(store) => store.recent().await,
        }
    }

    /// Leaves the book in order; call it when nothing is in flight any more.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// Tells the operator what a sweep removed.
fn report_swept(halves: u64) {
    if 0 < halves {
        tracing::warn!(halves, "swept half entries of a guestbook that did not end in order");
    }
}

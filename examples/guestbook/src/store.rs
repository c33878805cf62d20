//! Where entries are kept: two tables, and a counter of all who have signed.
//!
//! The statements are the same for both databases. Those that are executed inside of a transaction
//! are a part of it: whole entries, and a counter that has counted them, are all that anybody ever
//! sees, and all that a crash leaves.

mod postgres;
mod sqlite;

use uuid::Uuid;

use crate::args::Database;
use postgres::Postgres;
use sqlite::Sqlite;

/// How many entries [`Store::recent`] returns.
const RECENT_ENTRIES_MAX: i64 = 100;

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

/// An entry as readers see it.
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

/// Why a book could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The database's own words.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The lock file beside the database could not be made.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// One SQLite file is for one process.
    #[error("another guestbook has it open; use PostgreSQL to run several")]
    InUse,
}

/// An open book.
#[derive(Debug, Clone)]
pub(crate) enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// One piece of work, with `$db` as the handle of whichever database it is.
macro_rules! on {
    ($store:expr, $db:ident => $work:expr) => {
        match $store {
            Store::Sqlite(Sqlite { db: $db, .. }) => $work,
            Store::Postgres(Postgres { db: $db }) => $work,
        }
    };
}

impl Store {
    /// Opens the book, makes its tables if they are missing, and has its database run this
    /// process's transactions.
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        let store = match database {
            Database::Sqlite(path) => Self::Sqlite(Sqlite::open(path).await?),
            Database::Postgres(options) => Self::Postgres(Postgres::open(options).await?),
        };
        on!(&store, db => {
            let is_first = tasklet_core::set_default_transaction_manager(db.clone()).is_ok();
            assert!(is_first, "a process opens one book");
        });
        Ok(store)
    }

    pub(crate) async fn insert_user(&self, id: Uuid, user: User) -> sqlx::Result<()> {
        let insert = "INSERT INTO users (id, name, email) VALUES ($1, $2, $3)";
        on!(self, db => {
            let query = sqlx::query(insert).bind(id).bind(user.name).bind(user.email);
            query.execute(db).await.map(drop)
        })
    }

    pub(crate) async fn insert_profile(&self, id: Uuid, profile: Profile) -> sqlx::Result<()> {
        let insert = "INSERT INTO profiles (user_id, bio) VALUES ($1, $2)";
        on!(self, db => sqlx::query(insert).bind(id).bind(profile.bio).execute(db).await.map(drop))
    }

    /// How many have signed.
    pub(crate) async fn visitors(&self) -> sqlx::Result<i64> {
        let select = "SELECT signed FROM visitors";
        on!(self, db => sqlx::query_scalar(select).fetch_one(db).await)
    }

    pub(crate) async fn set_visitors(&self, signed: i64) -> sqlx::Result<()> {
        let update = "UPDATE visitors SET signed = $1";
        on!(self, db => sqlx::query(update).bind(signed).execute(db).await.map(drop))
    }

    /// The newest entries, newest first.
    pub(crate) async fn recent(&self) -> sqlx::Result<Vec<Entry>> {
        let rows: Vec<EntryRow> = match self {
            Self::Sqlite(store) => {
                let recent = sqlx::query_as(sqlite::RECENT).bind(RECENT_ENTRIES_MAX);
                recent.fetch_all(&store.readers).await?
            }
            Self::Postgres(store) => {
                let recent = sqlx::query_as(postgres::RECENT).bind(RECENT_ENTRIES_MAX);
                recent.fetch_all(&store.db).await?
            }
        };
        Ok(rows.into_iter().map(Entry::from).collect())
    }

    /// Leaves the book in order; call it when nothing is in flight any more.
    pub(crate) async fn close(self) {
        if let Self::Sqlite(store) = &self {
            store.readers.close().await;
        }
        on!(&self, db => db.pool().close().await);
    }
}

//! A database for each test, and what is done in it.

use std::str::FromStr;
use std::time::Duration;

use databases::{DEADLINE, Server};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Executor, Postgres, Sqlite, Transaction};
use tasklet_core::{Context, TaskletFuture, TransactionOptions, tasklet, transaction_async};
use tasklet_sqlx::{Backend, Db, Error};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long one waits for a transaction's connection in these tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database with a table of notes.
pub(crate) struct Notes<DB: Backend> {
    pub(crate) db: Db<DB>,
    _directory: Option<TempDir>,
}

pub(crate) trait Kind: Backend {
    /// A statement that takes its time.
    const SLOW: &'static str;

    async fn open(connections: u32, patience: Duration) -> Notes<Self>;

    /// Begins a transaction of sqlx's own.
    fn begin_by_hand(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<Transaction<'_, Self>, sqlx::Error>> + Send;

    fn write_by_hand(
        connection: &mut Self::Connection,
        text: &str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

macro_rules! by_hand {
    () => {
        async fn begin_by_hand(
            connection: &mut Self::Connection,
        ) -> Result<Transaction<'_, Self>, sqlx::Error> {
            connection.begin().await
        }

        async fn write_by_hand(
            connection: &mut Self::Connection,
            text: &str,
        ) -> Result<(), sqlx::Error> {
            let sql = AssertSqlSafe(format!("INSERT INTO note VALUES ('{text}')"));
            connection.execute(sql).await.map(|_| ())
        }
    };
}

impl Kind for Sqlite {
    const SLOW: &'static str = "INSERT INTO note WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL \
                                SELECT i + 1 FROM n WHERE i < 100000) SELECT 'n' || i FROM n";

    async fn open(connections: u32, patience: Duration) -> Notes<Sqlite> {
        let directory = tempfile::tempdir().expect("a directory");
        let options = SqliteConnectOptions::new().filename(directory.path().join("notes"));
        let options = options.create_if_missing(true);
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(patience);
        let db = Db::new(pool.connect_with(options).await.expect("a file"));
        Notes::new(db, Some(directory)).await
    }

    by_hand!();
}

impl Kind for Postgres {
    const SLOW: &'static str = "INSERT INTO note SELECT 'n' FROM pg_sleep(0.3)";

    async fn open(connections: u32, patience: Duration) -> Notes<Postgres> {
        let url = Server::shared().new_database().await;
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(patience);
        Notes::new(Db::new(pool.connect(&url).await.expect("a server")), None).await
    }

    by_hand!();
}

/// A database in memory, which lives as long as its one connection.
pub(crate) async fn in_memory() -> Notes<Sqlite> {
    let options = SqliteConnectOptions::from_str("sqlite::memory:").expect("a URL");
    let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
    let pool = pool.idle_timeout(None).max_lifetime(None).connect_with(options);
    Notes::new(Db::new(pool.await.expect("memory")), None).await
}

impl<DB: Backend> Notes<DB> {
    async fn new(db: Db<DB>, directory: Option<TempDir>) -> Notes<DB> {
        db.execute("CREATE TABLE note (text VARCHAR(100) PRIMARY KEY)").await.expect("a table");
        Notes { db, _directory: directory }
    }

    pub(crate) async fn count(&self) -> usize {
        count(&self.db).await.expect("a table")
    }
}

impl<DB: Kind> Notes<DB> {
    pub(crate) async fn open(connections: u32) -> Notes<DB> {
        DB::open(connections, PATIENCE).await
    }
}

pub(crate) async fn count<DB: Backend>(db: &Db<DB>) -> Result<usize, sqlx::Error> {
    Ok(db.fetch_all("SELECT text FROM note").await?.len())
}

/// Writes a note.
#[tasklet]
pub(crate) async fn write<DB: Backend>(db: Db<DB>, text: String) -> Result<(), Error> {
    insert(&db, &text).await?;
    Ok(())
}

pub(crate) async fn insert<DB: Backend>(db: &Db<DB>, text: &str) -> Result<(), sqlx::Error> {
    db.execute(AssertSqlSafe(format!("INSERT INTO note VALUES ('{text}')"))).await?;
    Ok(())
}

pub(crate) fn of<DB: Backend>(db: &Db<DB>) -> TransactionOptions {
    let brief = Duration::from_millis(1);
    TransactionOptions::new().manager(db.clone()).backoff(brief, brief)
}

/// A transaction, whose body has a handle of its own.
#[track_caller]
pub(crate) fn transact<DB, T, F>(
    db: &Db<DB>,
    mut body: impl FnMut(Db<DB>) -> F + Send + 'static,
) -> TaskletFuture<Result<T, Error>>
where
    DB: Backend,
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let inside = db.clone();
    transaction_async(of(db), move || body(inside.clone()))
}

/// Runs a test in a context of its own, which must end in time.
#[track_caller]
pub(crate) fn run<R>(body: impl AsyncFnOnce() -> R) -> R {
    let runtime = Runtime::new().expect("a runtime");
    let limited = async {
        let context = Context::new();
        let body = context.scope_to_end(body());
        tokio::time::timeout(DEADLINE, body).await.expect("it hangs")
    };
    runtime.block_on(limited)
}

/// Tells a story, a generic function of this name, on both databases.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { crate::support::run(super::$name::<sqlx::Sqlite>); })*
        }
        mod postgres {
            $(#[test] fn $name() { crate::support::run(super::$name::<sqlx::Postgres>); })*
        }
    };
}
pub(crate) use on_both;

//! A database as the tests use it: one type for SQLite and PostgreSQL, all columns are numbers, and
//! all statements are the same for both.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow, Postgres};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite};
use tasklet_core::TransactionOptions;
use tasklet_sqlx::Db;

use crate::{Error, Result};

/// How long a statement queues for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// A pool of connections, with transactions. Clones are the same one.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file.
    Sqlite(Db<Sqlite>),
    /// A server.
    Postgres(Db<Postgres>),
}

impl Store {
    /// Opens it with at most so many connections. A file is made if there is none.
    ///
    /// # Panics
    ///
    /// If the URL is none, or there is no database.
    pub async fn open(url: &str, connections: u32) -> Store {
        Self::open_patiently(url, connections, ACQUIRE_TIMEOUT).await
    }

    /// As [`open`](Self::open), and says how long a statement queues for a connection.
    ///
    /// # Panics
    ///
    /// As [`open`](Self::open).
    pub async fn open_patiently(url: &str, connections: u32, patience: Duration) -> Store {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).expect("a URL");
            // Readers and a writer side by side, and no disk is waited for at each commit.
            let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
            let options = options.synchronous(sqlx::sqlite::SqliteSynchronous::Normal);
            let pool = SqlitePoolOptions::new().max_connections(connections);
            let pool = pool.acquire_timeout(patience).connect_with(options.busy_timeout(patience));
            Store::Sqlite(Db::new(pool.await.expect("a file")))
        } else {
            let options = PgConnectOptions::from_str(url).expect("a URL");
            let pool = PgPoolOptions::new().max_connections(connections);
            let pool = pool.acquire_timeout(patience).connect_with(options);
            Store::Postgres(Db::new(pool.await.expect("a server")))
        }
    }

    /// A transaction of it.
    pub fn transaction(&self) -> TransactionOptions {
        match self {
            Store::Sqlite(db) => TransactionOptions::new().manager(db.clone()),
            Store::Postgres(db) => TransactionOptions::new().manager(db.clone()),
        }
    }

    /// Runs a statement, in the transaction around it if there is one, and returns how many rows it
    /// has changed.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn run(&self, sql: &'static str, numbers: &[i64]) -> Result<u64> {
        match self {
            Store::Sqlite(db) => {
                let query = numbers.iter().fold(sqlx::query(sql), |query, n| query.bind(*n));
                Ok(query.execute(db).await?.rows_affected())
            }
            Store::Postgres(db) => {
                let query = numbers.iter().fold(sqlx::query(sql), |query, n| query.bind(*n));
                Ok(query.execute(db).await?.rows_affected())
            }
        }
    }

    /// Runs a query, in the transaction around it if there is one.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn rows(&self, sql: &'static str, numbers: &[i64]) -> Result<Vec<Vec<i64>>> {
        match self {
            Store::Sqlite(db) => {
                let query = numbers.iter().fold(sqlx::query(sql), |query, n| query.bind(*n));
                let rows: Vec<SqliteRow> = query.fetch_all(db).await?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect())
            }
            Store::Postgres(db) => {
                let query = numbers.iter().fold(sqlx::query(sql), |query, n| query.bind(*n));
                let rows: Vec<PgRow> = query.fetch_all(db).await?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect())
            }
        }
    }

    /// The only number of the only row.
    ///
    /// # Errors
    ///
    /// The database's; [`Error::Missing`] if there is none.
    pub async fn number(&self, sql: &'static str, numbers: &[i64]) -> Result<i64> {
        let rows = self.rows(sql, numbers).await?;
        rows.first().and_then(|row| row.first()).copied().ok_or(Error::Missing)
    }

    /// Runs several statements outside of any transaction: tables, say.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn prepare(&self, sql: &'static str) -> Result<()> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Store::Sqlite(db) => query.execute(db.pool()).await.map(drop)?,
            Store::Postgres(db) => query.execute(db.pool()).await.map(drop)?,
        }
        Ok(())
    }

    /// Expects that whoever gets the next connection of the pool finds no transaction open on it.
    ///
    /// # Panics
    ///
    /// If there is one.
    pub async fn assert_clean(&self) {
        match self {
            Store::Sqlite(_) => {
                let begun = self.prepare("BEGIN; ROLLBACK").await;
                begun.expect("no transaction is open on the connection");
            }
            Store::Postgres(db) => {
                // As a simple query: of an extended one the transaction begins before it.
                let sql = "SELECT now() = statement_timestamp()
                           AND pg_current_xact_id_if_assigned() IS NULL";
                let row = sqlx::raw_sql(sql).fetch_one(db.pool()).await.expect("a connection");
                assert!(row.get::<bool, _>(0), "a transaction is open on the connection");
            }
        }
    }
}

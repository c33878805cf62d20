//! What differs between databases.
//!
//! [`Backend`] is what users see of it; it is sealed by [`Driver`], which is what the rest of the
//! crate asks for. The statements are there because a generic function cannot say that `&mut` of
//! any backend's connection is an `Executor`.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::future::Future;
use std::pin::Pin;

use futures_lite::Stream;
#[cfg(feature = "macros")]
use sqlx::Describe;
use sqlx::error::DatabaseError;
use sqlx::{Database, Either, Execute, Pool, SqlStr};
use tasklet_core::{Isolation, Phase, Verdict};

pub(crate) type BoxFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'a>>;
pub(crate) type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = Result<T, sqlx::Error>> + Send + 'a>>;
/// What a statement sends back: rows, and a summary after them.
pub(crate) type Step<DB> = Either<<DB as Database>::QueryResult, <DB as Database>::Row>;

/// A database that [`Db`](crate::Db) works with: `sqlx::Postgres`, with the feature `postgres`, and
/// `sqlx::Sqlite`, with the feature `sqlite`.
///
/// It is sealed. MySQL is not among them: there many statements commit a transaction without being
/// asked to, and a deadlock ends the whole of it, savepoints included.
pub trait Backend: Driver {}

impl<DB: Driver> Backend for DB {}

/// What a failed statement has done to its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Nothing: it is as if the statement had not been sent.
    None,
    /// The database takes nothing but a rollback, to a savepoint at least.
    Aborted,
    /// The database has rolled it back.
    Undone,
    /// The connection is of no use any more.
    Lost,
}

/// What the crate needs to know of a database.
pub trait Driver: Database {
    /// Whether a `begin` that was dropped leaves no transaction behind.
    const UNDOES_DROPPED_BEGIN: bool;
    /// What makes a connection refuse writes, and what ends that, where `BEGIN` cannot say it.
    const READ_ONLY: Option<(&'static str, &'static str)>;
    /// What is added to a savepoint that only reads.
    const READ_ONLY_SAVEPOINT: &'static str;

    /// The statement that begins a transaction.
    fn begin(isolation: Isolation, is_read_only: bool) -> &'static str;

    /// Which isolation a transaction gets that wants this one.
    fn isolation(wanted: Isolation) -> Isolation;

    /// What the database's own error means.
    fn judge(error: &dyn DatabaseError, during: Phase) -> Verdict;

    /// What an error of a statement has done.
    fn harm<'e>(
        connection: &'e mut Self::Connection,
        error: &'e sqlx::Error,
    ) -> impl Future<Output = Harm> + Send + 'e;

    /// Asks the database whether the transaction is open and well. After an error the connection
    /// is in a transaction all the same, if it can be, so that it can be rolled back.
    fn check(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send + '_;

    /// `fetch_many` of a connection.
    fn fetch_many<'e, 'q: 'e, E>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxStream<'e, Step<Self>>
    where
        E: 'q + Execute<'q, Self>;

    /// `fetch_many` of a pool, whose stream has the connection.
    fn fetch_many_from<'e, 'q: 'e, E>(pool: &Pool<Self>, query: E) -> BoxStream<'e, Step<Self>>
    where
        E: 'q + Execute<'q, Self>;

    /// `fetch_optional` of a connection.
    fn fetch_optional<'e, 'q: 'e, E>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxFuture<'e, Option<Self::Row>>
    where
        E: 'q + Execute<'q, Self>;

    /// `prepare_with` of a connection.
    fn prepare_with<'e>(
        connection: &'e mut Self::Connection,
        sql: SqlStr,
        parameters: &'e [Self::TypeInfo],
    ) -> BoxFuture<'e, Self::Statement>;

    /// `describe` of a connection.
    #[cfg(feature = "macros")]
    fn describe(connection: &mut Self::Connection, sql: SqlStr) -> BoxFuture<'_, Describe<Self>>;
}

/// The methods of [`Driver`] that are the same for all, but for their types.
macro_rules! statements {
    () => {
        fn fetch_many<'e, 'q: 'e, E>(
            connection: &'e mut Self::Connection,
            query: E,
        ) -> BoxStream<'e, Step<Self>>
        where
            E: 'q + Execute<'q, Self>,
        {
            connection.fetch_many(query)
        }

        fn fetch_many_from<'e, 'q: 'e, E>(pool: &Pool<Self>, query: E) -> BoxStream<'e, Step<Self>>
        where
            E: 'q + Execute<'q, Self>,
        {
            pool.fetch_many(query)
        }

        fn fetch_optional<'e, 'q: 'e, E>(
            connection: &'e mut Self::Connection,
            query: E,
        ) -> BoxFuture<'e, Option<Self::Row>>
        where
            E: 'q + Execute<'q, Self>,
        {
            connection.fetch_optional(query)
        }

        fn prepare_with<'e>(
            connection: &'e mut Self::Connection,
            sql: SqlStr,
            parameters: &'e [Self::TypeInfo],
        ) -> BoxFuture<'e, Self::Statement> {
            connection.prepare_with(sql, parameters)
        }

        #[cfg(feature = "macros")]
        fn describe(
            connection: &mut Self::Connection,
            sql: SqlStr,
        ) -> BoxFuture<'_, Describe<Self>> {
            connection.describe(sql)
        }
    };
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use statements;

//! The database behind a guestbook, from a second client's point of view: it looks, locks, breaks.

use std::str::FromStr;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use super::{Server, eventually};

const WHOLE: &str = "SELECT name FROM users JOIN profiles ON user_id = users.id ORDER BY name";
/// In one statement, which sees one moment.
const TORN: &str = "SELECT 'no profile of ' || name FROM users
                    WHERE id NOT IN (SELECT user_id FROM profiles)
                    UNION ALL
                    SELECT 'no user of ' || bio FROM profiles
                    WHERE user_id NOT IN (SELECT id FROM users)
                    UNION ALL
                    SELECT 'the counter is ' || signed FROM visitors
                    WHERE signed <> (SELECT count(*) FROM users)";

/// A database of its own for one test.
pub(crate) enum Db {
    Sqlite(TempDir),
    Postgres(String),
}

impl Db {
    /// A file that does not exist yet.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a directory"))
    }

    /// An empty database on the shared server.
    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Server::shared().new_database().await)
    }

    /// What the guestbook is told after `--db`.
    pub(crate) fn argument(&self) -> String {
        match self {
            Self::Sqlite(dir) => dir.path().join("book.db").to_str().expect("UTF-8").to_owned(),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// A connection beside the guestbook's.
    pub(crate) async fn connect(&self) -> Client {
        match self {
            Self::Sqlite(_) => {
                let options = SqliteConnectOptions::from_str(&self.argument()).expect("a file");
                Client::Sqlite(SqliteConnection::connect_with(&options).await.expect("a file"))
            }
            Self::Postgres(url) => {
                Client::Postgres(PgConnection::connect(url).await.expect("a server"))
            }
        }
    }

    /// Makes the database before a guestbook does, with the statements of its kind.
    pub(crate) async fn make(&self, sqlite: &str, postgres: &str) {
        match self {
            Self::Sqlite(_) => {
                let options = SqliteConnectOptions::from_str(&self.argument()).expect("a file");
                let made = SqliteConnection::connect_with(&options.create_if_missing(true)).await;
                Client::Sqlite(made.expect("a file")).run(sqlite).await;
            }
            Self::Postgres(_) => self.connect().await.run(postgres).await,
        }
    }

    /// Names of the entries that have both halves.
    pub(crate) async fn whole(&self) -> Vec<String> {
        self.connect().await.texts(WHOLE).await
    }

    /// Expects that no transaction has left a part of itself: neither half an entry, nor a counter
    /// that has not counted exactly the entries.
    #[track_caller]
    pub(crate) fn is_not_torn(&self) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let torn = self.connect().await.texts(TORN).await;
            assert!(torn.is_empty(), "{place}: {torn:?}");
        }
    }

    /// Keeps every write of the guestbook waiting, until the client is dropped.
    pub(crate) async fn hold_writes(&self) -> Client {
        let mut client = self.connect().await;
        match self {
            Self::Sqlite(_) => client.run("BEGIN IMMEDIATE").await,
            Self::Postgres(_) => {
                client.run("BEGIN; LOCK TABLE users, profiles IN EXCLUSIVE MODE").await;
            }
        }
        client
    }

    /// Lets the user be written, and keeps the profile waiting.
    ///
    /// SQLite's locks are for the whole file, so there a trigger reads a view that has no end.
    pub(crate) async fn stall_profiles(&self) -> Client {
        let mut client = self.connect().await;
        let sql = match self {
            Self::Sqlite(_) => {
                "CREATE VIEW endless AS
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
                 CREATE TRIGGER stall BEFORE INSERT ON profiles
                 BEGIN SELECT count(*) FROM endless; END"
            }
            Self::Postgres(_) => "BEGIN; LOCK TABLE profiles IN EXCLUSIVE MODE",
        };
        client.run(sql).await;
        client
    }

    /// Ends what [`Db::stall_profiles`] began.
    pub(crate) async fn end_stall(&self, mut client: Client) {
        let sql = match self {
            Self::Sqlite(_) => "DROP TRIGGER stall; DROP VIEW endless",
            Self::Postgres(_) => "ROLLBACK",
        };
        client.run(sql).await;
    }

    /// Ends the stall when the guestbook was killed in it. PostgreSQL would still finish what was
    /// sent to it, so that is ended first.
    pub(crate) async fn end_stall_of_the_dead(&self, mut client: Client) {
        if let Self::Postgres(_) = self {
            let others = "FROM pg_locks WHERE locktype = 'relation' AND pid <> pg_backend_pid()
                          AND relation = 'profiles'::regclass";
            client.texts(&format!("SELECT pg_terminate_backend(pid)::text {others}")).await;
            let left = format!("SELECT pid::text {others}");
            eventually("nobody waits", async || client.texts(&left).await.is_empty()).await;
        }
        self.end_stall(client).await;
    }

    /// Makes the database refuse one kind of statement, with a reason.
    pub(crate) async fn refuse(&self, action: &str, table: &str, reason: &str) {
        self.refuse_when("true", action, table, reason).await;
    }

    /// Makes the database refuse the rows of which a condition holds.
    pub(crate) async fn refuse_when(&self, when: &str, action: &str, table: &str, reason: &str) {
        let name = trigger(action, table);
        let sql = match self {
            Self::Sqlite(_) => format!(
                "CREATE TRIGGER {name} BEFORE {action} ON {table} WHEN {when}
                 BEGIN SELECT RAISE(ABORT, '{reason}'); END"
            ),
            Self::Postgres(_) => format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
                 AS $$ BEGIN RAISE EXCEPTION '{reason}'; END $$;
                 CREATE TRIGGER {name} BEFORE {action} ON {table}
                 FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
            ),
        };
        self.connect().await.run(&sql).await;
    }

    /// Ends what [`Db::refuse`] began.
    pub(crate) async fn allow(&self, action: &str, table: &str) {
        let name = trigger(action, table);
        let sql = match self {
            Self::Sqlite(_) => format!("DROP TRIGGER {name}"),
            Self::Postgres(_) => format!("DROP FUNCTION {name} CASCADE"),
        };
        self.connect().await.run(&sql).await;
    }
}

fn trigger(action: &str, table: &str) -> String {
    format!("refuse_{action}_{table}")
}

/// One connection; what it holds is released when it is dropped.
pub(crate) enum Client {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Client {
    /// Runs statements that return nothing.
    pub(crate) async fn run(&mut self, sql: &str) {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => query.execute(connection).await.map(drop),
            Self::Postgres(connection) => query.execute(connection).await.map(drop),
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// One column of text.
    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = sql.to_owned();
        match self {
            Self::Sqlite(c) => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await,
            Self::Postgres(c) => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await,
        }
        .expect("the tables are there")
    }

    /// Lets go of a lock, and does not return before it is free.
    pub(crate) async fn release(mut self) {
        self.run("ROLLBACK").await;
    }
}

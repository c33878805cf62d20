//! The book on a PostgreSQL server, for any number of processes.
//!
//! Each process is a *writer*: a row in `writers`, and an advisory lock on its number that the
//! server frees when the connection ends, however it ends. A sweep touches only writers whose lock
//! is free, so it leaves alone what a living process is about to complete.
//!
//! A living process may lose its lock (the server restarts, a network breaks), so a free lock alone
//! proves nothing. Hence the fence: a half is inserted only while its writer's row is there, and
//! holds that row until it has committed; a sweep first deletes the row. From then on nothing
//! more comes from that writer and every half it managed to write is seen, so what is swept can
//! not become an acknowledged entry. The writer learns of it by [`StoreError::TakenForDead`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgQueryResult};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::Mutex;

use super::{Entry, EntryRow, Key, Profile, RECENT_ENTRIES_MAX, StoreError, User};

/// How many statements can be in flight at once.
const CONNECTIONS_MAX: u32 = 10;

/// How long a tasklet queues for a connection, or for a server that is down, before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The first half of our advisory locks' names (the second is a writer's number, or 0 for the
/// schema), so that other programs' locks in the same database are not ours.
const LOCKS: i32 = 0x6775_6573;

/// A commit must be on the server's disk before we say thanks, whatever the server's default is.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false)
                       WHERE current_setting('synchronous_commit') = 'off'";

/// [`dismiss`] needs each of its statements to see what the one before it waited for.
const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// An open book on a server.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
    writer: Arc<Writer>,
}

/// This process, as the other processes on the same database see it.
#[derive(Debug)]
struct Writer {
    number: AtomicI64,
    /// Holds the advisory lock on `number` for as long as it is connected.
    lock: Mutex<PgConnection>,
}

impl Postgres {
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, StoreError> {
        // The first connection is made outside the pool, which would retry a refused one for long.
        let mut connection = options.connect().await?;
        make_tables(&mut connection).await?;
        sweep(&mut connection).await?;
        let number = enlist(&mut connection).await?;
        let writer = Arc::new(Writer { number: number.into(), lock: connection.into() });

        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(DURABLE).await.map(drop) })
            })
            .connect_with(options.clone())
            .await?;
        Ok(Self { pool, writer })
    }

    pub(super) fn writer(&self) -> i64 {
        self.writer.number.load(Ordering::Acquire)
    }

    pub(super) async fn insert_user(&self, key: Key, user: &User) -> Result<(), StoreError> {
        let insert = "INSERT INTO users (id, writer, name, email)
                      SELECT $1, writers.id, $3, $4 FROM writers WHERE id = $2 FOR KEY SHARE";
        let query = sqlx::query(insert).bind(key.id).bind(key.writer);
        let done = query.bind(&user.name).bind(&user.email).execute(&self.pool).await?;
        self.check_fence(key, &done).await
    }

    pub(super) async fn insert_profile(
        &self,
        key: Key,
        profile: &Profile,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO profiles (user_id, writer, bio)
                      SELECT $1, writers.id, $3 FROM writers WHERE id = $2 FOR KEY SHARE";
        let query = sqlx::query(insert).bind(key.id).bind(key.writer);
        let done = query.bind(&profile.bio).execute(&self.pool).await?;
        self.check_fence(key, &done).await
    }

    /// A write whose connection broke may still be on its way when this deletes. Alone it is half
    /// an entry, which nobody sees and a sweep removes.
    pub(super) async fn withdraw(&self, key: Key) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for delete in ["DELETE FROM users WHERE id = $1", "DELETE FROM profiles WHERE user_id = $1"]
        {
            sqlx::query(delete).bind(key.id).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(super) async fn recent(&self) -> Result<Vec<Entry>, StoreError> {
        let query = "SELECT name, bio,
                            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
                                AS written_at
                     FROM users JOIN profiles ON user_id = users.id
                     ORDER BY users.id DESC LIMIT $1";
        let rows = sqlx::query_as(query).bind(RECENT_ENTRIES_MAX).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(<Entry as From<EntryRow>>::from).collect())
    }

    pub(super) async fn close(self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with(READ_COMMITTED).await?;
        dismiss(&mut transaction, self.writer()).await?;
        transaction.commit().await?;
        self.pool.close().await;
        Ok(())
    }

    /// An insert that inserted nothing found its writer dismissed: enlist anew for later entries.
    async fn check_fence(&self, key: Key, done: &PgQueryResult) -> Result<(), StoreError> {
        if done.rows_affected() == 1 {
            return Ok(());
        }
        let mut lock = self.writer.lock.lock().await;
        if self.writer() == key.writer {
            let mut connection = self.pool.connect_options().connect().await?;
            let number = enlist(&mut connection).await?;
            *lock = connection;
            self.writer.number.store(number, Ordering::Release);
        }
        Err(StoreError::TakenForDead)
    }
}

/// Makes the tables; several processes may do so at once, and take turns.
async fn make_tables(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    let turn = sqlx::query("SELECT pg_advisory_xact_lock($1, 0)").bind(LOCKS);
    turn.execute(&mut *transaction).await?;
    sqlx::raw_sql(include_str!("postgres.sql")).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// Becomes a writer: the lock is taken before anyone else can see the row.
async fn enlist(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let mut transaction = connection.begin().await?;
    let number: i64 = sqlx::query_scalar("INSERT INTO writers DEFAULT VALUES RETURNING id")
        .fetch_one(&mut *transaction)
        .await?;
    let lock = sqlx::query("SELECT pg_advisory_lock($1, $2::int)").bind(LOCKS).bind(number);
    lock.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(number)
}

/// Removes the halves of every writer that is gone.
async fn sweep(connection: &mut PgConnection) -> Result<(), StoreError> {
    let writers: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM writers").fetch_all(&mut *connection).await?;
    let mut halves = 0;
    for writer in writers {
        let mut transaction = connection.begin_with(READ_COMMITTED).await?;
        let is_gone: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1, $2::int)")
            .bind(LOCKS)
            .bind(writer)
            .fetch_one(&mut *transaction)
            .await?;
        if is_gone {
            halves += dismiss(&mut transaction, writer).await?;
        }
        transaction.commit().await?;
    }
    super::report_swept(halves);
    Ok(())
}

/// Puts up the fence before `writer`, then removes the halves it left; returns how many.
///
/// In a [`READ_COMMITTED`] transaction the second and third statement see every half whose insert
/// the first one waited for.
async fn dismiss(connection: &mut PgConnection, writer: i64) -> Result<u64, StoreError> {
    let fence = "DELETE FROM writers WHERE id = $1";
    let users = "DELETE FROM users WHERE writer = $1
                 AND NOT EXISTS (SELECT FROM profiles WHERE user_id = users.id)";
    let profiles = "DELETE FROM profiles WHERE writer = $1
                    AND NOT EXISTS (SELECT FROM users WHERE users.id = user_id)";
    sqlx::query(fence).bind(writer).execute(&mut *connection).await?;
    let mut halves = 0;
    for delete in [users, profiles] {
        let done = sqlx::query(delete).bind(writer).execute(&mut *connection).await?;
        halves += done.rows_affected();
    }
    Ok(halves)
}

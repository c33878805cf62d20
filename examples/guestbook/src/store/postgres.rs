//! The book on a PostgreSQL server, for any number of processes.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};
use tasklet_sqlx::Db;

use super::OpenError;

/// How many transactions can be under way at once.
const CONNECTIONS_MAX: u32 = 10;

/// How long one queues for a connection, or for a server that is down, before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The name of the lock for the schema; other programs' locks in the same database are not ours.
const SCHEMA_LOCK: i64 = 0x6775_6573_7462_6f6f;

/// A commit must be on the server's disk before we say thanks, whatever the server's default is.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false)
                       WHERE current_setting('synchronous_commit') = 'off'";

pub(super) const RECENT: &str = "
    SELECT name, bio, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    FROM users JOIN profiles ON user_id = id ORDER BY id DESC LIMIT $1";

/// An open book on a server.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pub(super) db: Db<sqlx::Postgres>,
}

impl Postgres {
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, OpenError> {
        // The first connection is made outside the pool, which would retry a refused one for long.
        make_tables(&mut options.connect().await?).await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(DURABLE).await.map(drop) })
            })
            .connect_with(options.clone())
            .await?;
        Ok(Self { db: Db::new(pool) })
    }
}

/// Makes the tables; several processes may do so at once, and take turns.
async fn make_tables(connection: &mut PgConnection) -> Result<(), OpenError> {
    let mut transaction = connection.begin().await?;
    let turn = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SCHEMA_LOCK);
    turn.execute(&mut *transaction).await?;
    sqlx::raw_sql(include_str!("postgres.sql")).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

//! Transactions of tasklets on sqlx pools: SQLite, and PostgreSQL.
//!
//! A [`Db`] is a pool that knows transactions. `&Db` is an `Executor`, as `&Pool` is, and a
//! statement finds its transaction by itself. So a function that writes need not know whether it is
//! called in one, and several of them may run side by side in the same:
//!
//! ```
//! use sqlx::{Sqlite, SqlitePool};
//! use tasklet_core::{tasklet, transactional_async, try_join};
//! use tasklet_sqlx::{Db, Error};
//!
//! #[tasklet]
//! async fn insert_user(db: Db<Sqlite>, name: String) -> Result<(), Error> {
//!     sqlx::query("INSERT INTO user VALUES (?)").bind(name).execute(&db).await?;
//!     Ok(())
//! }
//!
//! #[tasklet]
//! async fn insert_profile(db: Db<Sqlite>, name: String) -> Result<(), Error> {
//!     sqlx::query("INSERT INTO profile VALUES (?)").bind(name).execute(&db).await?;
//!     Ok(())
//! }
//!
//! /// Both, or none.
//! #[transactional_async(manager = db)]
//! async fn sign(db: Db<Sqlite>, name: String) -> Result<(), Error> {
//!     try_join!(insert_user(db.clone(), name.clone()), insert_profile(db.clone(), name))?;
//!     Ok(())
//! }
//!
//! # #[tokio::main] async fn main() -> Result<(), Error> {
//! # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
//! # let pool = pool.connect("sqlite::memory:").await?;
//! let db = Db::new(pool);
//! # sqlx::raw_sql("CREATE TABLE user (name TEXT); CREATE TABLE profile (name TEXT UNIQUE)")
//! #     .execute(&db).await?;
//! sign(db.clone(), "Ada".to_owned()).await?;
//! // The second profile is refused, and so there is no second user.
//! assert!(sign(db.clone(), "Ada".to_owned()).await.is_err());
//! let users: i64 = sqlx::query_scalar("SELECT count(*) FROM user").fetch_one(&db).await?;
//! assert_eq!(users, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # The way of one statement
//!
//! `db` (the handle) → `executor` (a statement is executed) → `transaction` (its line for the
//! connection) → `seat` (who has it: this one, or the one around it) → `turn` (what becomes of the
//! statement) → `session` (the connection, from `BEGIN` to its pool). `manager` begins and ends;
//! `backend` has what differs between databases, `verdict` what an error means.
//!
//! # One connection, many tasklets
//!
//! Each statement has the connection to itself, and the others wait in line: whoever asks first is
//! served first. A nested transaction is a savepoint. It has the connection until it ends, so that
//! what the outer one's other tasklets do cannot become a part of it; two of them that are started
//! side by side run one after the other.
//!
//! So do not wait, inside of a nested transaction or while you have [`Db::lock`], for a tasklet
//! that needs the connection. After the pool's `acquire_timeout` that is an error,
//! [`Refusal::Occupied`]; nothing waits for ever.
//!
//! Leave `BEGIN`, `COMMIT` and `ROLLBACK` to the transaction. Sent as SQL they are not noticed on
//! PostgreSQL, and what comes after them is in no transaction.
//!
//! # What is not committed
//!
//! Besides what the runner of transactions sees to (an error, a panic, a failed tasklet, a cancel),
//! a transaction is rolled back in which
//!
//! * a statement has failed, on PostgreSQL, whoever has looked at the error, unless a savepoint was
//!   rolled back for it. There a `COMMIT` would roll back, and say that all is well;
//! * SQLite has rolled back by itself (a full disk, `ON CONFLICT ROLLBACK`). Other errors leave a
//!   transaction as it was there;
//! * a statement was dropped before its answer was there ([`Refusal::Interrupted`]): nobody knows
//!   whether it was executed;
//! * two transactions were in each other's way, or the connection was lost. Then another attempt is
//!   made, even if the error was in a nested transaction.
//!
//! A connection goes back to its pool when its transaction has been undone; if that cannot be, it
//! is closed. When a connection is lost after a commit was sent, nobody knows what has become of
//! it: that is never tried again, and [`Error::is_outcome_unknown`] tells it.
//!
//! # SQLite
//!
//! A transaction that writes begins with `BEGIN IMMEDIATE`: it waits for other writers before its
//! first statement. One that is read-only begins with `BEGIN`, under `PRAGMA query_only`. Each is
//! serializable, whatever was asked for.
//!
//! # Threads and runtimes
//!
//! sqlx on tokio works where a runtime is current. A `Db` remembers the one it was made in, so that
//! transactions run in any thread. A `main` that blocks keeps a runtime with threads of its own:
//!
//! ```
//! use sqlx::SqlitePool;
//! use tasklet_core::{TransactionOptions, transaction};
//! use tasklet_sqlx::{Db, Error};
//!
//! fn main() -> Result<(), Error> {
//!     let runtime = tokio::runtime::Runtime::new().expect("a runtime");
//!     let db = runtime.block_on(async {
//!         Ok::<_, Error>(Db::new(SqlitePool::connect("sqlite::memory:").await?))
//!     })?;
//!     transaction(TransactionOptions::new().manager(db.clone()), || async {
//!         sqlx::query("CREATE TABLE user (name TEXT)").execute(&db).await?;
//!         Ok(())
//!     })
//! }
//! ```
//!
//! # Features
//!
//! `postgres` and `sqlite` are the databases; name those that you use. `tokio`, a default, is for
//! pools on sqlx's `runtime-tokio`. `macros`, the other default, goes with sqlx's own: have both,
//! or none of them. How SQLite is linked, the runtime and TLS are set in your own line for sqlx.
//! MySQL is left out: there many statements commit without being asked to, and a deadlock ends the
//! whole transaction, savepoints included.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod db;
mod error;
mod executor;
mod manager;
mod refusal;
mod runtime;
mod seat;
mod session;
mod transaction;
mod turn;
mod verdict;

pub use backend::Backend;
pub use db::Db;
pub use error::Error;
pub use refusal::{Failed, Refusal};
pub use transaction::OpenTransaction;
pub use turn::Locked;

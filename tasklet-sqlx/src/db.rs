//! The handle of a database: a pool, whose statements find their transaction.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;
use sqlx::pool::PoolConnection;
use tasklet_core::{Isolation, Transaction};

use crate::Refusal;
use crate::backend::Backend;
use crate::runtime::Runtime;
use crate::transaction::OpenTransaction;
use crate::turn::{Locked, Place, Turn};

/// A pool of connections that runs transactions. It is a handle: clones are cheap, and the same
/// database.
///
/// `&Db` is an `Executor`, as `&Pool` is: a statement that is executed inside of one of its
/// transactions is a part of it, and goes to one of the pool's connections otherwise.
///
/// With tokio, make it where the runtime is current (as in `#[tokio::main]`): it remembers it.
///
/// ```
/// use sqlx::SqlitePool;
/// use tasklet_core::{TransactionOptions, transaction_async};
/// use tasklet_sqlx::{Db, Error};
///
/// # #[tokio::main] async fn main() -> Result<(), Error> {
/// let db = Db::new(SqlitePool::connect("sqlite::memory:").await?);
/// sqlx::query("CREATE TABLE user (name TEXT)").execute(&db).await?;
///
/// let inside = db.clone();
/// transaction_async(TransactionOptions::new().manager(db.clone()), move || {
///     let db = inside.clone();
///     async move {
///         sqlx::query("INSERT INTO user VALUES ('Ada')").execute(&db).await?;
///         Ok::<_, Error>(())
///     }
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
pub struct Db<DB: Backend> {
    shared: Arc<Shared<DB>>,
    isolation: Isolation,
}

struct Shared<DB: Backend> {
    pool: Pool<DB>,
    runtime: Runtime,
}

impl<DB: Backend> Db<DB> {
    /// The database of a pool. All handles of one database are to be clones of each other: those
    /// of two calls of this do not know each other's transactions, even on the same pool.
    ///
    /// The pool's `acquire_timeout` is also how long one may keep a transaction's connection while
    /// another one waits for it.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Db<DB> {
        let runtime = Runtime::default();
        // Without one it is looked for again, by whoever needs it.
        let _found = runtime.find();
        Db { shared: Arc::new(Shared { pool, runtime }), isolation: Isolation::default() }
    }

    /// How much its transactions may see of others, unless their own options say otherwise. Without
    /// this it is [`Isolation::Serializable`].
    ///
    /// SQLite has no other; PostgreSQL has all three.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Db<DB> {
        self.isolation = isolation;
        self
    }

    /// The pool. What is executed on it is in no transaction of this crate's.
    #[must_use]
    pub fn pool(&self) -> &Pool<DB> {
        &self.shared.pool
    }

    /// Waits for the connection of the transaction around the running code, and keeps it: to read
    /// rows one by one, to copy, to listen.
    ///
    /// Do not execute something on the `Db` itself, nor begin a nested transaction, as long as you
    /// have it: they would wait for you. After the pool's `acquire_timeout` that is an error.
    ///
    /// ```
    /// use futures_lite::StreamExt as _;
    /// use sqlx::{Row as _, Sqlite, SqlitePool};
    /// use tasklet_core::{TransactionOptions, transaction_async};
    /// use tasklet_sqlx::{Db, Error};
    ///
    /// # #[tokio::main] async fn main() -> Result<(), Error> {
    /// let db = Db::new(SqlitePool::connect("sqlite::memory:").await?);
    /// async fn sum(db: Db<Sqlite>) -> Result<i64, Error> {
    ///     let mut connection = db.lock().await?;
    ///     let mut rows = sqlx::query("VALUES (1), (2)").fetch(&mut *connection);
    ///     let mut sum = 0;
    ///     while let Some(row) = rows.next().await {
    ///         sum += row?.get::<i64, _>(0);
    ///     }
    ///     Ok(sum)
    /// }
    /// let options = TransactionOptions::new().manager(db.clone());
    /// assert_eq!(transaction_async(options, move || sum(db.clone())).await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Refusal`]: there is no transaction of this database around the caller, it has ended or
    /// failed, or its connection was not free in time.
    pub async fn lock(&self) -> Result<Locked<DB>, sqlx::Error> {
        let transaction = self.current().ok_or(Refusal::NotInTransaction)?;
        let turn = self.runtime().inside(Turn::begin(transaction)).await?;
        Ok(Locked::new(turn))
    }

    pub(crate) fn default_isolation(&self) -> Isolation {
        self.isolation
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.shared.runtime
    }

    pub(crate) fn limit(&self) -> Duration {
        self.pool().options().get_acquire_timeout()
    }

    pub(crate) fn is_of_same_pool(&self, other: &Db<DB>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The transaction of this database around the running code.
    pub(crate) fn current(&self) -> Option<Arc<OpenTransaction<DB>>> {
        Transaction::current_of(self)
    }

    pub(crate) async fn acquire(&self) -> Result<PoolConnection<DB>, sqlx::Error> {
        self.runtime().find()?;
        boxed(|| self.pool().acquire()).await
    }

    /// Where a statement is executed that is about to be.
    pub(crate) async fn place(&self) -> Result<Place<DB>, sqlx::Error> {
        match self.current() {
            Some(transaction) => Ok(Place::In(Turn::begin(transaction).await?)),
            None => Ok(Place::Pool(self.acquire().await?)),
        }
    }
}

/// A future in a box, made in the very place where it stays. That of a pool's `acquire` has some
/// tens of kilobytes: within another future it would be copied as often as that one is moved.
fn boxed<F>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::into_pin(Box::write(Box::new_uninit(), make()))
}

impl<DB: Backend> Clone for Db<DB> {
    fn clone(&self) -> Db<DB> {
        Db { shared: Arc::clone(&self.shared), isolation: self.isolation }
    }
}

impl<DB: Backend> fmt::Debug for Db<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("pool", self.pool())
            .field("isolation", &self.isolation)
            .finish_non_exhaustive()
    }
}

//! The work of the tests: each transaction writes two rows, and a row without the other one is a
//! transaction that was torn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use databases::{Place, Result, Store};
use tasklet_core::{TaskletFuture, TransactionOptions, tasklet, transaction_async, try_join};

const TABLES: &str = "CREATE TABLE lefts (id BIGINT PRIMARY KEY);
                      CREATE TABLE rights (id BIGINT PRIMARY KEY)";

/// The two tables, by way of a pool with one connection: what is left open on that, the next one
/// who uses it finds.
#[derive(Clone)]
pub(crate) struct Halves {
    pub(crate) store: Store,
    /// Not by way of a proxy, and with no connection that a test can break.
    beside: Store,
    bodies: Arc<AtomicU32>,
}

#[tasklet]
pub(crate) async fn left(store: Store, id: i64) -> Result<u64> {
    store.run("INSERT INTO lefts (id) VALUES ($1)", &[id]).await
}

#[tasklet]
pub(crate) async fn right(store: Store, id: i64) -> Result<u64> {
    store.run("INSERT INTO rights (id) VALUES ($1)", &[id]).await
}

/// Both rows.
#[tasklet]
pub(crate) async fn both(store: Store, id: i64) -> Result<()> {
    try_join!(left(store.clone(), id), right(store, id)).map(drop)
}

impl Halves {
    pub(crate) async fn at(place: &Place) -> Halves {
        Halves::by_way_of(&place.url(), place).await
    }

    /// By way of another URL for the same place.
    pub(crate) async fn by_way_of(url: &str, place: &Place) -> Halves {
        let beside = Store::open(&place.url(), 1).await;
        beside.prepare(TABLES).await.expect("a new database");
        Halves { store: Store::open(url, 1).await, beside, bodies: Arc::default() }
    }

    /// One transaction that writes both rows.
    #[track_caller]
    pub(crate) fn write(&self, id: i64) -> TaskletFuture<Result<()>> {
        self.write_with(self.store.transaction(), id)
    }

    #[track_caller]
    pub(crate) fn write_with(
        &self,
        options: TransactionOptions,
        id: i64,
    ) -> TaskletFuture<Result<()>> {
        let halves = self.clone();
        transaction_async(options, move || {
            halves.count_body();
            both(halves.store.clone(), id)
        })
    }

    /// A body has begun.
    pub(crate) fn count_body(&self) {
        self.bodies.fetch_add(1, Ordering::Relaxed);
    }

    /// How many bodies have begun.
    pub(crate) fn bodies(&self) -> u32 {
        self.bodies.load(Ordering::Relaxed)
    }

    /// The transactions that were committed, as another connection sees them.
    pub(crate) async fn written(&self) -> Vec<i64> {
        let ids = async |sql| {
            let rows = self.beside.rows(sql, &[]).await.expect("the tables are there");
            rows.into_iter().flatten().collect::<Vec<_>>()
        };
        // In one statement: each sees one state.
        let torn = "SELECT id FROM lefts WHERE id NOT IN (SELECT id FROM rights)
                    UNION ALL SELECT id FROM rights WHERE id NOT IN (SELECT id FROM lefts)";
        let torn = ids(torn).await;
        assert!(torn.is_empty(), "transactions are torn: {torn:?}");
        ids("SELECT id FROM lefts ORDER BY id").await
    }

    /// Expects that just these were committed, that the pool's one connection is as new, and that
    /// another transaction succeeds on it.
    pub(crate) async fn assert_written(&self, ids: &[i64]) {
        const ANOTHER: i64 = 1_000_000;
        self.store.assert_clean().await;
        assert_eq!(self.written().await, ids);
        self.write(ANOTHER).await.expect("the next one succeeds");
        assert_eq!(self.written().await, [ids, &[ANOTHER]].concat());
    }
}

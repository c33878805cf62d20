//! Transactions in each other's way: the database ends one of them, which is tried again.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use databases::{Place, Result, Store};
use tasklet_core::{
    Isolation, TaskletFuture, Transaction, TransactionErrorKind, tasklet, transaction_async,
};
use tokio::sync::Barrier;

use crate::halves::Halves;

const TABLE: &str = "CREATE TABLE counts (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);
                     INSERT INTO counts VALUES (1, 0), (2, 0)";

async fn open(place: &Place, connections: u32) -> Store {
    let store = Store::open(&place.url(), connections).await;
    store.prepare(TABLE).await.expect("a new database");
    store
}

#[tasklet]
async fn add(store: Store, id: i64) -> Result<u64> {
    store.run("UPDATE counts SET value = value + 1 WHERE id = $1", &[id]).await
}

async fn values(store: &Store) -> Vec<i64> {
    let rows = store.rows("SELECT value FROM counts ORDER BY id", &[]).await;
    rows.expect("the table is there").concat()
}

/// In their first attempts, both come here before either goes on.
async fn meet(barrier: &Barrier) {
    if Transaction::current().expect("it is in one").attempt() == 1 {
        barrier.wait().await;
    }
}

/// Adds to the two in this order, or the other one.
#[track_caller]
fn add_both(
    store: &Store,
    isolation: Isolation,
    order: [i64; 2],
    barrier: &Arc<Barrier>,
    bodies: &Arc<AtomicU32>,
) -> TaskletFuture<Result<()>> {
    let options = store.transaction().isolation(isolation);
    let (store, barrier, bodies) = (store.clone(), Arc::clone(barrier), Arc::clone(bodies));
    transaction_async(options, move || {
        bodies.fetch_add(1, Ordering::Relaxed);
        let (store, barrier) = (store.clone(), Arc::clone(&barrier));
        async move {
            add(store.clone(), order[0]).await?;
            meet(&barrier).await;
            add(store, order[1]).await.map(drop)
        }
    })
}

#[test]
fn two_that_lock_each_other_out_are_both_committed_in_the_end() {
    databases::run(async || {
        for isolation in [Isolation::Serializable, Isolation::ReadCommitted] {
            let store = open(&Place::postgres().await, 2).await;
            let (barrier, bodies) = (Arc::new(Barrier::new(2)), Arc::default());
            let one = add_both(&store, isolation, [1, 2], &barrier, &bodies);
            let other = add_both(&store, isolation, [2, 1], &barrier, &bodies);
            one.await.expect("committed");
            other.await.expect("committed");
            assert_eq!(values(&store).await, [2, 2]);
            assert!(3 <= bodies.load(Ordering::Relaxed), "one of them was tried again");
        }
    });
}

/// Each reads both, and takes from one only if there is enough in both: write skew.
#[test]
fn two_that_read_what_the_other_one_writes_do_not_both_see_the_state_before() {
    databases::run(async || {
        let store = open(&Place::postgres().await, 2).await;
        store.prepare("UPDATE counts SET value = 1").await.expect("two ones");
        let (barrier, bodies) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        let take = |id: i64| {
            let (barrier, bodies) = (Arc::clone(&barrier), Arc::clone(&bodies));
            let inner = store.clone();
            transaction_async(store.transaction(), move || {
                bodies.fetch_add(1, Ordering::Relaxed);
                let (store, barrier) = (inner.clone(), Arc::clone(&barrier));
                async move {
                    let sum = "SELECT CAST(SUM(value) AS BIGINT) FROM counts";
                    let sum = store.number(sum, &[]).await?;
                    meet(&barrier).await;
                    if 2 <= sum {
                        let take = "UPDATE counts SET value = value - 2 WHERE id = $1";
                        store.run(take, &[id]).await?;
                    }
                    Result::Ok(())
                }
            })
        };
        let (one, other) = (take(1), take(2));
        one.await.expect("committed");
        other.await.expect("committed");
        assert_eq!(values(&store).await.iter().sum::<i64>(), 0, "only one has taken");
        assert!(3 <= bodies.load(Ordering::Relaxed), "the other one was tried again");
    });
}

/// Somebody else is faster each time.
#[test]
fn one_that_never_gets_through_gives_up_after_its_attempts() {
    databases::run(async || {
        let store = open(&Place::postgres().await, 2).await;
        let bodies = Arc::new(AtomicU32::new(0));
        let (inner, counted) = (store.clone(), Arc::clone(&bodies));
        let options = store.transaction().retries(4);
        let options = options.backoff(Duration::from_millis(1), Duration::from_millis(2));
        let result: Result<u64> = transaction_async(options, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let store = inner.clone();
            async move {
                store.number("SELECT value FROM counts WHERE id = 1", &[]).await?;
                let other = store.clone();
                tasklet_core::non_transactional_async(async move { add(other, 1).await }).await?;
                add(store, 1).await
            }
        })
        .await;
        let error = result.expect_err("it has lost each time");
        let error = error.transaction().expect("it is one");
        assert_eq!(error.kind(), TransactionErrorKind::Retries, "{error}");
        assert_eq!(error.attempts(), 5);
        let source = error.source().and_then(|source| source.downcast_ref());
        let source: &tasklet_sqlx::Error = source.expect("the database's error");
        assert_eq!(source.code().as_deref(), Some("40001"));
        assert_eq!(bodies.load(Ordering::Relaxed), 5);
        assert_eq!(values(&store).await, [5, 0], "only those of the other one");
    });
}

/// Of SQLite's writers there is one at a time; the others wait, and then try again.
#[test]
fn a_file_that_somebody_else_keeps_locked_is_given_up_after_all_attempts() {
    databases::run(async || {
        let place = Place::sqlite();
        let mut halves = Halves::at(&place).await;
        let holder = Store::open(&place.url(), 1).await;
        holder.prepare("BEGIN IMMEDIATE").await.expect("nobody else has it");
        halves.store = Store::open_patiently(&place.url(), 1, Duration::from_millis(500)).await;
        let options = halves.store.transaction().retries(2);
        let options = options.backoff(Duration::from_millis(1), Duration::from_millis(2));
        let error = halves.write_with(options, 1).await.expect_err("it is locked");
        let error = error.transaction().expect("it is one");
        assert_eq!(error.kind(), TransactionErrorKind::Retries, "{error}");
        assert_eq!(error.attempts(), 3);
        assert_eq!(halves.bodies(), 0, "it was never begun");
        holder.prepare("ROLLBACK").await.expect("it has it");
        halves.assert_written(&[]).await;
    });
}

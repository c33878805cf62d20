//! One process of those that increment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use databases::{Result, Store, runtime};
use tasklet_core::{Context, JoinAll, TaskletFuture, Transaction, tasklet, transaction_async};

use crate::{Increment, Spread};

/// Increments so often, and tells each of them on the standard output.
pub(crate) fn work(url: &str, increments: u64, spread: Spread) {
    let store = databases::run_in_runtime(Store::open(url, clamp(spread.connections)));
    let left = Arc::new(AtomicU64::new(increments));
    let done: Vec<Increment> = thread::scope(|scope| {
        let threads: Vec<_> = (0..spread.contexts)
            .map(|number| {
                let tasklets = spread.tasklets / spread.contexts
                    + u64::from(number < spread.tasklets % spread.contexts);
                let (store, left) = (store.clone(), &left);
                scope.spawn(move || increment_in_context(&store, left, tasklets, spread.retries))
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().expect("it succeeds"));
        joined.flatten().collect()
    });
    for Increment { attempts, micros } in done {
        println!("{attempts} {micros}");
    }
}

fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// So many tasklets of one context.
fn increment_in_context(
    store: &Store,
    left: &Arc<AtomicU64>,
    tasklets: u64,
    retries: u64,
) -> Vec<Increment> {
    let _in = runtime().enter();
    let increment = |_| increment_on(store.clone(), Arc::clone(left), retries);
    Context::new().block_on(async {
        let all: Vec<_> = (0..tasklets).map(increment).collect();
        all.join_all().await.concat()
    })
}

/// Increments while there are any left.
#[tasklet]
async fn increment_on(store: Store, left: Arc<AtomicU64>, retries: u64) -> Vec<Increment> {
    let mut done = Vec::new();
    while take(&left) {
        let begin = now();
        let attempts = increment(&store, retries).await.expect("within its retries");
        let micros = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        done.push(Increment { micros, attempts: u64::from(attempts) });
    }
    done
}

/// Whether there is one left, which is ours then.
fn take(left: &AtomicU64) -> bool {
    let one_less = |left: u64| left.checked_sub(1);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
}

/// One transaction; returns which attempt succeeded.
#[track_caller]
fn increment(store: &Store, retries: u64) -> TaskletFuture<Result<u32>> {
    let options = store.transaction().retries(clamp(retries));
    let options = options.backoff(Duration::from_millis(2), Duration::from_millis(200));
    let store = store.clone();
    transaction_async(options, move || update_counter(store.clone()))
}

/// NDB's example: the new value depends on the one that was read.
#[tasklet]
async fn update_counter(store: Store) -> Result<u32> {
    let value = store.number("SELECT value FROM counters WHERE id = 1", &[]).await?;
    store.run("UPDATE counters SET value = $1 WHERE id = 1", &[value + 1]).await?;
    Ok(Transaction::current().map_or(0, |transaction| transaction.attempt()))
}

#[expect(clippy::disallowed_methods, reason = "it tells how long an increment takes")]
fn now() -> Instant {
    Instant::now()
}

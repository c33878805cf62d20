//! Transactions: all that was started in one is committed together, or not at all.

mod caches;
mod cancel;
mod commit;
mod crowds;
mod endings;
mod nesting;
mod panics;
mod recorder;
mod retries;

use tasklet_core::prelude::*;
use tasklet_core::{TransactionError, TransactionErrorKind, TransactionOptions};
use tests::kv::{Kv, KvError};
use tests::{Log, run};

/// Runs a test with a database, which is the context's own, and its log.
#[track_caller]
fn with_kv<R: Send + 'static>(body: impl AsyncFnOnce(Kv, Log) -> R + Send + 'static) -> R {
    run(async || {
        let log = Log::new();
        let kv = Kv::new(&log, &[("ann", 10), ("bob", 20)]);
        assert!(Context::current().set_transaction_manager(kv.clone()).is_ok());
        body(kv, log).await
    })
}

/// What is stored at Ann's and at Bob's.
fn stored(kv: &Kv) -> (Option<i64>, Option<i64>) {
    (kv.stored("ann"), kv.stored("bob"))
}

fn options() -> TransactionOptions {
    TransactionOptions::new()
}

/// A transaction's own error.
#[track_caller]
fn own(result: Result<impl Sized, KvError>) -> TransactionError {
    match result {
        Err(KvError::Transaction(error)) => error,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it did not fail"),
    }
}

/// The kind of it.
#[track_caller]
fn kind(result: Result<impl Sized, KvError>) -> TransactionErrorKind {
    own(result).kind()
}

/// Adds to a row: two operations.
#[tasklet]
async fn add(kv: Kv, key: &'static str, amount: i64) -> Result<i64, KvError> {
    let value = kv.get(key).await? + amount;
    kv.put(key, value).await?;
    Ok(value)
}

/// Is not allowed.
#[tasklet]
async fn forbidden() -> Result<(), KvError> {
    tests::yield_now().await;
    Err(KvError::Forbidden)
}

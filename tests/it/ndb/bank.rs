//! What the cases about transactions have in common: a database that is the context's own.

use tasklet_core::{Context, TransactionError, TransactionOptions};
use tests::kv::{Kv, KvError};
use tests::{Log, run};

pub(super) type Done = Result<(), KvError>;

/// Runs a test with a database, and its log.
#[track_caller]
pub(super) fn with_bank(body: impl AsyncFnOnce(Kv, Log) + Send + 'static) {
    run(async || {
        let log = Log::new();
        let kv = Kv::new(&log, &[("ann", 10), ("bob", 20)]);
        assert!(Context::current().set_transaction_manager(kv.clone()).is_ok());
        body(kv, log).await;
    });
}

pub(super) fn options() -> TransactionOptions {
    TransactionOptions::new()
}

/// A transaction's own error.
#[track_caller]
pub(super) fn own_error(result: Result<impl Sized, KvError>) -> TransactionError {
    match result {
        Err(KvError::Transaction(error)) => error,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it did not fail"),
    }
}

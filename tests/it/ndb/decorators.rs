//! The attributes of transactions. Cases 120a to d and f, 129, 130c and 134.

use tasklet_core::prelude::*;
use tasklet_core::{
    Phase, Transaction, TransactionErrorKind, in_transaction, non_transactional, transaction,
    transaction_async, transactional, transactional_async, transactional_tasklet,
};
use tests::kv::{Kv, KvError};
use tests::yield_now;

use super::bank::{Done, options, own_error, with_bank};

/// 120a. testTransactionalDecorator (legacy model_test.py:4306): a decorated function is in a
/// transaction, gets its arguments and returns its result; one that it calls is in the same.
#[test]
fn test_transactional_decorator() {
    #[transactional]
    async fn callback(kv: &Kv, amount: i64) -> Result<i64, KvError> {
        assert!(in_transaction());
        let bar = inner(kv)? + amount;
        kv.put("ann", bar).await?;
        Ok(bar)
    }
    #[transactional]
    async fn inner(kv: &Kv) -> Result<i64, KvError> {
        kv.get("ann").await
    }
    with_bank(async |kv, log| {
        assert!(!in_transaction());
        assert_eq!(callback(&kv, 32).expect("it is committed"), 42);
        assert!(!in_transaction());
        assert_eq!(kv.stored("ann"), Some(42));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

/// 120b. testTransactionAync (legacy model_test.py:4333): an asynchronous one starts at once, and
/// others take turns with it.
#[test]
fn test_transaction_aync() {
    #[transactional_async]
    async fn callback(kv: Kv) -> Result<&'static str, KvError> {
        assert!(in_transaction());
        kv.get("ann").await?;
        Ok("hi")
    }
    with_bank(async |kv, log| {
        let future = callback(kv);
        assert!(!in_transaction());
        assert_eq!(log.take(), ["begin"]);
        assert_eq!(future.await.expect("it is committed"), "hi");
    });
}

/// 120c. testTransactionTasklet (legacy model_test.py:4341): a decorated tasklet runs in the
/// transaction through all of its waits. There one of the two orders of the decorators never runs
/// the body.
#[test]
fn test_transaction_tasklet() {
    #[transactional_tasklet]
    async fn callback(kv: Kv) -> Result<&'static str, KvError> {
        assert!(in_transaction());
        yield_now().await;
        assert!(in_transaction());
        kv.put("ann", 42).await?;
        assert!(in_transaction());
        Ok("hi")
    }
    with_bank(async |kv, _| {
        assert_eq!(callback(kv.clone()).await.expect("it is committed"), "hi");
        assert_eq!(kv.stored("ann"), Some(42));
    });
}

/// 120d. testTransactionalDecoratorExtensions (legacy model_test.py:4350): a decorator's options
/// are its transaction's.
#[test]
fn test_transactional_decorator_extensions() {
    #[transactional_async(retries = 1, read_only)]
    async fn callback1(log: tests::Log) -> Done {
        log.add(Transaction::current().expect("it is in one").is_read_only());
        Ok(())
    }
    with_bank(async |kv, log| {
        (0..2).for_each(|_| kv.fail(Phase::Commit, KvError::Conflict));
        let error = own_error(callback1(log.clone()).await);
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Retries, 2));
        assert_eq!(log.take(), ["begin", "true", "commit", "begin", "true", "commit"]);
    });
}

/// 120f. testNonTransactionalDecorator (legacy model_test.py:4524): a decorated function is in no
/// transaction, and whoever calls it is in its own again afterwards; with `allow_existing = false`
/// it refuses to be called in one.
#[test]
fn test_non_transactional_decorator() {
    #[non_transactional]
    async fn foo(arg: &'static str) -> &'static str {
        assert!(!in_transaction());
        yield_now().await;
        assert!(!in_transaction());
        arg
    }
    #[non_transactional(allow_existing = false)]
    async fn bar() -> Result<&'static str, KvError> {
        assert!(!in_transaction());
        Ok("bar")
    }
    with_bank(async |_, _| {
        assert_eq!((foo("foo").await, bar().await.expect("there is none")), ("foo", "bar"));
        let callback = async || {
            assert_eq!(foo("in a transaction").await, "in a transaction");
            assert!(in_transaction());
            Err::<(), _>(bar().await.expect_err("there is one"))
        };
        let error = own_error(transaction(options(), callback));
        assert_eq!(error.kind(), TransactionErrorKind::InTransaction);
    });
}

/// 129. test_non_transactional_means_no_transaction (modern system test_misc.py:402): a tasklet
/// that is not transactional is in no transaction after its waits either.
#[test]
fn test_non_transactional_means_no_transaction() {
    #[non_transactional]
    async fn lookup(kv: Kv) -> Result<Option<i64>, KvError> {
        assert!(!in_transaction());
        let found = kv.find("ann").await;
        assert!(!in_transaction());
        found
    }
    #[transactional_async]
    async fn outer(kv: Kv) -> Result<Option<i64>, KvError> {
        kv.put("ann", 42).await?;
        let outside = lookup(kv.clone()).await;
        assert!(in_transaction());
        outside
    }
    with_bank(async |kv, _| {
        assert_eq!(outer(kv.clone()).await.expect("it is committed"), Some(10));
        assert_eq!(kv.stored("ann"), Some(42));
    });
}

/// 130c. test_transactional_composable (modern system test_misc.py:92): transactional functions
/// call each other, and are one transaction.
#[test]
fn test_transactional_composable() {
    #[transactional_async]
    async fn other_put(kv: Kv, key: &'static str) -> Done {
        kv.put(key, 42).await
    }
    #[transactional_async]
    async fn composite(kv: Kv, fails: bool) -> Done {
        try_join!(other_put(kv.clone(), "ann"), other_put(kv, "bob"))?;
        if fails { Err(KvError::Forbidden) } else { Ok(()) }
    }
    with_bank(async |kv, log| {
        assert!(composite(kv.clone(), true).await.is_err());
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(10), Some(20)));
        composite(kv.clone(), false).await.expect("it is committed");
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(42), Some(42)));
        assert_eq!(log.take(), ["begin", "rollback", "begin", "commit"]);
    });
}

/// 134b. New. Whichever way a transaction is declared, its body runs, and runs in it.
#[test]
fn test_no_order_of_attributes_leaves_a_body_that_never_runs() {
    #[transactional]
    fn blocks(kv: &Kv, key: &'static str) -> Done {
        assert!(in_transaction());
        kv.put(key, 1).get_result()
    }
    #[toplevel]
    #[transactional_async(manager = kv)]
    async fn handler(kv: Kv, key: &'static str) -> Done {
        assert!(in_transaction());
        kv.put(key, 1).await
    }
    #[tasklet]
    async fn tasklet_in_one(kv: Kv, key: &'static str) -> Done {
        assert!(in_transaction());
        kv.put(key, 1).await
    }
    with_bank(async |kv, _| {
        handler(kv.clone(), "1").await.expect("it is committed");
        let inner = kv.clone();
        let callback = move || tasklet_in_one(inner.clone(), "2").into_future();
        transaction_async(options(), callback).await.expect("it is committed");
        blocks(&kv, "3").expect("it is committed");
        assert!(["1", "2", "3"].iter().all(|key| kv.stored(key) == Some(1)));
    });
}

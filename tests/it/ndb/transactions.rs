//! What is in a transaction, what becomes of it, and what is called afterwards. Cases 115 to 119,
//! 121, 131 and 132.

use std::sync::Arc;

use tasklet_core::prelude::*;
use tasklet_core::{
    Propagation, Transaction, TransactionErrorKind, call_on_commit, in_transaction, transaction,
    transaction_async,
};
use tests::kv::{Kv, KvError};
use tests::yield_now;

use super::bank::{Done, options, own_error, with_bank};

/// 115. testContext_TransactionRollbackException (legacy context_test.py:374): a rollback that
/// fails itself does not hide what the callback has raised.
#[test]
fn test_context_transaction_rollback_exception() {
    with_bank(async |kv, log| {
        kv.fail_rollback(KvError::Lost);
        let callback = || async {
            kv.put("foo", 1).await?;
            Err::<(), _>(KvError::Missing("the callback's".to_owned()))
        };
        let result = transaction(options(), callback);
        assert!(matches!(result, Err(KvError::Missing(what)) if what == "the callback's"));
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

/// 116. testContext_TransactionCallBackTasklet (legacy context_test.py:403): a callback may be a
/// tasklet, whose result is that of the transaction, with each propagation.
#[test]
fn test_context_transaction_call_back_tasklet() {
    #[tasklet]
    async fn callback(kv: Kv) -> Result<i64, KvError> {
        assert!(in_transaction());
        let bar = kv.get("ann").await? + 1;
        kv.put("ann", bar).await?;
        Ok(bar)
    }
    with_bank(async |kv, _| {
        let start = |propagation| {
            let kv = kv.clone();
            let options = options().propagation(propagation);
            transaction_async(options, move || callback(kv.clone()).into_future())
        };
        assert_eq!(start(Propagation::Nested).await.expect("it is committed"), 11);
        assert_eq!(start(Propagation::Allowed).await.expect("it is committed"), 12);
        assert_eq!(start(Propagation::Independent).await.expect("it is committed"), 13);
        let around = || async {
            let nested = start(Propagation::Nested).await?;
            let mandatory = start(Propagation::Mandatory).await?;
            Ok::<_, KvError>((nested, mandatory, start(Propagation::Allowed).await?))
        };
        assert_eq!(transaction(options(), around).expect("it is committed"), (14, 15, 16));
        assert_eq!(kv.stored("ann"), Some(16));
    });
}

/// 117. testTransaction_OnCommit (legacy context_test.py:444): calls on commit are made in their
/// order, after the commit; none if there is none; at once outside of a transaction.
#[test]
fn test_transaction_on_commit() {
    with_bank(async |_, log| {
        let callback = |fails: bool| {
            let log = log.clone();
            async move {
                for event in ["A", "B"] {
                    let log = log.clone();
                    call_on_commit(move || log.add(event));
                }
                log.add("the end");
                if fails { Err(KvError::Forbidden) } else { Ok(()) }
            }
        };
        assert!(transaction(options(), || callback(true)).is_err());
        assert_eq!(log.take(), ["begin", "the end", "rollback"]);
        transaction(options(), || callback(false)).expect("it is committed");
        assert_eq!(log.take(), ["begin", "the end", "commit", "A", "B"]);
        callback(false).await.expect("it is in no transaction");
        assert_eq!(log.take(), ["A", "B", "the end"]);
    });
}

/// 118. testAsyncInTransaction (legacy context_test.py:558): a put that nobody waits for is a part
/// of the transaction all the same.
#[test]
fn test_async_in_transaction() {
    with_bank(async |kv, log| {
        let trans = || async {
            let bar = kv.get("ann").await?;
            kv.put("ann", bar + 1).defer();
            Ok::<_, KvError>(())
        };
        transaction(options(), trans).expect("it is committed");
        assert_eq!(kv.stored("ann"), Some(11));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

/// 119. testDatastoreConnectionIsRestored (legacy context_test.py:610): of a hundred transactions
/// that run at a time each has its own connection before and after a wait.
#[test]
fn test_datastore_connection_is_restored() {
    #[tasklet]
    async fn txn(kv: Kv, id: usize) -> Done {
        let conn_before = Transaction::current_of(&kv).expect("it is in a transaction");
        let key = format!("data {id}");
        kv.put(&key, 1).await?;
        let conn_after = Transaction::current_of(&kv).expect("it still is");
        assert!(Arc::ptr_eq(&conn_before, &conn_after));
        Ok(())
    }
    with_bank(async |kv, _| {
        let many_txns = (0..100).map(|id| {
            let kv = kv.clone();
            transaction_async(options(), move || txn(kv.clone(), id).into_future())
        });
        many_txns.collect::<Vec<_>>().try_join_all().await.expect("they are committed");
        assert!(!in_transaction());
        assert!((0..100).all(|id| kv.stored(&format!("data {id}")) == Some(1)));
    });
}

/// 121a. test_success (modern test__transaction.py:86): begins, calls, commits, returns.
#[test]
fn test_success() {
    with_bank(async |_, log| {
        let callback = || async { Ok::<_, KvError>("I tried, momma.") };
        assert_eq!(transaction(options(), callback).expect("it is committed"), "I tried, momma.");
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

/// 121b. test_success_w_callbacks (modern test__transaction.py:116): the call on commit is made.
/// There is no `call_on_transaction_complete` here: what is to be done in either case is done by
/// whoever awaits the transaction.
#[test]
fn test_success_w_callbacks() {
    with_bank(async |_, log| {
        let callback = || async {
            let log = log.clone();
            call_on_commit(move || log.add("on commit"));
            Ok::<_, KvError>("I tried, momma.")
        };
        assert!(transaction(options(), callback).is_ok());
        assert_eq!(log.take(), ["begin", "commit", "on commit"]);
    });
}

/// 121c. test_failure_w_callbacks (modern test__transaction.py:152): after a rollback it is not,
/// and the error is the callback's.
#[test]
fn test_failure_w_callbacks() {
    with_bank(async |_, log| {
        let callback = || async {
            let log = log.clone();
            call_on_commit(move || log.add("on commit"));
            Err::<(), _>(KvError::Missing("spurious".to_owned()))
        };
        assert!(matches!(transaction(options(), callback), Err(KvError::Missing(_))));
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

/// 131. New. A put that nobody looked at, and that has failed long before the commit, fails the
/// commit; with NDB the rest is committed, and nobody hears of it.
#[test]
fn test_a_failure_that_nobody_looked_at_fails_the_commit() {
    #[tasklet]
    async fn failing() -> Done {
        Err(KvError::Forbidden)
    }
    with_bank(async |kv, log| {
        let callback = || async {
            failing().defer();
            yield_now().await;
            kv.put("ann", 99).await
        };
        let error = own_error(transaction(options(), callback));
        assert_eq!(error.kind(), TransactionErrorKind::Tasklet);
        assert_eq!(error.failures()[0].name(), "failing");
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

/// 132. New. A call on commit is made outside of the transaction, and what it puts is stored; with
/// NDB it is lost, silently.
#[test]
fn test_on_commit_runs_outside_of_the_transaction() {
    with_bank(async |kv, _| {
        let callback = || async {
            let later = kv.clone();
            call_on_commit(move || {
                assert!(!in_transaction());
                later.put("bob", 99).defer();
            });
            kv.put("ann", 99).await
        };
        transaction(options(), callback).expect("it is committed");
        Context::current().run();
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(99), Some(99)));
    });
}

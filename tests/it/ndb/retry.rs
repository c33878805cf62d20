//! What is tried again, and transactions beside each other. Cases 122 to 124, 126.

use std::error::Error as _;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Phase, Transaction, TransactionErrorKind, transaction, transaction_async};
use tests::kv::{Kv, KvError};
use tests::{gate, yield_now};

use super::bank::{options, own_error, with_bank};

fn attempt() -> u32 {
    Transaction::current().expect("it is in a transaction").attempt()
}

/// 122. test_run_inner_loop (modern test__transaction.py:510): two transactions take turns. There
/// each has an event loop of its own, which runs inside of the outer one's; here each is a child
/// context, whose loop the outer one's runs.
#[test]
fn test_run_inner_loop() {
    with_bank(async |kv, log| {
        let start = |name: &'static str, key: &'static str, closed: TaskletFuture<()>| {
            let (kv, log, mut closed) = (kv.clone(), log.clone(), Some(closed));
            transaction_async(options(), move || {
                let (kv, log, closed) = (kv.clone(), log.clone(), closed.take());
                async move {
                    log.add(format!("{name} begins"));
                    closed.expect("it runs once").await;
                    kv.put(key, 99).await?;
                    log.add(format!("{name} ends"));
                    Ok::<_, KvError>(())
                }
            })
        };
        let ((open_a, a), (open_b, b)) = (gate(), gate());
        let (a, b) = (start("a", "ann", a), start("b", "bob", b));
        while log.peek().len() < 4 {
            yield_now().await;
        }
        assert_eq!(log.take(), ["begin", "begin", "a begins", "b begins"]);
        open_b.set_result(());
        b.await.expect("it is committed");
        assert_eq!(log.take(), ["b ends", "commit"]);
        open_a.set_result(());
        a.await.expect("it is committed");
        assert_eq!(log.take(), ["a ends", "commit"]);
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(99), Some(99)));
    });
}

/// 123a. test_transient_error (modern test__transaction.py:587): an error that is worth it leads to
/// another attempt, which begins, calls and commits anew.
#[test]
fn test_transient_error() {
    with_bank(async |kv, log| {
        kv.fail(Phase::Body, KvError::Lost);
        let callback = || async {
            kv.put("ann", 99).await?;
            Ok::<_, KvError>(attempt())
        };
        assert_eq!(transaction(options(), callback).expect("it is committed"), 2);
        assert_eq!(log.take(), ["begin", "rollback", "begin", "commit"]);
    });
}

/// 123b. test_too_many_transient_errors (modern test__transaction.py:622): after three retries the
/// last error is raised, as the cause. There it sleeps for up to a minute each time, and after the
/// last attempt, too; here for up to a second, and after the last attempt not at all.
#[test]
fn test_too_many_transient_errors() {
    with_bank(async |kv, log| {
        (0..4).for_each(|_| kv.fail(Phase::Body, KvError::Lost));
        let callback = || async { kv.put("ann", 99).await };
        let hours = Duration::from_secs(3600);
        let error = own_error(transaction(options().backoff(hours, hours), callback));
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Retries, 4));
        assert_eq!(error.source().expect("the cause").to_string(), "the connection was lost");
        assert_eq!(log.take(), ["begin", "rollback"].repeat(4));
        assert_eq!(kv.stored("ann"), Some(10));
    });
}

/// 124a. Test_retry (modern test__retry.py:37 to 214): what succeeds is called once, with its
/// result; what raises another error is called once, and the error is raised; a tasklet is tried
/// again as a function is. A retry inside of a retry leaves it to the outer one, which is the
/// whole.
#[test]
fn test_retry() {
    with_bank(async |kv, log| {
        let success = || async { Ok::<_, KvError>("foo") };
        assert_eq!(transaction(options(), success).expect("it is committed"), "foo");
        assert_eq!(log.take(), ["begin", "commit"]);

        let unhandled = || async { Err::<(), _>(KvError::Forbidden) };
        assert!(matches!(transaction(options(), unhandled), Err(KvError::Forbidden)));
        assert_eq!(log.take(), ["begin", "rollback"]);

        kv.fail(Phase::Commit, KvError::Conflict);
        let rows = kv.clone();
        let tasklet = transaction_async(options(), move || rows.get("ann").into_future());
        assert_eq!(tasklet.await.expect("it is committed"), 10);
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);

        kv.fail(Phase::Commit, KvError::Conflict);
        let outer = || async {
            let inner = || async { kv.put("ann", 99).await };
            transaction(options(), inner)?;
            Ok::<_, KvError>(attempt())
        };
        assert_eq!(transaction(options(), outer).expect("it is committed"), 2);
        let nested = ["begin", "begin nested", "commit"];
        assert_eq!(log.take(), [&nested[..], &["rollback"], &nested, &["commit"]].concat());
    });
}

/// 124b. Test_is_transient_error (modern test__retry.py:216 to 271): which errors are worth another
/// attempt. There it is a list of gRPC's codes; here the manager judges, by the moment, too.
#[test]
fn test_is_transient_error() {
    let begun = async |phase: Phase, error: KvError, kv: &Kv, log: &tests::Log| {
        kv.fail(phase, error);
        let callback = || async { kv.put("ann", 99).await };
        let _result = transaction(options(), callback);
        log.take().iter().filter(|event| *event == "begin").count()
    };
    with_bank(async move |kv, log| {
        for phase in [Phase::Begin, Phase::Body, Phase::Commit] {
            assert_eq!(begun(phase, KvError::Conflict, &kv, &log).await, 2, "{phase:?}");
            assert_eq!(begun(phase, KvError::Forbidden, &kv, &log).await, 1, "{phase:?}");
        }
        assert_eq!(begun(Phase::Begin, KvError::Lost, &kv, &log).await, 2);
        assert_eq!(begun(Phase::Body, KvError::Lost, &kv, &log).await, 2);
        // There this is tried again, though it may have been committed.
        assert_eq!(begun(Phase::Commit, KvError::Lost, &kv, &log).await, 1);
    });
}

/// 126. test_parallel_transactions (modern system test_crud.py:775, test_misc.py:133 and 170): two
/// transactions add 100 to the same 42, and the slower one is tried again: 242.
#[test]
fn test_parallel_transactions() {
    #[tasklet]
    async fn update(kv: Kv, add: i64, delay: Duration) -> Result<(), KvError> {
        let foo = kv.get("foo").await? + add;
        sleep(delay).await;
        kv.put("foo", foo).await
    }
    with_bank(async |kv, log| {
        kv.put("foo", 42).await.expect("it is put");
        let start = |delay| {
            let kv = kv.clone();
            transaction_async(options(), move || update(kv.clone(), 100, delay).into_future())
        };
        let (one, other) = (start(Duration::ZERO), start(Duration::from_millis(10)));
        try_join!(one, other).expect("both are committed");
        assert_eq!(kv.stored("foo"), Some(242));
        assert_eq!(log.take().iter().filter(|event| *event == "begin").count(), 3);
    });
}

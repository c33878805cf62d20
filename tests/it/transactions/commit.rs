//! What a commit waits for, what it needs, and what is called after it.

use tasklet_core::prelude::*;
use tasklet_core::{
    Rollback, Transaction, TransactionErrorKind, add_flow_exception, call_on_commit,
    in_transaction, transaction, transaction_async,
};
use tests::kv::KvError;
use tests::{Log, gate, yield_now};

use super::{add, forbidden, kind, options, own, stored, with_kv};

#[test]
fn what_a_body_writes_is_there_after_it_and_not_before() {
    with_kv(async |kv, log| {
        let (opener, closed) = gate();
        let mut closed = Some(closed);
        let body = kv.clone();
        let future = transaction_async(options(), move || {
            let (kv, closed) = (body.clone(), closed.take());
            async move {
                let both = try_join!(add(kv.clone(), "ann", -3), add(kv, "bob", 3))?;
                closed.expect("it runs once").await;
                Ok::<_, KvError>(both)
            }
        });
        yield_now().await;
        assert_eq!(stored(&kv), (Some(10), Some(20)));
        opener.set_result(());
        assert_eq!(future.await.unwrap(), (7, 23));
        assert_eq!(stored(&kv), (Some(7), Some(23)));
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "commit".into()], 0));
    });
}

#[test]
fn a_transaction_that_blocks_does_the_same() {
    with_kv(async |kv, _| {
        let body = || async { add(kv.clone(), "ann", 1).await };
        assert_eq!(transaction(options(), body).unwrap(), 11);
        assert_eq!(kv.stored("ann"), Some(11));
    });
}

#[test]
fn a_commit_waits_for_what_nobody_awaits() {
    with_kv(async |kv, log| {
        let body = || async {
            add(kv.clone(), "ann", 1).defer();
            let forgotten = add(kv.clone(), "bob", 1);
            std::mem::forget(forgotten);
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(stored(&kv), (Some(11), Some(21)));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn a_tasklet_that_fails_unseen_fails_the_commit() {
    with_kv(async |kv, log| {
        let body = || async {
            forbidden().defer();
            add(kv.clone(), "ann", 1).await
        };
        let error = own(transaction(options(), body));
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Tasklet, 1));
        let names: Vec<_> = error.failures().iter().map(|failure| failure.name()).collect();
        assert_eq!(names, ["forbidden"]);
        assert!(error.to_string().ends_with("nobody looked at it: forbidden"), "{error}");
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!(log.take(), ["begin", "rollback"]);
        assert!(Context::current().take_errors().is_empty(), "the caller was told");
    });
}

#[test]
fn a_tasklet_that_failed_fails_the_commit_though_somebody_looked_at_it() {
    with_kv(async |kv, log| {
        let body = || async {
            assert!(forbidden().await.is_err());
            add(kv.clone(), "ann", 1).await
        };
        let error = own(transaction(options(), body));
        assert_eq!(error.kind(), TransactionErrorKind::Tasklet);
        assert_eq!(error.failures()[0].name(), "forbidden");
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

#[test]
fn so_does_one_that_fails_at_once_or_never_awaits() {
    #[tasklet]
    async fn at_once(fails: bool) -> Result<(), KvError> {
        if fails {
            return Err(KvError::Forbidden);
        }
        yield_now().await;
        Ok(())
    }

    #[tasklet]
    async fn never_awaits() -> Result<(), KvError> {
        Err(KvError::Forbidden)
    }

    with_kv(async |kv, _| {
        let first = || async {
            let _seen = at_once(true).await;
            Ok::<_, KvError>(())
        };
        assert_eq!(kind(transaction(options(), first)), TransactionErrorKind::Tasklet);
        let second = || async {
            let _seen = never_awaits().await;
            Ok::<_, KvError>(())
        };
        assert_eq!(kind(transaction(options(), second)), TransactionErrorKind::Tasklet);
        assert_eq!(kv.open(), 0);
    });
}

#[test]
fn one_that_was_started_by_another_one_counts_too() {
    #[tasklet]
    async fn careless() -> &'static str {
        yield_now().await;
        forbidden().await.map_or("failed", |()| "did not fail")
    }

    with_kv(async |_, _| {
        let body = || async {
            assert_eq!(careless().await, "failed");
            Ok::<_, KvError>(())
        };
        assert_eq!(own(transaction(options(), body)).failures()[0].name(), "forbidden");
    });
}

#[test]
fn an_error_that_is_expected_fails_nothing() {
    #[derive(Debug)]
    struct NoSuchUser;
    impl std::fmt::Display for NoSuchUser {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("no such user")
        }
    }
    impl std::error::Error for NoSuchUser {}

    #[tasklet]
    async fn find() -> Result<(), NoSuchUser> {
        yield_now().await;
        Err(NoSuchUser)
    }

    add_flow_exception::<NoSuchUser>();
    with_kv(async |kv, _| {
        let body = || async {
            assert!(find().await.is_err());
            add(kv.clone(), "ann", 1).await
        };
        assert_eq!(transaction(options(), body).unwrap(), 11);
    });
}

#[test]
fn outside_of_a_transaction_an_error_that_was_dealt_with_is_none() {
    with_kv(async |kv, _| {
        assert!(forbidden().await.is_err());
        let body = || async { add(kv.clone(), "ann", 1).await };
        assert_eq!(transaction(options(), body).unwrap(), 11);
    });
}

#[test]
fn calls_on_commit_come_after_it_in_their_order_and_outside() {
    with_kv(async |kv, log| {
        let body = || async {
            let first = log.clone();
            call_on_commit(move || first.add("first"));
            let (second, rows) = (log.clone(), kv.clone());
            call_on_commit(move || {
                assert!(!in_transaction());
                second.add(format!("second: {:?}", rows.stored("ann")));
                rows.put("bob", 99).defer();
            });
            assert!(in_transaction());
            add(kv.clone(), "ann", 1).await
        };
        assert_eq!(transaction(options(), body).unwrap(), 11);
        assert_eq!(log.take(), ["begin", "commit", "first", "second: Some(11)"]);
        Context::current().run();
        assert_eq!(kv.stored("bob"), Some(99));
    });
}

#[test]
fn a_call_on_commit_that_panics_keeps_neither_the_others_nor_the_result() {
    with_kv(async |kv, log| {
        let body = || async {
            call_on_commit(|| panic!("no paper"));
            let log = log.clone();
            call_on_commit(move || log.add("called"));
            add(kv.clone(), "ann", 1).await
        };
        assert_eq!(transaction(options(), body).unwrap(), 11);
        assert_eq!(log.take(), ["begin", "commit", "called"]);
        assert_eq!(Context::current().take_errors()[0].message(), "no paper");
    });
}

#[test]
fn calls_on_commit_of_a_transaction_that_is_rolled_back_are_not_made() {
    with_kv(async |_, log| {
        let body = || async {
            let called = log.on_drop("dropped");
            call_on_commit(move || unreachable!("{called:?}"));
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(log.take(), ["begin", "rollback", "dropped"]);
    });
}

#[test]
fn outside_of_a_transaction_a_call_on_commit_is_made_at_once() {
    let log = Log::new();
    let writer = log.clone();
    call_on_commit(move || writer.add("called"));
    assert_eq!(log.take(), ["called"]);
}

#[test]
fn a_transaction_is_known_to_all_that_runs_in_it_and_to_nothing_else() {
    #[tasklet]
    async fn asks() -> (bool, bool) {
        let before = in_transaction();
        yield_now().await;
        (before, in_transaction())
    }

    with_kv(async |kv, _| {
        let body = kv.clone();
        let inside = transaction_async(options().read_only(), move || {
            let kv = body.clone();
            async move {
                let transaction = Transaction::current().expect("it is in one");
                assert!(transaction.is_read_only() && !transaction.is_nested());
                assert!(Transaction::current_of(&kv).is_some());
                Ok::<_, KvError>(asks().await)
            }
        });
        assert_eq!(asks().await, (false, false), "beside one that is under way");
        assert_eq!(inside.await.unwrap(), (true, true));
    });
}

#[test]
fn what_only_reads_cannot_write() {
    with_kv(async |kv, _| {
        let body = || async { add(kv.clone(), "ann", 1).await };
        let result = transaction(options().read_only(), body);
        assert!(matches!(result, Err(KvError::ReadOnly)), "{result:?}");
    });
}

#[test]
fn a_rollback_on_purpose_reaches_the_caller_and_is_no_news() {
    with_kv(async |kv, log| {
        let body = || async {
            add(kv.clone(), "ann", 1).await?;
            Err::<(), KvError>(Rollback.into())
        };
        assert!(matches!(transaction(options(), body), Err(KvError::Rollback)));
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!(log.take(), ["begin", "rollback"]);
        let unseen = transaction_async(options(), || async {
            Err::<(), Box<dyn std::error::Error + Send + Sync>>(Rollback.into())
        });
        unseen.defer();
        Context::current().run();
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn many_transactions_are_under_way_at_a_time_each_on_its_own() {
    with_kv(async |kv, _| {
        let start = |_| {
            let kv = kv.clone();
            transaction_async(options().retries(1000), move || {
                add(kv.clone(), "ann", 1).into_future()
            })
        };
        let futures: Vec<_> = (0..100).map(start).collect();
        futures.try_join_all().await.unwrap();
        assert_eq!(kv.stored("ann"), Some(110));
    });
}

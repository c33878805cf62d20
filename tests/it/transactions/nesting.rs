//! Transactions in transactions: parts, savepoints, and those that stand beside.

use tasklet_core::prelude::*;
use tasklet_core::{
    Phase, Propagation, Transaction, TransactionErrorKind, call_on_commit, in_transaction,
    non_transactional_async, transaction, transaction_async,
};
use tests::Log;
use tests::kv::{Kv, KvError};

use super::{add, kind, options, stored, with_kv};

/// Adds to a row in a transaction of this kind; fails afterwards if it should.
fn adding(
    kv: &Kv,
    key: &'static str,
    propagation: Propagation,
    fails: bool,
) -> TaskletFuture<Result<bool, KvError>> {
    let kv = kv.clone();
    transaction_async(options().propagation(propagation), move || {
        let kv = kv.clone();
        async move {
            add(kv, key, 1).await?;
            let is_nested = Transaction::current().expect("in a transaction").is_nested();
            if fails { Err(KvError::Forbidden) } else { Ok(is_nested) }
        }
    })
}

#[test]
fn a_nested_one_is_undone_alone() {
    with_kv(async |kv, log| {
        let body = || async {
            assert!(adding(&kv, "ann", Propagation::Nested, true).await.is_err());
            assert!(adding(&kv, "bob", Propagation::Nested, false).await?);
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(stored(&kv), (Some(10), Some(21)));
        let nested = ["begin", "begin nested", "rollback", "begin nested", "commit", "commit"];
        assert_eq!(log.take(), nested);
    });
}

#[test]
fn a_nested_one_that_fails_unseen_fails_the_outer_one() {
    with_kv(async |kv, _| {
        let body = || async {
            adding(&kv, "ann", Propagation::Nested, true).defer();
            Ok::<_, KvError>(())
        };
        assert_eq!(kind(transaction(options(), body)), TransactionErrorKind::Tasklet);
        assert_eq!(kv.open(), 0);
    });
}

#[test]
fn a_nested_one_is_gone_with_the_outer_one() {
    with_kv(async |kv, _| {
        let body = || async {
            adding(&kv, "ann", Propagation::Nested, false).await?;
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(stored(&kv), (Some(10), Some(20)));
    });
}

#[test]
fn a_nested_one_leaves_its_calls_to_the_outer_one() {
    with_kv(async |_, log| {
        let body = || async {
            let nested = || async {
                let log = log.clone();
                call_on_commit(move || log.add("called"));
                Ok::<_, KvError>(())
            };
            transaction(options(), nested)?;
            log.add("the outer one goes on");
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        let last = log.take().split_off(3);
        assert_eq!(last, ["the outer one goes on", "commit", "called"]);
    });
}

#[test]
fn a_conflict_in_a_nested_one_has_the_whole_tried_again() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Body, KvError::Conflict);
        let body = || async { adding(&kv, "ann", Propagation::Nested, false).await };
        transaction(options(), body).unwrap();
        assert_eq!(kv.stored("ann"), Some(11));
        let begun = log.take().iter().filter(|event| *event == "begin").count();
        assert_eq!(begun, 2);
    });
}

#[test]
fn one_that_is_allowed_or_mandatory_is_a_part_of_the_one_around() {
    for propagation in [Propagation::Allowed, Propagation::Mandatory] {
        with_kv(async move |kv, log| {
            let body = || async { adding(&kv, "ann", propagation, false).await };
            assert!(!transaction(options(), body).unwrap());
            assert_eq!(log.take(), ["begin", "commit"]);
            let body = || async {
                assert!(adding(&kv, "ann", propagation, true).await.is_err());
                Ok::<_, KvError>(())
            };
            // It is not undone alone, so that nothing is kept.
            assert_eq!(kind(transaction(options(), body)), TransactionErrorKind::Tasklet);
            assert_eq!(kv.stored("ann"), Some(11));
        });
    }
}

#[test]
fn outside_of_a_transaction_all_but_a_mandatory_one_begin_their_own() {
    with_kv(async |kv, log| {
        for propagation in [Propagation::Nested, Propagation::Allowed, Propagation::Independent] {
            assert!(!adding(&kv, "ann", propagation, false).await.unwrap());
            assert_eq!(log.take(), ["begin", "commit"]);
        }
        let mandatory = adding(&kv, "ann", Propagation::Mandatory, false).await;
        assert_eq!(kind(mandatory), TransactionErrorKind::NotInTransaction);
        assert!(log.take().is_empty());
    });
}

#[test]
fn an_independent_one_stays_whatever_becomes_of_the_one_around() {
    with_kv(async |kv, log| {
        let body = || async {
            add(kv.clone(), "bob", 1).await?;
            assert!(!adding(&kv, "ann", Propagation::Independent, false).await?);
            assert_eq!(kv.stored("ann"), Some(11), "it is committed already");
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(stored(&kv), (Some(11), Some(20)));
        assert_eq!(log.take(), ["begin", "begin", "commit", "rollback"]);
    });
}

#[test]
fn one_of_another_manager_is_one_of_its_own() {
    with_kv(async |kv, log| {
        let other = Kv::new(&Log::new(), &[("ann", 0)]);
        let body = || async {
            let inner = other.clone();
            let options = options().propagation(Propagation::Allowed).manager(other.clone());
            transaction_async(options, move || add(inner.clone(), "ann", 1).into_future()).await?;
            assert_eq!(other.stored("ann"), Some(1));
            add(kv.clone(), "ann", 1).await
        };
        transaction(options(), body).unwrap();
        assert_eq!(kv.stored("ann"), Some(11));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn an_operation_finds_the_transaction_of_its_database_through_that_of_another() {
    with_kv(async |kv, _| {
        let other = Kv::new(&Log::new(), &[]);
        let body = || async {
            let rows = kv.clone();
            let in_other = move || add(rows.clone(), "ann", 1).into_future();
            transaction_async(options().manager(other.clone()), in_other).await?;
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(kv.stored("ann"), Some(10));
    });
}

#[test]
fn what_is_not_transactional_runs_in_no_transaction() {
    with_kv(async |kv, _| {
        let body = || async {
            let rows = kv.clone();
            let outside = async move {
                assert!(!in_transaction());
                let started = rows.put("bob", 99);
                tests::yield_now().await;
                assert!(!in_transaction());
                started.await
            };
            non_transactional_async(outside).await?;
            assert!(in_transaction());
            add(kv.clone(), "ann", 1).await?;
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(stored(&kv), (Some(10), Some(99)));
    });
}

#[test]
fn nested_ones_side_by_side_are_each_on_their_own() {
    with_kv(async |kv, _| {
        let body = || async {
            let good = adding(&kv, "ann", Propagation::Nested, false);
            let bad = adding(&kv, "bob", Propagation::Nested, true);
            let (good, bad) = join!(good, bad);
            assert!(good.is_ok() && bad.is_err());
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(stored(&kv), (Some(11), Some(20)));
    });
}

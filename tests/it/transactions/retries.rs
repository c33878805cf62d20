//! What is tried again, how often, and what is not.

use std::error::Error as _;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{
    Phase, RETRIES, Transaction, TransactionErrorKind, call_on_commit, transaction,
    transaction_async,
};
use tests::kv::KvError;

use super::{add, forbidden, options, own, with_kv};

/// Which attempt runs.
fn attempt() -> u32 {
    Transaction::current().expect("in a transaction").attempt()
}

#[test]
fn a_commit_that_meets_another_one_is_tried_again_with_a_fresh_transaction() {
    with_kv(async |kv, log| {
        let body = || async {
            let value = kv.get("ann").await?;
            if attempt() == 1 {
                // Somebody else is faster.
                tasklet_core::non_transactional_async(kv_put(&kv)).await?;
            }
            kv.put("ann", value + 1).await?;
            Ok::<_, KvError>(attempt())
        };
        assert_eq!(transaction(options(), body).unwrap(), 2);
        assert_eq!(kv.stored("ann"), Some(101));
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit"]);
    });
}

/// Writes outside of any transaction.
fn kv_put(kv: &tests::kv::Kv) -> impl Future<Output = Result<(), KvError>> + Send + use<> {
    let kv = kv.clone();
    async move { kv.put("ann", 100).await }
}

#[test]
fn an_operation_that_is_worth_it_is_tried_again_whatever_the_body_made_of_it() {
    with_kv(async |kv, log| {
        for swallow in [false, true] {
            kv.fail(Phase::Body, KvError::Conflict);
            let body = || async {
                match add(kv.clone(), "ann", 1).await {
                    Err(_) if swallow => Ok(0),
                    Err(_) => Err(KvError::Missing("something else".to_owned())),
                    Ok(_) => Ok(attempt()),
                }
            };
            assert_eq!(transaction(options(), body).unwrap(), 2);
            assert_eq!(log.take(), ["begin", "rollback", "begin", "commit"]);
        }
    });
}

#[test]
fn a_begin_that_is_worth_it_is_tried_again() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Begin, KvError::Lost);
        let body = || async { Ok::<_, KvError>(attempt()) };
        assert_eq!(transaction(options(), body).unwrap(), 2);
        assert_eq!(log.take(), ["begin", "begin", "commit"]);
    });
}

#[test]
fn one_that_could_not_be_begun_says_so() {
    with_kv(async |kv, _| {
        kv.fail(Phase::Begin, KvError::Forbidden);
        let body = || async { Ok::<_, KvError>(()) };
        let error = own(transaction(options(), body));
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Begin, 1));
    });
}

#[test]
fn after_the_last_retry_the_error_has_the_number_of_attempts_and_the_reason() {
    with_kv(async |kv, log| {
        (0..=RETRIES).for_each(|_| kv.fail(Phase::Commit, KvError::Conflict));
        let body = || async { add(kv.clone(), "ann", 1).await };
        let error = own(transaction(options(), body));
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Retries, 4));
        assert_eq!(error.source().expect("the reason").to_string(), "a conflict");
        assert!(error.to_string().contains("4 attempts"), "{error}");
        assert_eq!(log.take().len(), 8);
        assert_eq!((kv.stored("ann"), kv.open()), (Some(10), 0));
    });
}

#[test]
fn without_retries_the_body_runs_once() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Commit, KvError::Conflict);
        let body = || async { add(kv.clone(), "ann", 1).await };
        let error = own(transaction(options().retries(0), body));
        assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Commit, 1));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn a_commit_without_an_answer_is_never_tried_again() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Commit, KvError::Lost);
        let body = || async { add(kv.clone(), "ann", 1).await };
        let error = own(transaction(options(), body));
        assert!(error.is_outcome_unknown());
        assert_eq!(error.attempts(), 1);
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

#[test]
fn an_error_of_the_bodys_own_a_failed_tasklet_and_a_panic_are_not_tried_again() {
    with_kv(async |_, log| {
        let own_error = || async { Err::<(), _>(KvError::Forbidden) };
        assert!(transaction(options(), own_error).is_err());
        let failed_tasklet = || async {
            forbidden().defer();
            Ok::<_, KvError>(())
        };
        assert!(transaction(options(), failed_tasklet).is_err());
        assert_eq!(log.take(), ["begin", "rollback", "begin", "rollback"]);
    });
}

#[test]
fn each_attempt_begins_without_the_failures_and_the_calls_of_the_one_before() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Commit, KvError::Conflict);
        let body = || async {
            let (log, number) = (log.clone(), attempt());
            call_on_commit(move || log.add(format!("committed {number}")));
            add(kv.clone(), "ann", 1).await
        };
        transaction(options(), body).unwrap();
        assert_eq!(log.take(), ["begin", "commit", "begin", "commit", "committed 2"]);

        kv.fail(Phase::Body, KvError::Conflict);
        let body = || async {
            add(kv.clone(), "ann", 1).defer();
            if attempt() == 1 {
                forbidden().defer();
            }
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(kv.stored("ann"), Some(12));
    });
}

#[test]
fn it_waits_between_attempts_never_longer_than_it_may() {
    with_kv(async |kv, log| {
        (0..4).for_each(|_| kv.fail(Phase::Commit, KvError::Conflict));
        let seconds = Duration::from_secs;
        let options = options().retries(4).backoff(seconds(10), seconds(15));
        let body = kv.clone();
        let future = transaction_async(options, move || add(body.clone(), "ann", 1).into_future());
        let watch = async {
            sleep(seconds(10 + 15 + 15 + 15 + 1)).await;
            log.add("a minute later");
        };
        let (result, ()) = futures_lite::future::zip(future.into_future(), watch).await;
        result.unwrap();
        assert_eq!(log.take().last().map(String::as_str), Some("a minute later"));
    });
}

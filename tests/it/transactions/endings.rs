//! However a body ends: with an error, a panic, a cancel, or not at all.

use std::panic::AssertUnwindSafe;

use futures_lite::FutureExt as _;
use tasklet_core::prelude::*;
use tasklet_core::{Phase, TransactionErrorKind, transaction, transaction_async};
use tests::kv::{Kv, KvError};
use tests::{Log, gate, panic_of_future, text_of, yield_now};

use super::{add, forbidden, kind, options, own, stored, with_kv};

/// A transaction that writes, and then waits for ever.
fn endless(kv: &Kv) -> TaskletFuture<Result<(), KvError>> {
    let kv = kv.clone();
    transaction_async(options(), move || {
        let kv = kv.clone();
        async move {
            add(kv.clone(), "ann", 1).await?;
            add(kv, "bob", 1).defer();
            std::future::pending().await
        }
    })
}

#[test]
fn an_error_of_the_body_is_the_result() {
    with_kv(async |kv, log| {
        let body = || async {
            add(kv.clone(), "ann", 1).await?;
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(matches!(transaction(options(), body), Err(KvError::Forbidden)));
        assert_eq!(stored(&kv), (Some(10), Some(20)));
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "rollback".into()], 0));
    });
}

#[test]
fn a_body_that_fails_waits_for_what_it_has_started() {
    with_kv(async |kv, log| {
        let (opener, closed) = gate();
        let mut closed = Some(closed);
        let waiting = log.clone();
        let future = transaction_async(options(), move || {
            let (closed, log) = (closed.take().expect("once"), waiting.clone());
            async move {
                Context::current()
                    .spawn(async move {
                        closed.await;
                        log.add("finished");
                    })
                    .defer();
                Err::<(), _>(KvError::Forbidden)
            }
        });
        Context::current().run0();
        yield_now().await;
        assert_eq!(log.peek(), ["begin"]);
        opener.set_result(());
        assert!(future.await.is_err());
        assert_eq!(
            (log.take(), kv.open()),
            (vec!["begin".into(), "finished".into(), "rollback".into()], 0)
        );
    });
}

#[test]
fn what_else_failed_unseen_is_told_beside_the_error_of_the_body() {
    with_kv(async |_, _| {
        let body = || async {
            forbidden().defer();
            Err::<(), _>(KvError::Missing("the body's".to_owned()))
        };
        assert!(matches!(transaction(options(), body), Err(KvError::Missing(_))));
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].name(), "forbidden");
    });
}

#[test]
fn a_panic_rolls_back_and_goes_on() {
    with_kv(async |kv, log| {
        let body = kv.clone();
        let future = transaction_async(options(), move || {
            let kv = body.clone();
            async move {
                add(kv, "ann", 1).await?;
                panic!("no paper");
                #[expect(unreachable_code, reason = "it says what the type is")]
                Ok::<(), KvError>(())
            }
        });
        assert_eq!(panic_of_future(future).await, "no paper");
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "rollback".into()], 0));
    });
}

#[test]
fn a_tasklet_that_panics_fails_the_commit_though_the_panic_was_caught() {
    #[tasklet]
    async fn panics() {
        yield_now().await;
        panic!("no ink");
    }

    with_kv(async |_, log| {
        let body = || async {
            let caught = AssertUnwindSafe(panics().into_future()).catch_unwind().await;
            assert_eq!(text_of(caught.unwrap_err().as_ref()), "no ink");
            Ok::<_, KvError>(())
        };
        let error = own(transaction(options(), body));
        assert!(error.failures()[0].is_panic());
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

#[test]
fn a_cancelled_transaction_is_rolled_back_with_all_that_it_has_started() {
    with_kv(async |kv, log| {
        let future = endless(&kv);
        while log.peek().is_empty() || kv.open() == 0 {
            yield_now().await;
        }
        future.cancel();
        Context::current().run();
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "rollback".into()], 0));
        assert_eq!(stored(&kv), (Some(10), Some(20)));
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn one_that_is_cancelled_while_it_begins_or_commits_is_not_left_open() {
    for phase in [Phase::Begin, Phase::Commit] {
        with_kv(async move |kv, log| {
            let opener = kv.hold(phase);
            let body = kv.clone();
            let add = move || add(body.clone(), "ann", 1).into_future();
            let future = transaction_async(options(), add);
            let event = if phase == Phase::Begin { "begin" } else { "commit" };
            while !log.peek().iter().any(|told| told == event) {
                yield_now().await;
            }
            future.cancel();
            opener.set_result(());
            Context::current().run();
            assert_eq!((kv.open(), kv.stored("ann")), (0, Some(10)), "{phase:?}");
        });
    }
}

#[test]
fn a_toplevel_whose_caller_goes_away_finishes_its_transaction() {
    #[toplevel]
    async fn handler(kv: Kv, closed: TaskletFuture<()>) -> Result<(), KvError> {
        assert!(Context::current().set_transaction_manager(kv.clone()).is_ok());
        let mut closed = Some(closed);
        transaction_async(options(), move || {
            let (kv, closed) = (kv.clone(), closed.take());
            async move {
                let (_, added) = join!(closed.expect("it runs once"), add(kv, "ann", 1));
                added.map(drop)
            }
        })
        .await
    }

    let (opener, closed) = gate();
    let kv = Kv::new(&Log::new(), &[("ann", 10)]);
    let mut handler = Box::pin(handler(kv.clone(), closed));
    assert!(tests::poll_now(&mut handler).is_pending());
    drop(handler);
    opener.set_result(());
    tests::within(move || {
        while kv.stored("ann") != Some(11) {
            std::thread::yield_now();
        }
    });
}

#[cfg(target_pointer_width = "64")]
#[test]
fn tasklets_that_wait_for_each_other_roll_back() {
    #[tasklet]
    async fn circle(other: TaskletFuture<SharedFuture<()>>) {
        other.await.await;
    }

    with_kv(async |kv, log| {
        let body = kv.clone();
        let future = transaction_async(options(), move || {
            let kv = body.clone();
            async move {
                add(kv, "ann", 1).await?;
                let (completer, promise) = TaskletFuture::promise();
                let first = circle(promise).shared();
                completer.set_result(first.clone());
                first.await;
                Ok::<_, KvError>(())
            }
        });
        let text = panic_of_future(future).await;
        assert!(text.contains("circle"), "{text}");
        assert_eq!(kv.stored("ann"), Some(10));
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "rollback".into()], 0));
    });
}

#[test]
fn without_a_manager_it_says_so() {
    tests::run(async || {
        let body = || async { Ok::<_, KvError>(()) };
        let error = own(transaction(options(), body));
        assert_eq!(error.kind(), TransactionErrorKind::NoManager);
        assert!(error.to_string().contains("set_transaction_manager"), "{error}");
    });
}

#[test]
fn an_operation_that_failed_for_good_fails_the_commit_though_it_was_dealt_with() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Body, KvError::Forbidden);
        let body = || async {
            // Not a tasklet: so nobody but the manager knows of it.
            let _dealt_with = kv.touch().await;
            Ok::<_, KvError>(())
        };
        assert_eq!(kind(transaction(options(), body)), TransactionErrorKind::Operation);
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

#[test]
fn a_commit_that_is_refused_is_an_error_of_its_own() {
    with_kv(async |kv, log| {
        kv.fail(Phase::Commit, KvError::Forbidden);
        let body = || async { add(kv.clone(), "ann", 1).await };
        let error = own(transaction(options(), body));
        assert_eq!(error.kind(), TransactionErrorKind::Commit);
        let source = std::error::Error::source(&error).expect("the database's");
        assert_eq!(source.to_string(), "forbidden");
        assert_eq!((log.take(), kv.open()), (vec!["begin".into(), "commit".into()], 0));
    });
}

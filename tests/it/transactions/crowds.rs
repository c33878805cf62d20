//! Many in one transaction, of every kind, started by everybody, on several threads.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use tasklet_core::prelude::*;
use tasklet_core::{
    Propagation, Transaction, TransactionErrorKind, call_on_commit, in_transaction, map,
    transaction, transaction_async,
};
use tests::kv::{Kv, KvError};
use tests::{Log, gate, within, yield_now};

use super::{add, forbidden, kind, options, own, stored, with_kv};

#[test]
fn ten_thousand_tasklets_are_one_transaction_and_one_of_them_can_fail_it() {
    #[tasklet]
    async fn one(fails: bool, finished: Arc<AtomicU32>) -> Result<(), KvError> {
        yield_now().await;
        finished.fetch_add(1, Relaxed);
        if fails { Err(KvError::Forbidden) } else { Ok(()) }
    }

    with_kv(async |_, log| {
        for bad in [None, Some(7777)] {
            let finished = Arc::new(AtomicU32::new(0));
            let body = async || {
                let start = |n| one(Some(n) == bad, Arc::clone(&finished));
                let futures: Vec<_> = (0..10_000).map(start).collect();
                let _seen = futures.join_all().await;
                Ok::<_, KvError>(())
            };
            let result = transaction(options(), body);
            assert_eq!((result.is_err(), finished.load(Relaxed)), (bad.is_some(), 10_000));
        }
        assert_eq!(log.take(), ["begin", "commit", "begin", "rollback"]);
    });
}

#[test]
fn a_commit_waits_for_tasklets_that_start_others_meanwhile() {
    #[tasklet]
    async fn chain(kv: Kv, left: u32) -> Result<(), KvError> {
        yield_now().await;
        if left == 0 {
            return add(kv, "ann", 1).await.map(drop);
        }
        chain(kv, left - 1).defer();
        Ok(())
    }

    with_kv(async |kv, log| {
        let body = async || {
            chain(kv.clone(), 100).defer();
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(kv.stored("ann"), Some(11));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

/// Nests transactions, and says how deep the innermost one is.
fn nest(kv: Kv, depth: u32) -> TaskletFuture<Result<u32, KvError>> {
    transaction_async(options(), move || {
        let kv = kv.clone();
        async move {
            if depth == 0 {
                add(kv, "ann", 1).await?;
                return Ok(0);
            }
            Ok(nest(kv, depth - 1).await? + 1)
        }
    })
}

#[test]
fn transactions_nest_deep() {
    with_kv(async |kv, _| {
        assert_eq!(nest(kv.clone(), 50).await.unwrap(), 50);
        assert_eq!((kv.stored("ann"), kv.open()), (Some(11), 0));
    });
}

#[test]
fn a_failure_is_noted_in_whatever_it_was_collected() {
    type Start = fn() -> TaskletFuture<()>;
    let shared: Start = || {
        Context::current().spawn(async {
            let shared = forbidden().shared();
            let _seen = join!(shared.clone(), shared);
        })
    };
    let multi: Start = || {
        Context::current().spawn(async {
            let (producer, futures) = MultiFuture::new();
            producer.add_dependent(forbidden());
            producer.complete();
            let _seen = futures.await;
        })
    };
    let mapped: Start = || {
        Context::current().spawn(async {
            let _seen = map(futures_lite::stream::iter(0..3), 2, |_| forbidden()).await;
        })
    };
    let deep: Start = || {
        Context::current().spawn(async {
            let child = Context::current().child();
            let _seen = child.scope_to_end(async { forbidden().await }).await;
        })
    };
    let blocked: Start = || {
        Context::current().spawn(async {
            let _seen = tasklet_core::block_on(async { forbidden().await });
        })
    };
    let callback: Start = || {
        let (opener, closed) = gate();
        closed.add_callback(|| {
            drop(forbidden().into_future());
        });
        opener.set_result(());
        closed
    };
    let queued: Start = || {
        Context::current().queue_call(None, || {
            let _seen = forbidden().get_result();
        });
        TaskletFuture::ready(())
    };
    for start in [shared, multi, mapped, deep, blocked, callback, queued] {
        with_kv(async move |_, log| {
            let body = async || {
                start().await;
                Ok::<_, KvError>(())
            };
            assert_eq!(own(transaction(options(), body)).failures()[0].name(), "forbidden");
            assert_eq!(log.take(), ["begin", "rollback"]);
        });
    }
}

#[test]
fn a_tasklet_that_stays_on_its_thread_is_a_part_too() {
    #[tasklet(?Send)]
    async fn local(fails: bool) -> Result<(), KvError> {
        let here = std::rc::Rc::new(());
        yield_now().await;
        drop(here);
        if fails { Err(KvError::Forbidden) } else { Ok(()) }
    }

    with_kv(async |kv, _| {
        for fails in [false, true] {
            let body = async || {
                let _seen = local(fails).await;
                add(kv.clone(), "ann", 1).await
            };
            assert_eq!(transaction(options(), body).is_err(), fails);
        }
        assert_eq!(kv.stored("ann"), Some(11));
    });
}

#[test]
fn threads_that_share_a_context_run_transactions_side_by_side() {
    within(|| {
        let (context, log) = (Context::new(), Log::new());
        let kv = Kv::new(&log, &[("ann", 0)]);
        assert!(context.set_transaction_manager(kv.clone()).is_ok());
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..25 {
                        let kv = kv.clone();
                        let start = || {
                            transaction_async(options().retries(10_000), move || {
                                add(kv.clone(), "ann", 1).into_future()
                            })
                        };
                        context.enter(start).get_result().expect("it is committed");
                    }
                });
            }
        });
        assert_eq!((kv.stored("ann"), kv.open()), (Some(100), 0));
    });
}

#[test]
fn a_commit_waits_for_a_tasklet_that_another_thread_completes() {
    with_kv(async |kv, log| {
        for _ in 0..100 {
            let (opener, closed) = gate();
            let thread = std::thread::spawn(move || opener.set_result(()));
            let mut closed = Some(closed);
            let rows = kv.clone();
            let future = transaction_async(options(), move || {
                let (closed, kv) = (closed.take().expect("it runs once"), rows.clone());
                async move {
                    let late = async move {
                        closed.await;
                        add(kv, "ann", 1).await.map(drop)
                    };
                    Context::current().spawn(late).defer();
                    Ok::<_, KvError>(())
                }
            });
            future.await.unwrap();
            thread.join().unwrap();
        }
        assert_eq!(kv.stored("ann"), Some(110));
        assert_eq!(log.take(), ["begin", "commit"].repeat(100));
    });
}

#[test]
fn an_independent_one_inside_of_a_nested_one_stands_beside_both() {
    with_kv(async |kv, log| {
        let body = async || {
            let nested = async || {
                let independent = async || {
                    assert!(!Transaction::current().expect("in one").is_nested());
                    add(kv.clone(), "ann", 1).await
                };
                let independent_options = options().propagation(Propagation::Independent);
                transaction(independent_options, independent)?;
                add(kv.clone(), "bob", 1).await?;
                Err::<(), _>(KvError::Forbidden)
            };
            assert!(transaction(options(), nested).is_err());
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(stored(&kv), (Some(11), Some(20)));
        let calls = ["begin", "begin nested", "begin", "commit", "rollback", "commit"];
        assert_eq!(log.take(), calls);
    });
}

#[test]
fn a_call_on_commit_may_ask_for_another_one_and_begin_a_transaction() {
    with_kv(async |kv, log| {
        let body = async || {
            let (log, kv) = (log.clone(), kv.clone());
            let this = Transaction::current().expect("in one");
            call_on_commit(move || {
                let second = log.clone();
                call_on_commit(move || second.add("second"));
                let third = log.clone();
                this.call_on_commit(move || third.add("third"));
                assert!(!in_transaction());
                transaction(options(), async || add(kv.clone(), "ann", 1).await).unwrap();
            });
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(log.take(), ["begin", "commit", "second", "third", "begin", "commit"]);
        assert_eq!(kv.stored("ann"), Some(11));
    });
}

#[test]
fn a_transaction_that_somebody_has_kept_knows_how_it_has_ended() {
    with_kv(async |_, log| {
        for fails in [false, true] {
            let kept = Mutex::new(Vec::new());
            let keep = || kept.lock().unwrap().push(Transaction::current().expect("in one"));
            let body = async || {
                keep();
                transaction(options(), async || {
                    keep();
                    Ok::<_, KvError>(())
                })?;
                if fails { Err(KvError::Forbidden) } else { Ok(()) }
            };
            assert_eq!(transaction(options(), body).is_err(), fails);
            drop(log.take());
            for transaction in kept.into_inner().unwrap() {
                let log = log.clone();
                transaction.call_on_commit(move || log.add("called"));
            }
            assert_eq!(log.take().len(), if fails { 0 } else { 2 });
        }
    });
}

#[test]
fn what_is_started_through_the_context_of_a_transaction_is_a_part_of_it() {
    with_kv(async |kv, log| {
        let (handle, context) = TaskletFuture::<Context>::promise();
        let (opener, closed) = gate();
        let (mut handle, mut closed) = (Some(handle), Some(closed));
        let rows = kv.clone();
        let future = transaction_async(options(), move || {
            let (handle, closed) = (handle.take().expect("once"), closed.take().expect("once"));
            let kv = rows.clone();
            async move {
                handle.set_result(Context::current());
                closed.await;
                add(kv, "ann", 1).await
            }
        });
        let context = context.await;
        context.enter(|| forbidden().defer());
        opener.set_result(());
        assert_eq!(kind(future.await), TransactionErrorKind::Tasklet);
        assert_eq!(log.take(), ["begin", "rollback"]);
    });
}

#[test]
fn what_failed_unseen_in_an_attempt_that_is_tried_again_is_not_reported() {
    with_kv(async |kv, _| {
        kv.fail(tasklet_core::Phase::Body, KvError::Conflict);
        let body = async || {
            if Transaction::current().expect("in one").attempt() == 1 {
                forbidden().defer();
            }
            add(kv.clone(), "ann", 1).await
        };
        transaction(options(), body).unwrap();
        assert!(Context::current().take_errors().is_empty());
    });
}

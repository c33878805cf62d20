//! Batchers and transactions: what waits is sent before, and what a cache learns inside it keeps
//! only if that was committed.

use tasklet_core::prelude::*;
use tasklet_core::{Idle, Phase, Policy, Propagation, transaction, transaction_async};
use tests::kv::{Kv, KvError};
use tests::rows::{Rows, Writes};
use tests::yield_now;

use super::{options, own, with_kv};

type Cached = Batcher<Rows>;

/// What the cache of the current context knows of Ann's row, without asking.
fn known(rows: &Cached) -> Option<Option<i64>> {
    rows.cached(&"ann")
}

/// Writes a row and tells the cache, as a datastore's client does.
async fn put(kv: &Kv, rows: &Cached, value: i64) -> Result<(), KvError> {
    kv.put("ann", value).await?;
    rows.insert("ann", Some(value));
    Ok(())
}

async fn load(rows: &Cached, key: &'static str) -> Option<i64> {
    rows.load(key).await.expect("it can be read")
}

#[test]
fn what_waits_in_a_batch_is_sent_before_a_transaction_begins() {
    with_kv(async |kv, log| {
        let (rows, writes) = (Rows::cached(&kv), Writes::new(&kv));
        let (read, written) = (rows.load("ann"), writes.load(("bob", Some(21))));
        let inside = transaction_async(options(), || async { Ok::<_, KvError>(()) });
        assert_eq!(log.take(), ["read [\"ann\"]", "write [\"bob\"]", "begin"]);
        inside.await.unwrap();
        assert_eq!(read.await.unwrap(), Some(10));
        written.await.unwrap();
        assert_eq!(kv.stored("bob"), Some(21));
    });
}

#[test]
fn what_waits_in_a_batch_inside_is_sent_before_a_nested_one_begins() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        let body = || async {
            let read = rows.load("ann");
            let nested = transaction_async(options(), || async { Ok::<_, KvError>(()) });
            let (_, nested) = join!(read, nested);
            nested
        };
        transaction(options(), body).unwrap();
        let events = ["begin", "read [\"ann\"]", "begin nested", "commit", "commit"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn an_idle_callback_that_always_has_work_keeps_no_transaction_from_beginning() {
    with_kv(async |_, log| {
        let called = log.clone();
        Context::current().add_idle(move || {
            called.add("idle");
            if called.peek().len() < 1000 { Idle::Worked } else { Idle::Finished }
        });
        let inside = transaction_async(options(), || async { Ok::<_, KvError>(()) });
        assert_eq!(log.peek(), ["idle", "begin"]);
        inside.await.unwrap();
    });
}

#[test]
fn loads_inside_and_outside_never_share_a_call() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        let inner = rows.clone();
        let inside = transaction_async(options(), move || {
            let rows = inner.clone();
            async move { Ok::<_, KvError>(load(&rows, "ann").await) }
        });
        let outside = rows.load("ann");
        assert_eq!(inside.await.unwrap(), Some(10));
        assert_eq!(outside.await.unwrap(), Some(10));
        let reads = log.take().iter().filter(|event| event.starts_with("read")).count();
        assert_eq!(reads, 2);
    });
}

#[test]
fn a_cache_inside_begins_empty_and_a_commit_hands_it_over() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        rows.insert("ann", Some(-1));
        let body = || async {
            assert_eq!(known(&rows), None);
            assert_eq!(load(&rows, "ann").await, Some(10), "what is stored");
            assert_eq!(load(&rows, "carl").await, None);
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(log.take().len(), 4);
        assert_eq!(known(&rows), Some(Some(10)));
        assert_eq!(load(&rows, "carl").await, None, "a row that is missing is known, too");
        assert!(log.take().is_empty(), "nothing was asked");
    });
}

#[test]
fn a_rollback_leaves_the_cache_around_as_it_was() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        assert_eq!(load(&rows, "ann").await, Some(10));
        let body = || async {
            put(&kv, &rows, 11).await?;
            assert_eq!(load(&rows, "ann").await, Some(11));
            rows.invalidate(&"bob");
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(known(&rows), Some(Some(10)));
    });
}

#[test]
fn a_nested_one_hands_over_to_the_outer_one_and_that_to_the_context_around() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        assert_eq!(load(&rows, "ann").await, Some(10));
        for fails in [true, false] {
            let body = || async {
                let nested = || async { put(&kv, &rows, 11).await };
                transaction(options(), nested)?;
                assert_eq!(known(&rows), Some(Some(11)));
                if fails { Err(KvError::Forbidden) } else { Ok(()) }
            };
            assert_eq!(transaction(options(), body).is_err(), fails);
            assert_eq!(known(&rows), Some(Some(if fails { 10 } else { 11 })));
        }
    });
}

#[test]
fn a_nested_one_that_is_rolled_back_hands_nothing_over() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        let body = || async {
            assert_eq!(load(&rows, "ann").await, Some(10));
            let nested = || async {
                put(&kv, &rows, 11).await?;
                Err::<(), _>(KvError::Forbidden)
            };
            assert!(transaction(options(), nested).is_err());
            assert_eq!(known(&rows), Some(Some(10)));
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
    });
}

#[test]
fn what_was_invalidated_inside_is_forgotten_around() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        for forget in [|rows: &Cached| rows.invalidate(&"ann"), |rows: &Cached| rows.clear_cache()]
        {
            rows.insert("ann", Some(-1));
            let body = || async {
                let nested = || async {
                    forget(&rows);
                    Ok::<_, KvError>(())
                };
                transaction(options(), nested)
            };
            transaction(options(), body).unwrap();
            assert_eq!(known(&rows), None);
        }
    });
}

#[test]
fn a_load_around_that_is_under_way_at_the_commit_is_not_kept() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        let opener = kv.hold(Phase::Body);
        let older = rows.load("ann");
        rows.flush();
        let body = || async { put(&kv, &rows, 11).await };
        transaction(options(), body).unwrap();
        opener.set_result(());
        older.await.unwrap();
        assert_eq!(known(&rows), Some(Some(11)));
    });
}

#[test]
fn what_the_policies_around_do_not_want_is_forgotten_and_not_kept() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        rows.insert("ann", Some(-1));
        rows.set_cache_policy(Policy::constant(false));
        let body = || async { put(&kv, &rows, 11).await };
        transaction(options(), body).unwrap();
        rows.set_cache_policy(Policy::constant(true));
        assert_eq!(known(&rows), None);
    });
}

#[test]
fn a_commit_without_an_answer_forgets_what_was_written() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        rows.insert("ann", Some(-1));
        rows.insert("bob", Some(-2));
        kv.fail(Phase::Commit, KvError::Lost);
        let body = || async {
            load(&rows, "bob").await;
            put(&kv, &rows, 11).await
        };
        assert!(own(transaction(options(), body)).is_outcome_unknown());
        assert_eq!((known(&rows), rows.cached(&"bob")), (None, Some(Some(-2))));
    });
}

#[test]
fn so_does_one_whose_caller_has_left() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        rows.insert("ann", Some(-1));
        let opener = kv.hold(Phase::Commit);
        let (inner, cached) = (kv.clone(), rows.clone());
        let left = transaction_async(options(), move || {
            let (kv, rows) = (inner.clone(), cached.clone());
            async move { put(&kv, &rows, 11).await }
        });
        while log.peek().last().is_none_or(|event| event != "commit") {
            yield_now().await;
        }
        left.cancel();
        drop(opener);
        assert_eq!(known(&rows), None);
    });
}

#[test]
fn an_attempt_that_is_tried_again_hands_nothing_over_and_leaves_nothing_to_the_next() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        kv.fail(Phase::Commit, KvError::Conflict);
        let body = || async {
            assert_eq!(known(&rows), None);
            Ok::<_, KvError>(load(&rows, "ann").await)
        };
        assert_eq!(transaction(options(), body).unwrap(), Some(10));
        let reads = log.take().iter().filter(|event| event.starts_with("read")).count();
        assert_eq!(reads, 2);
    });
}

#[test]
fn an_independent_one_hands_over_to_the_context_that_is_in_no_transaction() {
    with_kv(async |kv, _| {
        let rows = Rows::cached(&kv);
        let body = || async {
            let independent = || async { put(&kv, &rows, 11).await };
            transaction(options().propagation(Propagation::Independent), independent)?;
            assert_eq!(known(&rows), None);
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), body).is_err());
        assert_eq!(known(&rows), Some(Some(11)));
    });
}

#[test]
fn a_call_on_commit_finds_the_cache_as_it_is_after_the_commit() {
    with_kv(async |kv, log| {
        let rows = Rows::cached(&kv);
        rows.insert("ann", Some(10));
        let body = || async {
            let (rows, log) = (rows.clone(), log.clone());
            put(&kv, &rows, 11).await?;
            tasklet_core::call_on_commit(move || log.add(format!("{:?}", known(&rows))));
            Ok::<_, KvError>(())
        };
        transaction(options(), body).unwrap();
        assert_eq!(log.take().last().map(String::as_str), Some("Some(Some(11))"));
    });
}

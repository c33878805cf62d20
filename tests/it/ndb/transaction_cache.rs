//! What a transaction has read and put, in the cache around it. Cases 101b, 112 to 114, 127 and
//! 144.

use tasklet_core::prelude::*;
use tasklet_core::{Rollback, transaction, transaction_async};
use tests::gate;
use tests::kv::{Kv, KvError};
use tests::rows::Rows;

use super::bank::{Done, options, with_bank};

/// Puts an entity, and tells the cache, as NDB's `Context.put` does.
async fn put(kv: &Kv, rows: &Batcher<Rows>, key: &'static str, value: i64) -> Done {
    kv.put(key, value).await?;
    rows.insert(key, Some(value));
    Ok(())
}

/// 101b. Test_lookup.test_it_with_transaction (modern test__datastore_api.py:227): lookups inside
/// of a transaction and outside of it are calls of their own, and one inside is that
/// transaction's.
#[test]
fn test_it_with_transaction() {
    with_bank(async |kv, log| {
        let rows = Rows::cached(&kv);
        kv.put("ann", 42).await.expect("it is put");
        let (opener, closed) = gate();
        let (inner, mut closed) = ((kv.clone(), rows.clone()), Some(closed));
        let inside = transaction_async(options(), move || {
            let ((kv, rows), closed) = (inner.clone(), closed.take());
            async move {
                kv.put("ann", 99).await?;
                let found = rows.load("ann").await.expect("it is asked for");
                closed.expect("it runs once").await;
                Ok::<_, KvError>(found)
            }
        });
        assert_eq!(rows.load("ann").await.expect("it is asked for"), Some(42));
        opener.set_result(());
        assert_eq!(inside.await.expect("it is committed"), Some(99));
        let reads = log.take().into_iter().filter(|event| event.starts_with("read"));
        assert_eq!(reads.collect::<Vec<_>>(), ["read [\"ann\"]", "read [\"ann\"]"]);
    });
}

/// 112. testContext_TransactionFailed (legacy context_test.py:322): whatever its name says, the
/// transaction is committed, and what it has put is in the cache of the context around.
#[test]
fn test_context_transaction_failed() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        put(&kv, &rows, "foo", 1).await.expect("it is put");
        let callback = || async {
            let bar = rows.load("foo").await.expect("it is asked for").expect("it is there");
            put(&kv, &rows, "foo", bar + 1).await
        };
        transaction(options(), callback).expect("it is committed");
        assert_eq!(rows.cached(&"foo"), Some(Some(2)));
        assert_eq!(kv.stored("foo"), Some(2));
    });
}

/// 113. testContext_TransactionException (legacy context_test.py:342): what a callback raises
/// reaches the caller, and what it has put is neither stored nor cached.
#[test]
fn test_context_transaction_exception() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        let callback = || async {
            put(&kv, &rows, "foo", 1).await?;
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(matches!(transaction(options(), callback), Err(KvError::Forbidden)));
        assert_eq!((rows.cached(&"foo"), kv.stored("foo")), (None, None));
    });
}

/// 114. testContext_TransactionRollback (legacy context_test.py:358): a callback that raises
/// `Rollback` is undone. There the transaction then returns `None`, and nobody can tell; here the
/// caller gets the error.
#[test]
fn test_context_transaction_rollback() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        let callback = || async {
            put(&kv, &rows, "foo", 1).await?;
            Err::<(), KvError>(Rollback.into())
        };
        assert!(matches!(transaction(options(), callback), Err(KvError::Rollback)));
        assert_eq!((rows.cached(&"foo"), kv.stored("foo")), (None, None));
    });
}

/// 127. test_rollback_with_context_cache (modern system test_misc.py:248): after a rollback neither
/// the datastore nor the cache has what was put.
#[test]
fn test_rollback_with_context_cache() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        assert_eq!(rows.load("ann").await.expect("it is asked for"), Some(10));
        let change = || async {
            put(&kv, &rows, "ann", 99).await?;
            assert_eq!(rows.load("ann").await.expect("it is asked for"), Some(99));
            Err::<(), _>(KvError::Forbidden)
        };
        assert!(transaction(options(), change).is_err());
        assert_eq!(rows.load("ann").await.expect("it is asked for"), Some(10));
        rows.clear_cache();
        assert_eq!(rows.load("ann").await.expect("it is asked for"), Some(10));
    });
}

/// 144. test_uncommitted_deletes (modern system test_query.py:2066): what was deleted in a
/// transaction a query in it does not find, though the datastore still has it.
#[test]
fn test_uncommitted_deletes() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        let query = || {
            let found = ["ann", "bob"].into_iter().filter_map(|key| Some((key, kv.stored(key)?)));
            let known = |(key, value)| rows.cached(&key).unwrap_or(Some(value));
            found.filter_map(known).collect::<Vec<_>>()
        };
        let do_the_thing = || async {
            kv.delete("ann").await?;
            rows.insert("ann", None);
            assert_eq!(kv.stored("ann"), Some(10));
            assert_eq!(query(), [20]);
            Ok::<_, KvError>(())
        };
        transaction(options(), do_the_thing).expect("it is committed");
        assert_eq!((query(), kv.stored("ann")), (vec![20], None));
    });
}

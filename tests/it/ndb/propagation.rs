//! Transactions in transactions, and what is read and put in them. Cases 120e and g to i, 130, 133
//! and 146.

use tasklet_core::{
    Phase, Transaction, TransactionErrorKind, transaction, transactional, transactional_async,
};
use tests::kv::{Kv, KvError};
use tests::rows::Rows;
use tests::yield_now;

use super::bank::{options, own_error, with_bank};

/// What the transaction of a function is, seen from whoever calls it.
fn standing(log: &tests::Log) -> &'static str {
    match (log.take().first().map(String::as_str), Transaction::current()) {
        (Some("begin"), Some(_)) => "its own",
        (Some("begin nested"), Some(_)) => "nested",
        (None, Some(_)) => "the same",
        (_, None) => "none",
        (Some(other), _) => panic!("{other}"),
    }
}

type Standing = Result<&'static str, KvError>;

#[transactional_async]
async fn default(log: tests::Log) -> Standing {
    Ok(standing(&log))
}

#[transactional_async(propagation = nested)]
async fn nested(log: tests::Log) -> Standing {
    Ok(standing(&log))
}

#[transactional_async(propagation = mandatory)]
async fn mandatory(log: tests::Log) -> Standing {
    Ok(standing(&log))
}

#[transactional_async(propagation = allowed)]
async fn allowed(log: tests::Log) -> Standing {
    Ok(standing(&log))
}

#[transactional_async(propagation = independent)]
async fn independent(log: tests::Log) -> Standing {
    Ok(standing(&log))
}

/// 120e. testTransactionalDecoratorPropagationOptions (legacy model_test.py:4399): each
/// propagation, outside of a transaction and in one. There a nested one is an error.
#[test]
fn test_transactional_decorator_propagation_options() {
    with_bank(async |_, log| {
        let mut outside = Vec::new();
        for start in [default, nested, allowed, independent] {
            outside.push(start(log.clone()).await.expect("it is committed"));
            assert_eq!(log.take(), ["commit"]);
        }
        assert_eq!(outside, ["its own"; 4]);
        let error = own_error(mandatory(log.clone()).await);
        assert_eq!(error.kind(), TransactionErrorKind::NotInTransaction);

        let inside = async || {
            let mut inside = Vec::new();
            for start in [default, nested, mandatory, allowed, independent] {
                drop(log.take());
                inside.push(start(log.clone()).await?);
            }
            Ok::<_, KvError>(inside)
        };
        let inside = transaction(options(), inside).expect("it is committed");
        assert_eq!(inside, ["the same", "nested", "the same", "the same", "its own"]);
    });
}

/// 120g. testNoNestedTransactions (legacy model_test.py:3876): there a transaction in a transaction
/// is an error; here it can be undone alone.
#[test]
fn test_no_nested_transactions() {
    with_bank(async |kv, _| {
        let outer = async || {
            kv.put("ann", 42).await?;
            let inner = async || {
                kv.put("bob", 42).await?;
                Err::<(), _>(KvError::Forbidden)
            };
            assert!(transaction(options(), inner).is_err());
            Ok::<_, KvError>(())
        };
        transaction(options(), outer).expect("it is committed");
        assert_eq!((kv.stored("ann"), kv.stored("bob")), (Some(42), Some(20)));
    });
}

/// 120h. testTransaction (legacy model_test.py:3849): what is not there is put in a transaction,
/// and found there by the next one; without retries, too.
#[test]
fn test_transaction() {
    with_bank(async |kv, _| {
        let callback = async || {
            let a = kv.find("a key").await?.map_or(1, |a| a + 1);
            kv.put("a key", a).await?;
            Ok::<_, KvError>(a)
        };
        assert_eq!(transaction(options(), callback).expect("it is committed"), 1);
        assert_eq!(kv.stored("a key"), Some(1));
        assert_eq!(transaction(options().retries(0), callback).expect("it is committed"), 2);
        assert_eq!(kv.stored("a key"), Some(2));
    });
}

/// 120i. testTransactionsCachingAndQueries (legacy model_test.py:5485): what was put is not stored
/// before the commit. There only the cache shows it inside; here so does the database itself.
#[test]
fn test_transactions_caching_and_queries() {
    with_bank(async |kv, _| {
        let rows = Rows::cached(&kv);
        let callback = async || {
            kv.put("ann", 42).await?;
            rows.insert("ann", Some(42));
            let cached = rows.load("ann").await.expect("it is asked for");
            let read = rows.use_cache(false).load("ann").await.expect("it is asked for");
            Ok::<_, KvError>((cached, read, kv.stored("ann")))
        };
        let seen = transaction(options(), callback).expect("it is committed");
        assert_eq!(seen, (Some(42), Some(42), Some(10)));
        assert_eq!((rows.cached(&"ann"), kv.stored("ann")), (Some(Some(42)), Some(42)));
    });
}

/// 130a. test_delete_entity_in_transaction and test_delete_entity_in_transaction_then_rollback
/// (modern system test_crud.py:909 and 949): what is deleted is there until the commit, and stays
/// if that does not come. There the transaction itself still finds it; here it does not.
#[test]
fn test_delete_entity_in_transaction() {
    with_bank(async |kv, _| {
        let delete_entity = async |fails: bool| {
            assert_eq!(kv.find("ann").await?, Some(10));
            kv.delete("ann").await?;
            assert_eq!((kv.find("ann").await?, kv.stored("ann")), (None, Some(10)));
            if fails { Err(KvError::Forbidden) } else { Ok(()) }
        };
        assert!(transaction(options(), || delete_entity(true)).is_err());
        assert_eq!(kv.stored("ann"), Some(10));
        transaction(options(), || delete_entity(false)).expect("it is committed");
        assert_eq!(kv.stored("ann"), None);
    });
}

/// 130b. test_get_or_insert_in_transaction (modern system test_crud.py:1024): in a transaction it
/// is a part of that, and finds what is there the next time.
#[test]
fn test_get_or_insert_in_transaction() {
    #[transactional]
    async fn do_the_thing(kv: &Kv, foo: i64) -> Result<i64, KvError> {
        kv.get_or_insert("a key", foo).await
    }
    with_bank(async |kv, log| {
        assert_eq!(do_the_thing(&kv, 42).expect("it is committed"), 42);
        assert_eq!(do_the_thing(&kv, 21).expect("it is committed"), 42);
        assert_eq!(log.take(), ["begin", "commit"].repeat(2));
    });
}

/// 133. New. What was put between the first look of a `get_or_insert` and its transaction is found
/// there, and stays; modern NDB overwrites it.
#[test]
fn test_get_or_insert_reads_again_in_its_transaction() {
    with_bank(async |kv, log| {
        let opener = kv.hold(Phase::Begin);
        let future = kv.get_or_insert("a key", 42);
        while log.peek().is_empty() {
            yield_now().await;
        }
        kv.put("a key", 21).await.expect("it is put");
        opener.set_result(());
        assert_eq!(future.await.expect("it is there"), 21);
        assert_eq!(kv.stored("a key"), Some(21));
    });
}

/// 146. testGetOrInsertAsync, testGetOrInsertAsyncInTransaction (legacy model_test.py:3704, 3729):
/// it puts what is missing, in a transaction, and gives what is there without one.
#[test]
fn test_get_or_insert_async() {
    with_bank(async |kv, log| {
        assert_eq!(kv.get_or_insert("a key", 42).await.expect("it is put"), 42);
        assert_eq!(log.take(), ["begin", "commit"]);
        assert_eq!(kv.get_or_insert("a key", 21).await.expect("it is there"), 42);
        assert!(log.take().is_empty());
        let callback = async || {
            let first = kv.get_or_insert("another", 1).await?;
            Ok::<_, KvError>((first, kv.get_or_insert("another", 2).await?, kv.stored("another")))
        };
        let found = transaction(options(), callback).expect("it is committed");
        assert_eq!(found, (1, 1, None));
        assert_eq!(kv.stored("another"), Some(1));
        assert_eq!(log.take(), ["begin", "commit"]);
    });
}

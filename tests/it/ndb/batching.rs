//! Many calls that become one. Cases 96 to 104, 109 and 111.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tasklet_core::SameKey;
use tasklet_core::prelude::*;
use tests::run;

use super::store::{Store, StoreError, delete, get, put};

/// 96a. testContext_AutoBatcher_Get (legacy context_test.py:1361): three gets are one call to each
/// service that they pass: ask the memcache, lock there, ask again, ask the datastore.
#[test]
fn test_context_auto_batcher_get() {
    #[tasklet]
    async fn foo(store: Store) -> Vec<bool> {
        let (fut1, fut2, fut3) = (get(store.clone(), 1), get(store.clone(), 2), get(store, 3));
        let ents = [fut1.await, fut2.await, fut3.await];
        ents.into_iter().map(|ent| ent.expect("it is asked for").is_none()).collect()
    }
    run(async || {
        let store = Store::new();
        assert_eq!(foo(store.clone()).await, [true; 3]);
        assert_eq!(store.log.take(), ["mc_get 3", "mc_set 3", "mc_get 3", "ds_get 3"]);
    });
}

/// 96b. testContext_AutoBatcher_Put (legacy context_test.py:1391): so are three puts.
#[test]
fn test_context_auto_batcher_put() {
    run(async || {
        let store = Store::new();
        let futs: Vec<_> = (1..=3).map(|key| put(store.clone(), key, "new".to_owned())).collect();
        futs.try_join_all().await.expect("they are put");
        assert_eq!(store.log.take(), ["ds_put 3", "mc_del 3"]);
        assert_eq!(store.keys(), [1, 2, 3]);
    });
}

/// 96c. testContext_AutoBatcher_Delete (legacy context_test.py:1404): so are three deletes.
#[test]
fn test_context_auto_batcher_delete() {
    #[tasklet]
    async fn foo(store: Store) -> Result<(), BatchError<StoreError>> {
        try_join!(delete(store.clone(), 1), delete(store.clone(), 2), delete(store, 3))?;
        Ok(())
    }
    run(async || {
        let store = Store::new();
        store.fill(1..=4);
        foo(store.clone()).await.expect("they are deleted");
        assert_eq!(store.log.take(), ["mc_set 3", "ds_delete 3"]);
        assert_eq!(store.keys(), [4]);
    });
}

/// 97. testContext_AutoBatcher_Limit (legacy context_test.py:1425): of 49 puts with a limit of 25,
/// 25 go when they are there, and 24 when somebody waits. (NDB sends 24 and 25 in either order.)
#[test]
fn test_context_auto_batcher_limit() {
    run(async || {
        let store = Store::with_limits(1000, 25);
        let fs: Vec<_> = (0..49).map(|key| put(store.clone(), key, "new".to_owned())).collect();
        assert_eq!(store.log.take(), ["ds_put 25"], "a batch that is full goes at once");
        Context::current().flush();
        assert_eq!(store.log.take(), ["ds_put 24"]);
        assert_eq!(fs.try_join_all().await.expect("they are put").len(), 49);
        let mut log = store.log.take();
        log.sort();
        assert_eq!(log, ["mc_del 24", "mc_del 25"]);
    });
}

/// 98. testContext_AutoBatcher_Errors (legacy context_test.py:1495; legacy#196): a call that fails
/// fails all that it was to serve, with the very same error. (What is wrong with one item need not
/// fail the others, as it does there.)
#[test]
fn test_context_auto_batcher_errors() {
    run(async || {
        let store = Store::new();
        store.fail_next("RequestTooLargeError");
        let (fut1, fut2) = (store.put_one(1, "small"), store.put_one(2, "large"));
        let (err1, err2) = (fut1.await.expect_err("it fails"), fut2.await.expect_err("it fails"));
        assert_eq!(err1.get(), Some(&StoreError("RequestTooLargeError")));
        assert!(std::ptr::eq(err1.get().expect("one"), err2.get().expect("the same")));
        assert!(err1.is_of_call());

        let (fut1, fut2) = (store.put_one(1, "small"), store.put_one(2, "unwritable"));
        assert!(fut1.await.is_ok());
        assert!(fut2.await.expect_err("it fails").is_of_item());
        assert_eq!(store.log.take(), ["ds_put 2", "ds_put 2"]);
    });
}

/// 99. testContext_MultiRpc (legacy context_test.py:87): more than go into one call go in several,
/// and the results come in the order of asking.
#[test]
fn test_context_multi_rpc() {
    #[tasklet]
    async fn foo(store: Store) {
        let ents = (0..10).map(|key| store.put_one(key, &format!("entity {key}")));
        let futs: Vec<_> = ents.collect();
        futs.try_join_all().await.expect("they are put");
        let futs: Vec<_> = (0..10).rev().map(|key| store.get_one(key)).collect();
        let ents2 = futs.try_join_all().await.expect("they are there");
        let texts = ents2.into_iter().map(|ent| ent.expect("it was put").to_string());
        assert!(texts.eq((0..10).rev().map(|key| format!("entity {key}"))));
    }
    run(async || {
        let store = Store::with_limits(3, 3);
        foo(store.clone()).await;
        let log = store.log.take();
        assert_eq!(log[..4], ["ds_put 3", "ds_put 3", "ds_put 3", "ds_put 1"]);
        assert_eq!(log[4..], ["ds_get 3", "ds_get 3", "ds_get 3", "ds_get 1"]);
    });
}

/// 100. Test_get_batch.test_it (modern test__batch.py:23): what has other options goes in another
/// batch, what is too much for one in the next; all of them leave when the loop is idle, the oldest
/// first (in legacy NDB the youngest).
#[test]
fn test_get_batch() {
    run(async || {
        let store = Store::with_limits(2, 2);
        let options = ["foo", "", "food", "foo", "foo"];
        let futs = (0..).zip(options).map(|(key, option)| store.gets.with(option).load(key));
        let futs: Vec<_> = futs.collect();
        // The one with two items is full, and has gone.
        assert_eq!(store.log.take(), ["ds_get(foo) 2"]);
        futs.try_join_all().await.expect("they are asked for");
        assert_eq!(store.log.take(), ["ds_get 1", "ds_get(food) 1", "ds_get(foo) 1"]);
    });
}

/// 101a. Test_lookup.test_it, test_it_with_options (modern test__datastore_api.py:191, 204): two
/// lookups of one key are one item of the call, whose answer both get; one with options is another
/// call.
#[test]
fn test_lookup() {
    run(async || {
        let store = Store::new();
        store.fill([1, 2]);
        let (future1, future2, future3) = (store.get_one(1), store.get_one(1), store.get_one(2));
        let strong = store.gets.with("strong").load(1);
        let (one, again, two) = try_join!(future1, future2, future3).expect("they are asked for");
        assert_eq!(one.as_deref(), Some("entity 1"));
        assert_eq!((one, two.as_deref()), (again, Some("entity 2")));
        assert!(strong.await.is_ok_and(|entity| entity.is_some()));
        assert_eq!(store.log.take(), ["ds_get 2", "ds_get(strong) 1"]);
    });
}

/// 102. test_found, test_missing, test_deferred, test_found_missing_deferred,
/// test_lookup_callback_exception (modern test__datastore_api.py:418-557): what is found goes to
/// all who asked for it, what is missing is nothing, what is put off is asked for again while those
/// who asked go on waiting, and an error goes to all.
#[test]
fn test_found_missing_deferred_exception() {
    run(async || {
        let store = Store::new();
        store.fill([1, 3]);
        store.put_off([2, 3]);
        let futures: Vec<_> = [1, 2, 3, 1].map(|key| store.get_one(key)).into();
        let found = futures.try_join_all().await.expect("they are asked for");
        let found: Vec<_> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, [Some("entity 1"), None, Some("entity 3"), Some("entity 1")]);
        assert_eq!(store.log.take(), ["ds_get 3", "ds_get 2"], "two were put off");

        store.fail_next("Spurious error.");
        let [one, two] = [1, 2].map(|key| store.get_one(key));
        for future in [one, two] {
            let error = future.await.expect_err("it fails");
            assert_eq!(error.get(), Some(&StoreError("Spurious error.")));
        }
    });
}

/// 103. Test__process_commit.test_success, test_success_some_already_done, test_exception,
/// test_exception_some_already_done (modern test__datastore_api.py:1174-1235): each write has its
/// own result, by position, or the error of the call; one that nobody waits for any more changes
/// nothing for the others, and is written all the same.
#[test]
fn test_process_commit() {
    run(async || {
        let store = Store::new();
        let [one, two, three] = [(1, "new"), (2, "unwritable"), (3, "new")]
            .map(|(key, entity)| store.put_one(key, entity));
        one.cancel();
        assert!(two.await.expect_err("it cannot be written").is_of_item());
        assert!(three.await.is_ok());
        assert_eq!(store.keys(), [1, 3]);

        store.fail_next("Spurious error.");
        let [one, two] = [4, 5].map(|key| store.put_one(key, "new"));
        one.cancel();
        assert!(two.await.expect_err("the call has failed").is_of_call());
        assert_eq!((store.log.take().len(), store.keys()), (2, vec![1, 3]));
        assert!(Context::current().take_errors().is_empty());
    });
}

/// 104a. test_multi_with_lots_of_keys (modern system test_crud.py:1608; ndb#318, legacy#47): a
/// thousand and one entities are put, got, deleted and missed, in as few calls as the limits of 500
/// and 1000 allow.
#[test]
fn test_multi_with_lots_of_keys() {
    const N: u32 = 1001;
    run(async || {
        let store = Store::new();
        let puts: Vec<_> = (0..N).map(|key| store.put_one(key, &key.to_string())).collect();
        puts.try_join_all().await.expect("they are put");
        assert_eq!(store.log.take(), ["ds_put 500", "ds_put 500", "ds_put 1"]);
        let gets: Vec<_> = (0..N).map(|key| store.get_one(key)).collect();
        let entities = gets.try_join_all().await.expect("they are there");
        let texts = entities.into_iter().map(|entity| entity.expect("it was put").to_string());
        assert!(texts.eq((0..N).map(|key| key.to_string())));
        assert_eq!(store.log.take(), ["ds_get 1000", "ds_get 1"]);
        let deletes: Vec<_> = (0..N).map(|key| store.delete_one(key)).collect();
        deletes.try_join_all().await.expect("they are deleted");
        let gets: Vec<_> = (0..N).map(|key| store.get_one(key)).collect();
        let entities = gets.try_join_all().await.expect("they are asked for");
        assert!(entities.iter().all(Option::is_none) && entities.len() == N as usize);
    });
}

/// Ids in ascending order: each item asks for so many.
struct Allocations(AtomicU64);

impl Batch for Allocations {
    const NAME: &'static str = "allocate ids";
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = (u32, Ids);
    /// Each asks for ids of its own, whatever others ask for.
    type Key = u32;
    type Options = ();
    type Value = RangeInclusive<u64>;
    type Error = Infallible;

    fn key(&self, (number, _): &Self::Item) -> u32 {
        *number
    }

    async fn call(
        &self,
        items: Vec<Self::Item>,
        _: (),
    ) -> BatchResults<RangeInclusive<u64>, Infallible> {
        let allocate = |(_, ids): (u32, Ids)| {
            let low = self.0.load(Relaxed) + 1;
            let high = match ids {
                Ids::Size(size) => low + size - 1,
                Ids::Max(max) => max.max(low - 1),
            };
            self.0.store(high, Relaxed);
            Ok(low..=high)
        };
        Ok(items.into_iter().map(allocate).collect())
    }
}

/// NDB's `size=` and `max=`.
enum Ids {
    Size(u64),
    Max(u64),
}

/// 104b. test_allocate_a_lot_of_keys (modern system test_crud.py:1633): a thousand and one ids, one
/// by one, are all different.
#[test]
fn test_allocate_a_lot_of_keys() {
    const N: u32 = 1001;
    run(async || {
        let batcher = Batcher::new(Allocations(AtomicU64::new(0)));
        let keys: Vec<_> = (0..N).map(|number| batcher.load((number, Ids::Size(1)))).collect();
        let keys = keys.try_join_all().await.expect("they are allocated");
        assert!(keys.into_iter().flatten().eq(1..=u64::from(N)));
    });
}

/// 109. New (legacy#134): what is put and not waited for is sent by an explicit `flush`, and not
/// before; in NDB this takes a wait for something else. Whoever ends the context sends it in any
/// case.
#[test]
fn test_fire_and_forget_is_sent_by_flush() {
    run(async || {
        let store = Store::new();
        store.put_one(1, "new").defer();
        assert!(store.log.take().is_empty());
        store.puts.flush();
        assert_eq!(store.log.take(), ["ds_put 1"]);
        store.put_one(2, "new").defer();
        Context::current().flush();
        assert_eq!(store.log.take(), ["ds_put 1"]);
        store.put_one(3, "new").defer();
        Context::current().run();
        assert_eq!((store.log.take(), store.keys()), (vec!["ds_put 1".to_owned()], vec![1, 2, 3]));
    });
}

/// 111. testContext_AllocateIds (legacy context_test.py:1522): ten ids, and then all up to the
/// twentieth, in that order.
#[test]
fn test_context_allocate_ids() {
    #[tasklet]
    async fn foo(batcher: Arc<Batcher<Allocations>>) {
        let (first, second) = (batcher.load((1, Ids::Size(10))), batcher.load((2, Ids::Max(20))));
        assert_eq!(first.await.expect("they are allocated"), 1..=10);
        assert_eq!(second.await.expect("they are allocated"), 11..=20);
    }
    run(async || foo(Arc::new(Batcher::new(Allocations(AtomicU64::new(0))))).await);
}

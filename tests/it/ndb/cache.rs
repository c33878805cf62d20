//! What one context has seen, it sees again. Cases 105 to 107.

use std::sync::Arc;

use tasklet_core::Policy;
use tasklet_core::prelude::*;
use tests::run;

use super::store::{Entity, Store};

/// The entity that is there.
async fn got(store: &Store, key: u32) -> Entity {
    store.get_one(key).await.expect("it is asked for").expect("it is there")
}

/// Puts an entity, and tells the cache, as NDB's `Context.put` does.
async fn put(store: &Store, key: u32, entity: &str) {
    store.put_one(key, entity).await.expect("it is put");
    store.gets.insert(key, Some(entity.into()));
}

/// 105a. testContext_Cache (legacy context_test.py:107): what was put is in the cache, gets give
/// the very same entity, what was deleted is known to be gone, and a cleared cache knows nothing.
#[test]
fn test_context_cache() {
    run(async || {
        let store = Store::cached();
        put(&store, 1, "hello").await;
        assert_eq!(store.log.take(), ["ds_put 1"]);
        assert!(store.gets.cached(&1).is_some());
        let (a, b) = (got(&store, 1).await, got(&store, 1).await);
        assert!(Arc::ptr_eq(&a, &b));
        store.delete_one(1).await.expect("it is deleted");
        store.gets.insert(1, None);
        assert_eq!(store.gets.cached(&1), Some(None));
        assert_eq!(store.get_one(1).await.expect("it is asked for"), None);
        assert_eq!(store.log.take(), ["ds_delete 1"], "no get was sent");
        store.gets.clear_cache();
        assert_eq!(store.gets.cached(&1), None);
        assert_eq!(store.get_one(1).await.expect("it is asked for"), None);
        assert_eq!(store.log.take(), ["ds_get 1"]);
    });
}

/// 105b. testContext_CacheMisses (legacy context_test.py:125): that the datastore has no such
/// entity is remembered; that it was not asked is not.
#[test]
fn test_context_cache_misses() {
    run(async || {
        let store = Store::cached();
        assert_eq!(store.gets.cached(&42), None);
        store.fail_next("not consulted");
        assert!(store.get_one(42).await.is_err());
        assert_eq!(store.gets.cached(&42), None);
        assert_eq!(store.get_one(42).await.expect("it is asked for"), None);
        assert_eq!(store.gets.cached(&42), Some(None));
        assert_eq!(store.get_one(42).await.expect("it is known"), None);
        assert_eq!(store.log.take(), ["ds_get 1", "ds_get 1"]);
    });
}

/// 105c. testContext_CachePolicy (legacy context_test.py:142): where the policy says no, nothing is
/// kept, and each get is a call.
#[test]
fn test_context_cache_policy() {
    run(async || {
        let store = Store::cached();
        store.gets.set_cache_policy(Policy::function(|_| Some(false)));
        put(&store, 1, "hello").await;
        assert_eq!(store.gets.cached(&1), None);
        let (a, b) = (got(&store, 1).await, got(&store, 1).await);
        assert!(a == b && !Arc::ptr_eq(&a, &b));
        store.delete_one(1).await.expect("it is deleted");
        assert_eq!(store.gets.cached(&1), None);
        assert_eq!(store.get_one(1).await.expect("it is asked for"), None);
        let log = ["ds_put 1", "ds_get 1", "ds_get 1", "ds_delete 1", "ds_get 1"];
        assert_eq!(store.log.take(), log);
    });
}

/// 105d. testContext_CachePolicyDisabledLater (legacy context_test.py:163): what is in the cache is
/// not used any more once the policy says no.
#[test]
fn test_context_cache_policy_disabled_later() {
    run(async || {
        let store = Store::cached();
        put(&store, 1, "hello").await;
        assert_eq!(&*got(&store, 1).await, "hello");
        store.gets.insert(1, None);
        assert_eq!(store.get_one(1).await.expect("it is known"), None);
        assert_eq!(store.log.take(), ["ds_put 1"]);
        store.gets.set_cache_policy(Policy::constant(false));
        assert_eq!(&*got(&store, 1).await, "hello");
        assert_eq!(store.log.take(), ["ds_get 1"]);
    });
}

/// What a query finds, as NDB has it: what the cache knows takes the place of what the datastore
/// gave, and what the cache knows to be gone is left out.
fn with_cached(store: &Store, found: Vec<(u32, Entity)>) -> Vec<Entity> {
    let look = |(key, entity)| match store.gets.cached(&key) {
        Some(cached) => cached,
        None => Some(entity),
    };
    found.into_iter().filter_map(look).collect()
}

/// What the datastore finds: each time other copies.
fn query(store: &Store) -> Vec<(u32, Entity)> {
    let found = store.keys().into_iter().filter_map(|key| Some((key, store.stored(key)?)));
    found.map(|(key, entity)| (key, entity.into())).collect()
}

/// 105e. testContext_CacheQuery (legacy context_test.py:184): what a query finds is what is in the
/// cache, the very same.
#[test]
fn test_context_cache_query() {
    run(async || {
        let store = Store::cached();
        put(&store, 1, "hello").await;
        put(&store, 2, "world").await;
        let results = with_cached(&store, query(&store));
        assert_eq!(results.iter().map(|entity| &**entity).collect::<Vec<_>>(), ["hello", "world"]);
        for (key, result) in [1, 2].into_iter().zip(&results) {
            let cached = store.gets.cached(&key).flatten().expect("it is cached");
            assert!(Arc::ptr_eq(&cached, result));
        }
    });
}

/// 106. testQueryCacheInteraction (legacy query_test.py:1466): a query sees what was changed and
/// not yet written; one without the cache sees what is stored, as does one after the cache has
/// forgotten it.
#[test]
fn test_query_cache_interaction() {
    run(async || {
        let store = Store::cached();
        put(&store, 1, "a").await;
        let a = got(&store, 1).await;
        assert!(Arc::ptr_eq(&with_cached(&store, query(&store))[0], &a));
        store.gets.insert(1, Some("x".into()));
        assert_eq!(&*with_cached(&store, query(&store))[0], "x");
        let b = store.gets.use_cache(false).load(1).await.expect("it is asked for");
        assert_eq!(b.as_deref(), Some("a"));
        store.gets.invalidate(&1);
        let b = with_cached(&store, query(&store)).remove(0);
        assert!(*b == *a && !Arc::ptr_eq(&a, &b));
        store.gets.insert(1, None);
        assert!(with_cached(&store, query(&store)).is_empty(), "it is known to be gone");
    });
}

/// 107a. testGetFutureCachingOn (legacy context_test.py:1642): two who ask at the same time are one
/// call, although each has a future of its own, and get the very same entity; later the cache has
/// it.
#[test]
fn test_get_future_caching_on() {
    run(async || {
        let store = Store::cached();
        store.fill([1]);
        let (f1, f2) = (store.get_one(1), store.get_one(1));
        Context::current().flush();
        // The call is under way: still it serves whoever asks.
        let f3 = store.get_one(1);
        let (e1, e2, e3) = try_join!(f1, f2, f3).expect("they are asked for");
        let same = |one: &Option<Entity>, other: &Option<Entity>| {
            one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
        };
        assert!(same(&e1, &e2) && same(&e1, &e3));
        assert!(same(&e1, &Some(got(&store, 1).await)));
        assert_eq!(store.log.take(), ["ds_get 1"]);
    });
}

/// 107b. testGetFutureCachingOff (legacy context_test.py:1659): without the cache, one who asks
/// while a call is under way has a call of its own.
#[test]
fn test_get_future_caching_off() {
    run(async || {
        let store = Store::new();
        store.fill([1]);
        let f1 = store.get_one(1);
        Context::current().flush();
        let f2 = store.get_one(1);
        let (e1, e2) = try_join!(f1, f2).expect("they are asked for");
        assert!(e1 == e2 && e1.zip(e2).is_some_and(|(e1, e2)| !Arc::ptr_eq(&e1, &e2)));
        assert_eq!(store.log.take(), ["ds_get 1", "ds_get 1"]);
    });
}

/// 107c. testMemcacheGetFutureCaching, testMemcacheSetFutureCaching (legacy context_test.py:1674,
/// 1688): that a call is asked to use the cache goes before what the batcher says; writes never
/// share a call's answer, since each of them is a change.
#[test]
fn test_memcache_future_caching() {
    run(async || {
        let store = Store::new();
        store.fill([1]);
        let cached = store.gets.use_cache(true);
        let f1 = cached.load(1);
        Context::current().flush();
        let (f2, f3) = (cached.load(1), store.get_one(1));
        try_join!(f1, f2, f3).expect("they are asked for");
        assert_eq!(store.log.take(), ["ds_get 1", "ds_get 1"], "the third one had its own");

        let writes = store.puts.use_cache(true);
        let write = || writes.load((1, Some("new".to_owned())));
        let [f1, f2] = [write(), write()];
        try_join!(f1, f2).expect("they are written");
        assert_eq!(store.log.take(), ["ds_put 1", "ds_put 1"]);
    });
}

//! The namespace sticks to the call. Case 141.

use std::sync::Arc;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Namespace, namespace, set_namespace};
use tests::{run, within, yield_now};

use super::store::Store;

fn named(name: &str) -> Namespace {
    name.parse().expect("a good name")
}

/// NDB's key: its namespace is that of the code that makes it, or its parent's.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    id: u32,
    namespace: Namespace,
}

impl Key {
    fn new(id: u32) -> Key {
        Key { id, namespace: namespace() }
    }

    fn child(&self, id: u32) -> Key {
        Key { id, namespace: self.namespace.clone() }
    }
}

/// 141a. testStickyDefaultNamespace (legacy tasklets_test.py:774; legacy#190): a tasklet has the
/// namespace of its call until it sets another one, whatever others set meanwhile; what it sets is
/// its own, through its awaits, and does not reach the caller.
#[test]
fn test_sticky_default_namespace() {
    #[tasklet]
    async fn put_async(key: Key) -> Key {
        sleep(Duration::from_millis(1)).await;
        key
    }
    #[tasklet]
    async fn create_async(id: u32) -> Key {
        assert_eq!(&*namespace(), "before");
        let fut = put_async(Key::new(id));
        set_namespace(named("inner1"));
        let key = fut.await;
        assert_eq!(&*key.namespace, "before");
        assert_eq!(&*namespace(), "inner1");
        set_namespace(named("inner2"));
        key
    }
    run(async || {
        set_namespace(named("before"));
        let fut = create_async(1);
        set_namespace(named("after"));
        let key = fut.get_result();
        assert_eq!(&*key.namespace, "before");
        assert_eq!(&*namespace(), "after");
    });
}

/// 141b. testAsyncNamespace (legacy query_test.py:1890; legacy#168): a query has the namespace of
/// its call, not that of the moment when it is sent; also one that is batched with others.
#[test]
fn test_async_namespace() {
    run(async || {
        let store = Store::new();
        // What a batch depends on is fixed when it is asked for: its options.
        let load = |key| match &*namespace() {
            "a" => store.gets.with("a").load(key),
            _ => store.gets.with("").load(key),
        };
        set_namespace(named("a"));
        let (first, second) = (load(1), load(2));
        set_namespace(Namespace::default());
        let third = load(3);
        try_join!(first, second, third).expect("they are asked for");
        assert_eq!(store.log.take(), ["ds_get(a) 2", "ds_get 1"]);
    });
}

/// 141c. testNamespaces (legacy model_test.py:4206; ndb#337, ndb#535): a key has the namespace of
/// the code that makes it, a child that of its parent; the empty one can be asked for although
/// another one is set.
#[test]
fn test_namespaces() {
    within(|| {
        assert_eq!(namespace(), Namespace::default());
        let k0 = Key::new(1);
        assert_eq!(&*k0.namespace, "");
        set_namespace(named("ns1"));
        let k1 = Key::new(1);
        assert_ne!(k1, k0);
        set_namespace(named("ns2"));
        let k2 = k1.child(2);
        assert_eq!((&*k2.namespace, k2.id), ("ns1", 2));
        assert_eq!(&*Key::new(1).namespace, "ns2");
        set_namespace(Namespace::default());
        assert_eq!(Key::new(1), k0);
    });
}

/// legacy#190: the namespace is inherited by what a tasklet starts after it has set one, and not by
/// what it started before, nor by its siblings.
#[test]
fn a_namespace_is_inherited_from_the_call_on() {
    #[tasklet]
    async fn seen() -> Arc<str> {
        yield_now().await;
        Arc::from(&*namespace())
    }
    #[tasklet]
    async fn sets() -> [Arc<str>; 2] {
        let before = seen();
        set_namespace(named("inner"));
        yield_now().await;
        let after = seen();
        [before, after].join_all().await
    }
    run(async || {
        set_namespace(named("outer"));
        let (sets, sibling) = (sets(), seen());
        let ([before, after], sibling) = join!(sets, sibling);
        assert_eq!([&*before, &*after, &*sibling], ["outer", "inner", "outer"]);
    });
}

//! Threads that know nothing of each other, hooks, and what is waited for though nobody asked.
//! Cases 145, 147 and 148.

use std::thread;

use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tests::{Log, gate, run, within};

use super::store::{Store, StoreError};

/// 145a. testPutHooksCalled, testGetByIdHooksCalled (legacy model_test.py:4870, 4906): what is to
/// happen before a put happens at the call; what is to happen after it, when the put is done,
/// before anybody who waits for it goes on, and also if nobody waits.
#[test]
fn test_put_hooks_called() {
    type Put = TaskletFuture<Result<(), BatchError<StoreError>>>;
    fn put_with_hooks(store: &Store, key: u32) -> Put {
        store.log.add("pre");
        let future = store.put_one(key, "new");
        let log = store.log.clone();
        future.add_immediate_callback(move || log.add("post"));
        future
    }
    #[tasklet]
    async fn waits(put: Put, log: Log) {
        put.await.expect("it is put");
        log.add("went on");
    }
    run(async || {
        let store = Store::new();
        let waiting = waits(put_with_hooks(&store, 1), store.log.clone());
        assert_eq!(store.log.take(), ["pre"]);
        waiting.await;
        assert_eq!(store.log.take(), ["ds_put 1", "post", "went on"]);
        put_with_hooks(&store, 2).defer();
        Context::current().run();
        assert_eq!(store.log.take(), ["pre", "ds_put 1", "post"]);
    });
}

/// 147b. testCallHooks_Pending (legacy rpc_test.py:71; legacy#81, ndb#426): before a commit, all
/// calls that were started are waited for, also those that nobody waits for. A transaction is a
/// scope that is run to its end.
#[test]
fn test_call_hooks_pending() {
    #[tasklet]
    async fn commit(store: Store) {
        let transaction = Context::current().child();
        let body = async {
            store.put_one(1, "new").defer();
            store.log.add("the body ends");
            Context::current()
        };
        let inside = transaction.scope_to_end(body).await;
        assert_eq!(inside.pending(), 0);
        store.log.add("commit");
    }
    run(async || {
        let store = Store::new();
        commit(store.clone()).await;
        assert_eq!(store.log.take(), ["the body ends", "ds_put 1", "commit"]);
    });
}

/// 147c. testCallHooks_Pending_CallbackAddsMore (legacy rpc_test.py:86): also those that a callback
/// of one of them has started.
#[test]
fn test_call_hooks_pending_callback_adds_more() {
    fn nasty_callback(store: Store, left: u32) {
        let call = store.put_one(left, "new");
        if 0 < left {
            call.add_callback(move || nasty_callback(store, left - 1));
        }
        call.defer();
    }
    #[toplevel]
    async fn handler(store: Store) {
        nasty_callback(store, 3);
    }
    run(async || {
        let store = Store::new();
        let transaction = Context::current().child();
        transaction.scope_to_end(async { nasty_callback(store.clone(), 3) }).await;
        assert_eq!((transaction.pending(), store.log.take()), (0, vec!["ds_put 1".to_owned(); 4]));
    });
    within(|| {
        let store = Store::new();
        block_on(handler(store.clone()));
        assert_eq!(store.keys(), [0, 1, 2, 3]);
    });
}

/// 148a. test_parallel_threads (modern system test_crud.py:376; ndb#128): two threads put and get,
/// each in a context of its own, at the same time.
#[test]
fn test_parallel_threads() {
    #[toplevel]
    fn insert(store: Store, key: u32, foo: &'static str) {
        store.put_one(key, foo).get_result().expect("it is put");
        let retrieved = store.get_one(key).get_result().expect("it is asked for");
        assert_eq!(retrieved.as_deref(), Some(foo));
        assert_eq!(Context::current().pending(), 0);
    }
    within(|| {
        let store = Store::new();
        let threads = [(42, "one"), (144, "two")].map(|(key, foo)| {
            let store = store.clone();
            thread::spawn(move || insert(store, key, foo))
        });
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        assert_eq!(store.keys(), [42, 144]);
        let mut log = store.log.take();
        log.sort();
        // What two contexts ask for never shares a call.
        assert_eq!(log, ["ds_get 1", "ds_get 1", "ds_put 1", "ds_put 1"]);
    });
}

/// 148b. mttest.py (legacy tests): ten threads, each with a toplevel that counts Fibonacci's
/// rabbits; none sees what belongs to another.
#[test]
fn test_fibonacci_in_many_threads() {
    #[tasklet]
    async fn fibonacci(n: u32) -> u32 {
        if n <= 1 {
            return n;
        }
        let a = fibonacci(n - 1).await;
        let b = fibonacci(n - 2).await;
        a + b
    }
    #[toplevel]
    async fn one_thread(n: u32, start: TaskletFuture<()>) -> (u32, u64) {
        start.await;
        let x = fibonacci(n).await;
        (x, Context::current().started())
    }
    within(|| {
        let (opener, start) = gate();
        let start = start.shared();
        let threads: Vec<_> = (0..10)
            .map(|_| {
                let start = start.clone();
                thread::spawn(move || {
                    block_on(one_thread(10, Context::current().spawn(start.into_future())))
                })
            })
            .collect();
        opener.set_result(());
        start.get_result();
        for thread in threads {
            // A call of fibonacci(10) is 177 calls.
            assert_eq!(thread.join().expect("no panic"), (55, 177));
        }
    });
}

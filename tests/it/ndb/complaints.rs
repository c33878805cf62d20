//! What NDB's users have complained about, or wished for, and no numbered case answers. `legacy` is
//! GoogleCloudPlatform/datastore-ndb-python, `ndb` is googleapis/python-ndb.
//!
//! That the spans of requests vanished (ndb#219, legacy#29) is answered in `tracing_spans`; that an
//! error at the toplevel was no error event (legacy#203) in `tracing_events`.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_lite::{StreamExt, stream};
use tasklet_core::prelude::*;
use tasklet_core::{ERRORS_MAX, Turn};
use tests::{Log, Logged, gate, panic_of, run, within, yield_now};

use super::store::Store;

#[tasklet]
async fn fail(message: &'static str) -> Result<u32, String> {
    yield_now().await;
    Err(message.to_owned())
}

#[tasklet]
async fn answer(x: u32) -> u32 {
    yield_now().await;
    x
}

/// legacy#22, legacy#82, legacy#127: "a stale error from another tasklet shows up as a deadlock".
/// What was left over by one context disturbs no other one, on the same thread and at the same
/// time.
#[test]
fn a_failure_of_one_context_is_not_told_in_another_one() {
    within(|| {
        let (old, new) = (Context::new(), Context::new());
        let (_never, closed) = gate();
        let hanging = old.enter(|| {
            fail("stale").defer();
            closed.map(|()| 1)
        });
        while old.run0() == Turn::Worked {}
        assert_eq!(new.block_on(async { answer(42).await }), 42);
        assert_eq!((new.take_errors(), new.pending()), (vec![], 0));
        assert_eq!(old.take_errors().len(), 1);
        hanging.cancel();
    });
}

/// ndb#302, ndb#293: the loop hung for ever when an RPC had finished before its callback was
/// attached.
#[test]
fn an_answer_that_comes_at_any_moment_is_not_lost() {
    within(|| {
        let (sender, receiver) = mpsc::channel::<Completer<u32>>();
        let server = thread::spawn(move || {
            for (number, completer) in (0..).zip(receiver) {
                completer.set_result(number);
            }
        });
        for number in 0..2_000 {
            let (completer, future) = TaskletFuture::promise();
            sender.send(completer).expect("the server listens");
            let (called, call) = mpsc::channel();
            future.add_immediate_callback(move || called.send(()).expect("the test listens"));
            assert_eq!(future.get_result(), number);
            assert_eq!(call.recv(), Ok(()));
        }
        drop(sender);
        server.join().expect("no panic");
    });
}

/// legacy#204, legacy#237: an error named neither the tasklet nor the value, and a line that was
/// none of its business.
#[test]
fn an_error_has_the_name_the_value_and_the_line_of_the_call() {
    within(|| {
        let context = Context::new();
        let line = line!() + 2;
        context.enter(|| {
            fail("'abc' is no key").defer();
            answer(1).defer();
        });
        context.run();
        let errors = context.take_errors();
        let [error] = &errors[..] else { panic!("one error, not {errors:?}") };
        assert_eq!((error.name(), error.message()), ("fail", "'abc' is no key"));
        assert_eq!((error.place().file(), error.place().line()), (file!(), line));
    });
}

/// legacy#164: an error was logged at each level that it passed, until the log ran out of memory.
/// What nobody takes is bounded.
#[test]
fn errors_that_nobody_takes_do_not_fill_the_memory() {
    within(|| {
        let context = Context::new();
        context.enter(|| (0..2 * ERRORS_MAX).for_each(|_| fail("again").defer()));
        context.run();
        assert_eq!(context.take_errors().len(), ERRORS_MAX);
    });
}

/// legacy#195, ndb#552: with attributes in the wrong order a body silently never ran. A call runs
/// its body, whatever becomes of the future.
#[test]
fn no_body_is_silently_left_out() {
    #[tasklet]
    async fn waits(log: Log, name: &'static str) {
        yield_now().await;
        log.add(name);
    }
    #[tasklet]
    async fn never_waits(log: Log, name: &'static str) {
        log.add(name);
    }
    #[toplevel]
    async fn handler(log: Log) {
        waits(log.clone(), "waits, deferred").defer();
        never_waits(log.clone(), "never waits, deferred").defer();
        let futures = vec![waits(log.clone(), "waits"), never_waits(log, "never waits")];
        let _nothing = futures.join_all().await;
    }
    within(|| {
        let log = Log::new();
        futures_lite::future::block_on(handler(log.clone()));
        let mut events = log.take();
        events.sort();
        assert_eq!(events, ["never waits", "never waits, deferred", "waits", "waits, deferred"]);
    });
}

/// legacy#61, legacy#157: several RPCs, or an RPC and a tasklet, could not be waited for together.
#[test]
fn rpcs_and_tasklets_are_waited_for_together() {
    run(async || {
        let context = Context::current();
        let (completer, promise) = TaskletFuture::promise();
        let foreign = context.spawn(async { stream::iter(1..=3).count().await });
        let shared = answer(4).shared();
        completer.set_result("rpc");
        let all = join!(promise, answer(2), foreign, shared.clone(), sleep(Duration::ZERO));
        assert_eq!(all, ("rpc", 2, 3, 4, ()));
        assert_eq!(shared.await, 4);
    });
}

/// ndb#128, ndb#674, ndb#715, ndb#930, ndb#1001, legacy#37: "no current context" with two threads,
/// "context is already created for this thread", contexts that could not be nested.
#[test]
fn contexts_nest_may_be_entered_again_and_are_each_threads_own() {
    within(|| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                thread::spawn(move || {
                    let (outer, inner) = (Context::new(), Context::new());
                    for _ in 0..100 {
                        let sum = outer.enter(|| {
                            let one = answer(number);
                            let two = inner.enter(|| outer.enter(|| answer(number)));
                            let three = inner.enter(|| inner.enter(|| answer(number)));
                            one.get_result() + two.get_result() + three.get_result()
                        });
                        assert_eq!(sum, 3 * number);
                    }
                    assert!(Context::try_current().is_none());
                    (outer.started(), inner.started())
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), (200, 100));
        }
    });
}

/// ndb#182, ndb#213: a `ContextError` while the loop was drained after the context had been left.
#[test]
fn what_is_left_over_runs_in_the_context_that_was_left() {
    #[tasklet]
    async fn late(log: Log) {
        sleep(Duration::from_secs(1)).await;
        assert!(Context::try_current().is_some());
        answer(1).await;
        log.add("late");
    }
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        context.enter(|| late(log.clone()).defer());
        assert!(Context::try_current().is_none());
        context.run();
        assert_eq!((log.take(), context.started()), (vec!["late".to_owned()], 3));
    });
}

/// snarfed/bridgy-fed#1315: hours into a service with many threads, callbacks found another context
/// than that in which they were added, or none.
#[test]
fn a_callback_runs_in_the_context_in_which_it_was_added() {
    within(|| {
        let context = Context::new();
        let (sender, receiver) = mpsc::channel();
        let (completer, future) = TaskletFuture::promise();
        context.enter(|| {
            future.add_callback(move || {
                let here = (Context::current().started(), thread::current().id());
                sender.send(here).expect("the test listens");
            });
        });
        thread::spawn(move || completer.set_result(42)).join().expect("no panic");
        assert_eq!(future.get_result(), 42);
        assert!(receiver.try_recv().is_err(), "it is its own context that runs it");
        context.run();
        assert_eq!(receiver.recv(), Ok((1, thread::current().id())));
    });
}

/// legacy#275: a lock that is held by a tasklet while it waits, and wanted by another one, stopped
/// the loop.
#[cfg(feature = "tokio")]
#[test]
fn a_lock_may_be_held_across_an_await() {
    use std::sync::Arc;
    use tokio::sync::Mutex;

    #[tasklet]
    async fn add(sum: Arc<Mutex<Vec<u32>>>, n: u32) {
        let mut list = sum.lock().await;
        list.push(n);
        sleep(Duration::from_millis(1)).await;
        list.push(n);
    }
    run(async || {
        let sum = Arc::new(Mutex::new(Vec::new()));
        let adding: Vec<_> = (0..3).map(|n| add(Arc::clone(&sum), n)).collect();
        adding.join_all().await;
        assert_eq!(*sum.lock().await, [0, 0, 1, 1, 2, 2], "nobody came between");
    });
}

/// ndb#605, ndb#411, legacy#298: tracebacks kept the locals of failed tasklets alive.
#[test]
fn a_failed_tasklet_keeps_nothing_alive() {
    #[tasklet]
    async fn fails(_large: Logged, error: Result<(), String>) -> Result<(), String> {
        yield_now().await;
        error
    }
    #[tasklet]
    async fn panics(_large: Logged) {
        yield_now().await;
        panic!("it breaks");
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let failed = fails(log.on_drop("of the failed"), Err("it fails".to_owned()));
        let panicked = panics(log.on_drop("of the panicked"));
        while context.run0() == Turn::Worked {}
        assert_eq!(log.take(), ["of the failed", "of the panicked"], "nobody has looked so far");
        assert!(failed.await.is_err());
        assert_eq!(panic_of(|| panicked.get_result()), "it breaks");
    });
}

/// ndb#752: the cache of a context grew without bound, and so did whoever read page after page.
#[test]
fn the_cache_of_a_context_is_bounded() {
    run(async || {
        let store = Store::cached_with_entries(10);
        store.fill(0..100);
        for page in 0..10 {
            let page: Vec<_> = (0..10).map(|row| store.get_one(10 * page + row)).collect();
            page.try_join_all().await.expect("it is there");
        }
        let cached: Vec<_> = (0..100).filter(|key| store.gets.cached(key).is_some()).collect();
        assert_eq!(cached, (90..100).collect::<Vec<_>>());
    });
}

/// legacy#84, legacy#105, ndb#649, ndb#653, ndb#657, ndb#692: what was read before a write, and
/// came after it, was cached over what was written.
#[test]
fn a_read_that_a_write_has_overtaken_is_not_kept() {
    run(async || {
        let store = Store::cached();
        store.fill([1]);
        let read = store.get_one(1);
        Context::current().flush();
        store.gets.insert(1, Some("written".into()));
        assert_eq!(
            read.await.expect("it is there").as_deref(),
            Some("entity 1"),
            "as it was asked"
        );
        assert_eq!(store.get_one(1).await.expect("it is there").as_deref(), Some("written"));
        assert_eq!(store.log.take(), ["ds_get 1"]);

        store.gets.clear_cache();
        let read = store.get_one(1);
        Context::current().flush();
        store.gets.invalidate(&1);
        read.await.expect("it is there");
        assert_eq!(store.gets.cached(&1), None, "nobody knows what is stored now");
    });
}

/// legacy#135: "there is no easy way to turn wait_any into a tasklet".
#[test]
fn the_first_of_several_is_a_tasklet_of_three_lines() {
    #[tasklet]
    async fn first_available(futures: Vec<TaskletFuture<u32>>) -> Option<u32> {
        let (first, rest) = wait_any(futures).await?;
        rest.into_iter().for_each(TaskletFuture::cancel);
        Some(first.await)
    }
    #[tasklet]
    async fn after(ticks: u32) -> u32 {
        sleep(Duration::from_millis(1) * ticks).await;
        ticks
    }
    run(async || {
        assert_eq!(first_available(vec![after(3), after(1), after(2)]).await, Some(1));
        assert_eq!(first_available(vec![]).await, None);
    });
}

/// ndb#289, legacy#243: no `async`, and no other loop than NDB's own.
#[test]
fn tasklets_and_other_futures_await_each_other_in_any_runtime() {
    #[tasklet]
    async fn awaits_others() -> usize {
        let (sender, receiver) = futures_lite_channel();
        sender.set_result(2);
        receiver.await + stream::iter(0..40).count().await
    }
    fn futures_lite_channel() -> (Completer<usize>, futures_lite::future::Boxed<usize>) {
        let (completer, future) = TaskletFuture::promise();
        (completer, Box::pin(future.into_future()))
    }
    within(|| {
        assert_eq!(futures_lite::future::block_on(async { awaits_others().await }), 42);
        let pool = futures_executor::ThreadPool::new().expect("threads");
        let (sender, receiver) = mpsc::channel();
        pool.spawn_ok(async move { sender.send(awaits_others().await).expect("the test listens") });
        assert_eq!(receiver.recv(), Ok(42));
    });
}

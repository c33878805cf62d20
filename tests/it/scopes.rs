//! Contexts in each other: entered for the polls of a future, and nested.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use futures_lite::FutureExt as _;
use futures_lite::future::{block_on, poll_once};
use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of, panic_of_future, poll_now, run, within, yield_now};

#[tasklet]
async fn wait(gate: TaskletFuture<()>, log: Log, event: &'static str) {
    gate.await;
    log.add(event);
}

#[tasklet]
async fn nap(seconds: u64, log: Log, event: &'static str) {
    sleep(Duration::from_secs(seconds)).await;
    log.add(event);
}

fn messages(context: &Context) -> Vec<String> {
    context.take_errors().iter().map(|error| error.message().to_owned()).collect()
}

/// Whether a context is the current one: what is started is counted there.
#[track_caller]
fn is_current(context: &Context) -> bool {
    let before = context.started();
    sleep(Duration::ZERO).cancel();
    before < context.started()
}

#[test]
fn a_scopes_context_is_current_at_each_poll_and_the_callers_between_them() {
    run(async || {
        let (outer, inner) = (Context::current(), Context::new());
        let scope = inner.scope(async {
            assert!(is_current(&inner));
            yield_now().await;
            assert!(is_current(&inner));
            let (opener, closed) = gate();
            let waiting = wait(closed, Log::new(), "waited");
            opener.set_result(());
            waiting.await;
            assert!(is_current(&inner));
            42
        });
        assert!(is_current(&outer));
        let beside = async {
            for _ in 0..3 {
                assert!(is_current(&outer));
                yield_now().await;
            }
        };
        assert_eq!(futures_lite::future::zip(scope, beside).await, (42, ()));
        assert!(is_current(&outer));
    });
}

#[test]
fn scopes_nest_and_each_comes_back_also_after_a_panic() {
    run(async || {
        let contexts: Vec<_> = (0..3).map(|_| Context::new()).collect();
        let [a, b, c] = &contexts[..] else { unreachable!("there are three") };
        let outer = Context::current();
        a.scope(async {
            b.scope(async {
                let panicking = c.scope(async {
                    yield_now().await;
                    assert!(is_current(c));
                    panic!("inside")
                });
                assert_eq!(panic_of_future(panicking).await, "inside");
                assert!(is_current(b));
                yield_now().await;
                assert!(is_current(b));
            })
            .await;
            assert!(is_current(a));
        })
        .await;
        assert!(is_current(&outer));
    });
}

#[test]
fn two_scopes_of_one_context_run_side_by_side() {
    run(async || {
        let (context, log) = (Context::new(), Log::new());
        let (opener, closed) = gate();
        let first = context.scope(async {
            closed.await;
            log.add("first");
        });
        let second = context.scope(async {
            yield_now().await;
            log.add("second");
            opener.set_result(());
        });
        futures_lite::future::zip(first, second).await;
        assert_eq!(log.take(), ["second", "first"]);
    });
}

#[test]
fn a_scope_does_not_wait_for_the_rest_and_a_scope_to_end_does() {
    run(async || {
        let log = Log::new();
        let context = Context::builder().virtual_time().build();
        let nap = |seconds, event| async move { (seconds, event) };
        let start = |(seconds, event)| self::nap(seconds, log.clone(), event).defer();
        context.scope(async { start(nap(1, "first").await) }).await;
        assert_eq!((log.take(), context.pending()), (vec![], 2));
        context.scope_to_end(async { start(nap(2, "second").await) }).await;
        assert_eq!((log.take(), context.pending()), (vec!["first".into(), "second".into()], 0));
    });
}

#[test]
fn a_scope_to_end_waits_for_what_is_started_while_it_waits_and_for_idle_callbacks() {
    #[tasklet]
    async fn chain(depth: u32, log: Log) {
        yield_now().await;
        if depth == 0 {
            return log.add("the last");
        }
        chain(depth - 1, log).defer();
    }
    run(async || {
        let log = Log::new();
        let context = Context::current().child();
        let body = async {
            let at_idle = log.clone();
            Context::current().add_idle(move || {
                at_idle.add("idle");
                tasklet_core::Idle::Finished
            });
            chain(3, log.clone()).defer();
            log.add("the body ends");
        };
        context.scope_to_end(body).await;
        let mut events = log.take();
        assert_eq!(events.remove(0), "the body ends");
        events.sort();
        assert_eq!(events, ["idle", "the last"]);
    });
}

#[test]
fn a_panic_in_a_scope_to_end_waits_for_the_rest_and_then_resumes() {
    run(async || {
        let log = Log::new();
        let child = Context::current().child();
        let body = async {
            nap(5, log.clone(), "written").defer();
            panic!("the body panics")
        };
        assert_eq!(panic_of_future(child.scope_to_end(body)).await, "the body panics");
        assert_eq!(log.take(), ["written"]);
    });
}

#[test]
fn a_scope_may_borrow_and_be_sent() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    within(|| {
        let text = String::from("borrowed");
        let context = Context::new();
        let length = is_send(context.scope_to_end(async { text.len() }));
        assert_eq!(block_on(length), 8);
        assert_eq!(text, "borrowed");
    });
}

#[test]
fn a_scope_that_is_dropped_drops_its_future_inside_of_its_context() {
    struct StartsAtDrop(Log);
    impl Drop for StartsAtDrop {
        fn drop(&mut self) {
            nap(1, self.0.clone(), "the last words").defer();
        }
    }
    run(async || {
        let log = Log::new();
        let child = Context::current().child();
        let scope = child.scope_to_end(async {
            let _last = StartsAtDrop(log.clone());
            nap(2, log.clone(), "started before").defer();
            std::future::pending::<()>().await;
        });
        assert!(poll_once(scope).await.is_none());
        // Two naps, with a sleep in each.
        assert_eq!(child.pending(), 4);
        Context::current().run();
        assert_eq!(log.take(), ["the last words", "started before"]);
        assert_eq!(child.pending(), 0);
    });
}

#[test]
fn a_drop_that_panics_in_a_scope_is_told_to_its_context() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the drop panics");
        }
    }
    run(async || {
        let child = Context::current().child();
        let scope = child.scope(async {
            let _bomb = Bomb;
            std::future::pending::<()>().await;
        });
        assert!(poll_once(scope).await.is_none());
        assert_eq!(messages(&child), ["the drop panics"]);
    });
}

#[test]
fn inside_of_a_tasklet_of_the_same_context_a_scope_to_end_waits_for_the_others() {
    #[tasklet]
    async fn flush(log: Log) {
        Context::current().scope_to_end(async { log.add("the body") }).await;
        log.add("flushed");
    }
    #[toplevel]
    fn blocking(log: Log, opener: Completer<()>, gate: TaskletFuture<()>) {
        wait(gate, log.clone(), "written").defer();
        flush(log.clone()).defer();
        log.add("the handler ends");
        thread::spawn(move || opener.set_result(()));
    }
    #[toplevel]
    async fn handler(log: Log, gate: TaskletFuture<()>) {
        let flushing = flush(log.clone());
        wait(gate, log.clone(), "written").defer();
        yield_now().await;
        log.add("the handler ends");
        flushing.await;
    }
    within(|| {
        for _ in 0..50 {
            let log = Log::new();
            let (opener, closed) = gate();
            blocking(log.clone(), opener, closed);
            assert_eq!(log.take(), ["the body", "the handler ends", "written", "flushed"]);
        }
        let log = Log::new();
        let (opener, closed) = gate();
        let mut handler = Box::pin(handler(log.clone(), closed));
        assert!(poll_now(&mut handler).is_pending());
        // Its first look was in its first poll, when nothing else was there yet.
        assert_eq!(log.take(), ["the body", "flushed", "the handler ends"]);
        opener.set_result(());
        block_on(handler);
        assert_eq!(log.take(), ["written"]);
    });
}

#[test]
fn many_scopes_of_one_context_in_its_own_tasklets_do_not_nest() {
    #[tasklet]
    async fn nested(parent: Context) {
        yield_now().await;
        let child = Context::current().child();
        let body = async {
            yield_now().await;
            parent.scope(async { yield_now().await }).await;
        };
        child.scope_to_end(body).await;
        Context::current().scope(async { yield_now().await }).await;
    }
    run(async || {
        let parent = Context::current();
        let many: Vec<_> = (0..5000).map(|_| nested(parent.clone())).collect();
        many.join_all().await;
    });
}

#[test]
fn sync_inside_async_inside_sync_each_comes_back_to_its_own() {
    #[toplevel]
    fn blocking() -> Context {
        let context = Context::current();
        assert!(is_current(&context));
        let inner = block_on(handler());
        assert!(is_current(&context) && !is_current(&inner));
        context
    }
    #[toplevel]
    async fn handler() -> Context {
        let context = Context::current();
        yield_now().await;
        let innermost = innermost();
        assert!(is_current(&context) && !is_current(&innermost));
        context
    }
    #[toplevel]
    fn innermost() -> Context {
        assert!(panic_of(panicking) == "the innermost panics");
        Context::current()
    }
    #[toplevel]
    fn panicking() {
        panic!("the innermost panics");
    }
    within(|| {
        let own = Context::new();
        own.enter(|| {
            let nested = blocking();
            assert!(is_current(&own) && !is_current(&nested));
        });
    });
}

#[test]
fn a_scope_polled_after_its_end_panics() {
    within(|| {
        let mut scope = Context::new().scope(async { 1 });
        assert_eq!(block_on(&mut scope), 1);
        let caught = catch_unwind(AssertUnwindSafe(|| poll_now(&mut scope)));
        assert!(caught.is_err());
        let mut panicking = Context::new().scope(async { panic!("inside") }).boxed_local();
        assert!(catch_unwind(AssertUnwindSafe(|| block_on(&mut panicking))).is_err());
    });
}

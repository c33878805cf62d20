//! Which context a tasklet runs in, and what a toplevel does at its end. Cases 41 to 47.

use std::sync::mpsc;

use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tasklet_core::{Idle, TaskletError};
use tests::{Log, gate, run, within, yield_now};

#[tasklet]
async fn save(gate: TaskletFuture<()>, log: Log, name: &'static str) {
    gate.await;
    log.add(format!("{name} saved"));
}

#[tasklet]
async fn fail(message: &'static str) -> Result<(), String> {
    yield_now().await;
    Err(message.to_owned())
}

/// 41. test_context_management (modern test_tasklets.py:574): a tasklet keeps the context that it
/// was started under, through all of its waits; two that take turns do not mix theirs up.
#[test]
fn test_context_management() {
    /// A context is known by how many tasklets were started in it.
    #[tasklet]
    async fn some_task(future: TaskletFuture<()>, log: Log, name: &'static str) -> u64 {
        let before = Context::current().started();
        future.await;
        log.add(name);
        assert_eq!(Context::current().started(), before);
        before
    }
    within(|| {
        let (log, foo, bar) = (Log::new(), Context::new(), Context::new());
        let (future_foo, closed_foo) = gate();
        let task_foo = foo.enter(|| some_task(closed_foo, log.clone(), "foo"));
        let (future_bar, closed_bar) = gate();
        let task_bar = bar.enter(|| {
            Context::current().queue_call(None, || ());
            some_task(closed_bar, log.clone(), "bar")
        });
        future_foo.set_result(());
        future_bar.set_result(());
        // Whoever waits does not matter, nor in which context.
        assert_eq!(task_bar.get_result(), 2);
        assert_eq!(task_foo.get_result(), 1);
        assert_eq!(log.take(), ["bar", "foo"]);
        bar.run();
    });
}

/// Whether this is the context that is current: what is queued in one is counted in it.
fn is_current(context: &Context) -> bool {
    let before = context.started();
    Context::current().queue_call(None, || ());
    context.started() == before + 1
}

/// 42. test_context_changed_in_tasklet (modern test_tasklets.py:597): a tasklet may have another
/// context for some of its awaits; it is its own matter, also where two of them take turns, and the
/// first context is back at the end.
#[test]
fn test_context_changed_in_tasklet() {
    #[tasklet]
    async fn some_task(first: TaskletFuture<()>, second: TaskletFuture<()>, log: Log) {
        let (context, other) = (Context::current(), Context::new());
        let changed = async {
            assert!(is_current(&other));
            first.await;
            assert!(is_current(&other));
            log.add("between");
            second.await;
            assert!(is_current(&other) && !is_current(&context));
        };
        other.scope(changed).await;
        assert!(is_current(&context));
        yield_now().await;
        assert!(is_current(&context));
        other.run();
    }
    run(async || {
        let log = Log::new();
        let (gates, futures): (Vec<_>, Vec<_>) = (0..4).map(|_| gate()).unzip();
        let Ok([foo1, foo2, bar1, bar2]) = <[_; 4]>::try_from(futures) else { unreachable!() };
        let task_foo = some_task(foo1, foo2, log.clone());
        let task_bar = some_task(bar1, bar2, log.clone());
        let Ok([foo1, foo2, bar1, bar2]) = <[_; 4]>::try_from(gates) else { unreachable!() };
        [foo1, bar1, foo2, bar2].into_iter().for_each(|gate| gate.set_result(()));
        join!(task_foo, task_bar);
        assert_eq!(log.take(), ["between", "between"]);
    });
}

/// 43. testDefaultContextTransaction, testExplicitTransactionClearsDefaultContext (legacy
/// context_test.py:497, 516): to start something in a context of its own, as a transaction is,
/// changes the caller's neither before it is awaited nor after. (Transactions have theirs by this.)
#[test]
fn test_default_context_transaction() {
    #[tasklet]
    async fn callback(gate: TaskletFuture<()>, parent: Context) -> bool {
        let own = Context::current();
        let before = is_current(&own) && !is_current(&parent);
        gate.await;
        before && is_current(&own) && !is_current(&parent)
    }
    run(async || {
        let context = Context::current();
        let (opener, closed) = gate();
        let transaction = context.child();
        let fut = transaction.enter(|| callback(closed, context.clone()));
        assert!(is_current(&context), "it has started");
        opener.set_result(());
        assert!(fut.await);
        assert!(is_current(&context));

        let inside = context
            .child()
            .scope_to_end(async { callback(TaskletFuture::ready(()), Context::new()).await });
        assert!(inside.await);
        assert!(is_current(&context));
    });
}

/// 44. testAddContextDecorator (legacy tasklets_test.py:751): methods can be toplevels; each call
/// has a fresh context, gets its arguments, and leaves the caller's context alone.
#[test]
fn test_add_context_decorator() {
    struct Demo {
        name: &'static str,
    }
    impl Demo {
        #[toplevel(on_drop = "cancel")]
        async fn method(&self, arg: u32) -> (u64, u32, &'static str) {
            save(TaskletFuture::ready(()), Log::new(), "one").await;
            (Context::current().started(), arg, self.name)
        }

        #[toplevel]
        fn method2(&self, foo: &str, baz: &str) -> (u64, String) {
            (Context::current().started(), format!("{foo} {baz}"))
        }
    }
    run(async || {
        let (a, old_ctx) = (Demo { name: "a" }, Context::current());
        old_ctx.queue_call(None, || ());
        old_ctx.queue_call(None, || ());
        assert_eq!(a.method(42).await, (1, 42, "a"));
        assert_eq!(a.method(43).await, (1, 43, "a"));
        assert_eq!(a.method2("bar", "ding"), (0, "bar ding".to_owned()));
        assert_eq!((old_ctx.started(), Context::current().started()), (2, 2));
    });
}

/// 45a. test_synctasklet (modern test_tasklets.py:727): it blocks, and returns the result itself.
#[test]
fn test_synctasklet() {
    #[synctasklet]
    async fn generator_function(value: u32) -> u32 {
        let (completer, future) = TaskletFuture::promise();
        completer.set_result(value);
        let x = future.await;
        x + 3
    }
    within(|| assert_eq!(generator_function(8), 11));
}

/// 45b. test_toplevel (modern test_tasklets.py:740): an idle callback that waits for its turn is
/// called, once, before the toplevel returns; in both shapes of toplevel.
#[test]
fn test_toplevel() {
    fn idle(log: Log) -> impl FnMut() -> Idle + Send {
        move || {
            log.add("idle");
            Idle::Finished
        }
    }
    #[toplevel]
    async fn generator_function(value: u32, log: Log) -> u32 {
        Context::current().add_idle(idle(log));
        TaskletFuture::ready(value).await + 3
    }
    #[toplevel]
    fn blocking_function(value: u32, log: Log) -> u32 {
        Context::current().add_idle(idle(log));
        value + 3
    }
    within(|| {
        let log = Log::new();
        assert_eq!(block_on(generator_function(8, log.clone())), 11);
        assert_eq!(log.take(), ["idle"]);
        assert_eq!(blocking_function(8, log.clone()), 11);
        assert_eq!(log.take(), ["idle"]);
    });
}

/// 46. New: a toplevel whose handler fails still finishes what was started. What failed meanwhile
/// and nobody looked at is told; it takes the place neither of the result nor of the handler's own
/// error (in NDB it does, or is lost).
#[test]
fn test_toplevel_flushes_when_the_handler_fails() {
    #[toplevel]
    async fn handler(
        log: Log,
        result: Result<u32, String>,
        told: mpsc::Sender<Vec<TaskletError>>,
    ) -> Result<u32, String> {
        save(TaskletFuture::ready(()), log.clone(), "the write").defer();
        let failing = fail("unseen");
        let context = Context::current();
        failing.add_callback(move || told.send(context.take_errors()).expect("the test listens"));
        failing.defer();
        log.add("the handler ends");
        result
    }
    within(|| {
        for result in [Ok(42), Err("the handler's own".to_owned())] {
            let (log, (sender, told)) = (Log::new(), mpsc::channel());
            assert_eq!(block_on(handler(log.clone(), result.clone(), sender)), result);
            let events = log.take();
            assert!(events.contains(&"the write saved".to_owned()), "{events:?}");
            let told = told.recv().expect("it was told");
            assert_eq!((told.len(), told[0].message(), told[0].name()), (1, "unseen", "fail"));
        }
    });
}

/// 47. New: a toplevel inside of a toplevel gives the outer one its context back (in legacy NDB it
/// is lost), and finishes what is its own, and nothing else.
#[test]
fn test_nested_toplevel_restores_the_outer_context() {
    #[toplevel]
    async fn inner(log: Log) -> u64 {
        save(TaskletFuture::ready(()), log, "inner").defer();
        yield_now().await;
        Context::current().started()
    }
    #[toplevel]
    async fn outer(gate: TaskletFuture<()>, opener: Completer<()>, log: Log) {
        save(gate, log.clone(), "outer").defer();
        let before = Context::current().started();
        assert_eq!(inner(log.clone()).await, 1);
        assert_eq!(Context::current().started(), before, "the outer context is back");
        log.add("inner returned");
        opener.set_result(());
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        block_on(outer(closed, opener, log.clone()));
        assert_eq!(log.take(), ["inner saved", "inner returned", "outer saved"]);
    });
}

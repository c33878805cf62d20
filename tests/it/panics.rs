//! A panic goes to whoever waits for the tasklet; if nobody does, into the context's report.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo, panic_any};
use std::sync::Once;

use tasklet_core::{Completer, Context, QueueFuture, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, panic_of, panic_of_future, run, within, yield_now};

#[tasklet]
async fn panics_late() -> u32 {
    yield_now().await;
    panic!("late");
}

#[tasklet]
async fn panics_at_first_poll() -> u32 {
    if std::future::ready(true).await {
        panic!("at the first poll");
    }
    42
}

/// Its result, or its parameter, panics when it is dropped.
struct Grenade(&'static str);

impl Drop for Grenade {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("{}", self.0);
        }
    }
}

#[test]
fn a_panic_resumes_in_whoever_awaits() {
    run(async || {
        assert_eq!(panic_of_future(panics_late()).await, "late");
        let future = panics_at_first_poll();
        assert!(future.done(), "the panic waits inside, and not for the caller of the tasklet");
        assert_eq!(panic_of_future(future).await, "at the first poll");
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn a_panic_resumes_in_whoever_gets_the_result() {
    within(|| {
        assert_eq!(panic_of(|| panics_late().get_result()), "late");
        assert_eq!(panic_of(|| panics_at_first_poll().get_result()), "at the first poll");
    });
}

#[test]
fn a_panic_passes_through_every_tasklet_that_waits() {
    #[tasklet]
    async fn outer(depth: u32) -> u32 {
        if depth == 0 { panics_late().await } else { outer(depth - 1).await }
    }
    run(async || assert_eq!(panic_of_future(outer(200)).await, "late"));
}

#[test]
fn a_body_that_never_awaits_panics_into_its_caller_as_a_plain_function_does() {
    #[tasklet]
    async fn inline() -> u32 {
        panic!("inline");
    }
    within(|| assert_eq!(panic_of(|| inline().get_result()), "inline"));
}

#[test]
fn a_payload_of_any_type_arrives_as_it_was() {
    #[tasklet]
    async fn throws() {
        yield_now().await;
        panic_any(42_u64);
    }
    within(|| {
        let thrown = std::panic::catch_unwind(|| throws().get_result());
        assert_eq!(thrown.expect_err("it panics").downcast_ref(), Some(&42_u64));
    });
}

#[test]
fn the_others_of_the_context_go_on_after_a_panic() {
    #[tasklet]
    async fn step(log: Log) {
        yield_now().await;
        log.add("went on");
    }
    run(async || {
        let log = Log::new();
        let (before, bad, after) = (step(log.clone()), panics_late(), step(log.clone()));
        assert_eq!(panic_of_future(bad).await, "late");
        before.await;
        after.await;
        assert_eq!(log.take(), ["went on", "went on"]);
    });
}

#[test]
fn a_panic_that_nobody_waits_for_is_reported() {
    #[tasklet]
    async fn throws() {
        yield_now().await;
        panic_any(42_u64);
    }
    within(|| {
        let context = Context::new();
        context.enter(|| {
            panics_late().defer();
            drop(panics_at_first_poll());
            throws().defer();
        });
        context.run();
        let errors = context.take_errors();
        let told: Vec<_> = errors.iter().map(|e| (e.name(), e.message())).collect();
        let expected = [
            ("panics_at_first_poll", "at the first poll"),
            ("panics_late", "late"),
            ("throws", "a value that is not a text"),
        ];
        assert_eq!(told, expected);
        assert!(errors.iter().all(tasklet_core::TaskletError::is_panic));
    });
}

#[test]
fn a_panicking_drop_at_the_end_of_a_body_is_the_panic_of_the_tasklet() {
    #[tasklet]
    async fn hold(_held: Grenade) -> u32 {
        yield_now().await;
        42
    }
    run(async || {
        assert_eq!(panic_of_future(hold(Grenade("a bad parameter"))).await, "a bad parameter");
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn a_panicking_drop_of_a_cancelled_body_is_reported() {
    #[tasklet]
    async fn hold(_held: Grenade) {
        std::future::pending().await
    }
    run(async || {
        hold(Grenade("a bad parameter")).cancel();
        let errors = Context::current().take_errors();
        assert_eq!((errors[0].name(), errors[0].message()), ("hold", "a bad parameter"));
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn a_panicking_drop_of_a_result_that_nobody_wants_is_reported() {
    #[tasklet]
    async fn give(log: Log) -> Grenade {
        yield_now().await;
        log.add("given");
        Grenade("a bad result")
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        give(log.clone()).defer();
        context.run();
        let late = give(log.clone());
        context.run();
        late.defer();
        assert_eq!(log.take(), ["given", "given"]);
        let errors = context.take_errors();
        let told: Vec<_> = errors.iter().map(|e| (e.name(), e.message())).collect();
        assert_eq!(told, [("give", "a bad result"), ("give", "a bad result")]);
    });
}

#[test]
fn a_panic_in_a_handler_waits_for_the_rest_and_then_resumes() {
    #[tasklet]
    async fn save(gate: TaskletFuture<()>, log: Log) {
        gate.await;
        log.add("saved");
    }
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        save(gate, log.clone()).defer();
        log.add("the body panics");
        panic!("a bad handler");
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let mut handler = Box::pin(handler(closed, log.clone()));
        assert!(tests::poll_now(&mut handler).is_pending(), "the panic waits for the tasklet");
        assert_eq!(log.take(), ["the body panics"]);
        opener.set_result(());
        let message = panic_of(|| futures_lite::future::block_on(handler));
        assert_eq!(message, "a bad handler");
        assert_eq!(log.take(), ["saved"]);
    });
}

#[test]
fn after_a_panic_the_callers_context_is_the_current_one_again() {
    within(|| {
        let outer = Context::new();
        outer.enter(|| {
            let inner = Context::new();
            let message = panic_of(|| inner.enter(|| -> () { panic!("inside") }));
            assert_eq!(message, "inside");
            assert_eq!(panic_of(|| inner.block_on(async { panic!("inside") })), "inside");
            panics_late().defer();
            assert_eq!((outer.pending(), inner.pending()), (1, 0));
        });
        outer.run();
        assert_eq!(outer.take_errors().len(), 1);
    });
}

thread_local! {
    /// What the panic hook was told on this thread.
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the panic hook is told while `f` runs and panics.
fn heard<R>(f: impl FnOnce() -> R) -> Vec<String> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let text = info.payload_as_str().unwrap_or_default().to_owned();
            HEARD.with_borrow_mut(|heard| heard.push(text));
            before(info);
        }));
    });
    HEARD.take();
    panic_of(f);
    HEARD.take()
}

#[test]
fn a_panic_that_no_code_has_raised_is_told_to_the_hook_once() {
    #[tasklet]
    async fn inner(future: TaskletFuture<u32>) -> u32 {
        future.await
    }
    #[tasklet]
    async fn outer(future: TaskletFuture<u32>) -> u32 {
        inner(future).await
    }
    let (completer, future) = Completer::<u32>::new();
    drop(completer);
    let told = heard(|| future.get_result());
    assert!(told.len() == 1 && told[0].contains("without a result"), "{told:?}");

    let (completer, future) = Completer::<u32>::new();
    let outer = outer(future);
    completer.fail("the sensor is gone");
    assert_eq!(heard(|| outer.get_result()), ["the sensor is gone"]);

    let (producer, queue) = QueueFuture::<u32>::new();
    drop(producer);
    let told = heard(|| tasklet_core::block_on(queue.getq()));
    assert!(told.len() == 1 && told[0].contains("without `complete()`"), "{told:?}");
}

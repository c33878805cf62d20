//! Handlers: a fresh context for each call, which does not return before everything in it is done.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tests::{Log, gate, poll_now, run, within, yield_now};

#[tasklet]
async fn save(gate: TaskletFuture<()>, log: Log, name: &'static str) {
    gate.await;
    log.add(format!("{name} saved"));
}

/// Polls a handler that must wait, opens the gate, and lets it end.
fn finish(handler: impl Future, opener: Completer<()>, log: &Log) {
    let mut handler = Box::pin(handler);
    assert!(poll_now(&mut handler).is_pending());
    log.add("it waits");
    opener.set_result(());
    block_on(handler);
    log.add("it returns");
}

#[test]
fn it_does_nothing_before_it_is_polled() {
    #[toplevel]
    async fn handler(log: Log) {
        log.add("runs");
    }
    within(|| {
        let log = Log::new();
        let never = handler(log.clone());
        drop(never);
        let handler = handler(log.clone());
        assert!(log.take().is_empty());
        block_on(handler);
        assert_eq!(log.take(), ["runs"]);
    });
}

#[test]
fn it_waits_for_what_was_deferred() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        save(gate, log, "deferred").defer();
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        finish(handler(closed, log.clone()), opener, &log);
        assert_eq!(log.take(), ["it waits", "deferred saved", "it returns"]);
    });
}

#[test]
fn it_waits_for_what_nobody_has_looked_at() {
    // The analysis does not see into it.
    fn ignore<T>(_: T) {}
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        ignore(save(gate, log, "unseen"));
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        finish(handler(closed, log.clone()), opener, &log);
        assert_eq!(log.take(), ["it waits", "unseen saved", "it returns"]);
    });
}

#[test]
fn it_waits_for_what_tasklets_have_started_in_turn() {
    #[tasklet]
    async fn outer(gate: TaskletFuture<()>, log: Log) {
        yield_now().await;
        save(gate, log.clone(), "inner").defer();
        log.add("outer ends");
    }
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        outer(gate, log.clone()).defer();
        log.add("the body ends");
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        finish(handler(closed, log.clone()), opener, &log);
        let events = ["the body ends", "outer ends", "it waits", "inner saved", "it returns"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn it_waits_for_what_is_started_while_it_waits() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) {
        let context = Context::current();
        gate.map(move |()| {
            context.queue_call(Some(Duration::from_millis(1)), move || log.add("called late"));
        })
        .defer();
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        finish(handler(closed, log.clone()), opener, &log);
        assert_eq!(log.take(), ["it waits", "called late", "it returns"]);
    });
}

#[test]
fn it_gives_idle_callbacks_their_turn_before_it_returns() {
    #[toplevel]
    async fn handler(log: Log) {
        let mut held_back = Some(log);
        Context::current().add_idle(move || {
            let Some(log) = held_back.take() else { return tasklet_core::Idle::Finished };
            Context::current().queue_call(None, move || log.add("the batch went out"));
            tasklet_core::Idle::Worked
        });
    }
    within(|| {
        let log = Log::new();
        block_on(handler(log.clone()));
        assert_eq!(log.take(), ["the batch went out"]);
    });
}

#[test]
fn its_context_is_fresh_for_each_call_and_the_callers_comes_back() {
    #[toplevel]
    async fn handler() -> u64 {
        yield_now().await;
        TaskletFuture::ready(()).map(|()| ()).await;
        Context::current().started()
    }
    run(async || {
        let outer = Context::current();
        sleep(Duration::ZERO).await;
        assert_eq!((handler().await, handler().await), (1, 1));
        assert_eq!((outer.started(), Context::current().started()), (1, 1));
        sleep(Duration::ZERO).await;
        assert_eq!(outer.started(), 2);
    });
}

#[test]
fn a_toplevel_in_a_toplevel_finishes_its_own_and_leaves_the_others() {
    #[toplevel]
    async fn inner(log: Log) {
        save(TaskletFuture::ready(()), log.clone(), "inner").defer();
        sleep(Duration::from_millis(1)).map(move |()| log.add("inner slept")).defer();
    }
    #[toplevel]
    async fn outer(gate: TaskletFuture<()>, log: Log) {
        save(gate, log.clone(), "outer").defer();
        let before = Context::current().started();
        inner(log.clone()).await;
        assert_eq!(Context::current().started(), before, "the outer context is back");
        log.add("inner returned");
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let thread = thread::spawn({
            let log = log.clone();
            move || block_on(outer(closed, log))
        });
        while !log.peek().iter().any(|event| event == "inner returned") {
            thread::yield_now();
        }
        opener.set_result(());
        thread.join().expect("no panic");
        let events = ["inner saved", "inner slept", "inner returned", "outer saved"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn errors_of_deferred_tasklets_can_be_taken_and_the_result_is_the_bodys() {
    #[tasklet]
    async fn fail() -> Result<(), String> {
        yield_now().await;
        Err("unseen".to_owned())
    }
    #[toplevel]
    async fn handler(sender: mpsc::Sender<Vec<tasklet_core::TaskletError>>) -> Result<u32, String> {
        let failing = fail();
        let context = Context::current();
        failing.add_callback(move || {
            // By now it is discarded and reported.
            sender.send(context.take_errors()).expect("the test listens");
        });
        failing.defer();
        Err("the body's".to_owned())
    }
    within(|| {
        let (sender, receiver) = mpsc::channel();
        assert_eq!(block_on(handler(sender)), Err("the body's".to_owned()));
        let errors = receiver.recv().expect("the callback has run");
        assert_eq!((errors[0].name(), errors[0].message()), ("fail", "unseen"));
    });
}

#[test]
fn a_body_that_fails_still_waits_for_the_rest() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, log: Log) -> Result<(), String> {
        save(gate, log, "the rest").defer();
        Err("the body's".to_owned())
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        finish(handler(closed, log.clone()), opener, &log);
        assert_eq!(log.take(), ["it waits", "the rest saved", "it returns"]);
    });
}

#[test]
fn it_may_move_between_threads_while_it_runs() {
    #[toplevel]
    async fn handler(first: TaskletFuture<()>, second: TaskletFuture<()>, log: Log) {
        let saving = save(first, log.clone(), "first");
        save(second, log, "second").defer();
        saving.await;
    }
    within(|| {
        let log = Log::new();
        let ((open_first, first), (open_second, second)) = (gate(), gate());
        let mut handler = Box::pin(handler(first, second, log.clone()));
        assert!(poll_now(&mut handler).is_pending());
        let moved = thread::spawn(move || {
            open_first.set_result(());
            assert!(poll_now(&mut handler).is_pending());
            handler
        });
        let handler = moved.join().expect("no panic");
        assert_eq!(log.take(), ["first saved"]);
        open_second.set_result(());
        block_on(handler);
        assert_eq!(log.take(), ["second saved"]);
    });
}

#[test]
fn methods_generics_and_borrowing_handlers_work() {
    struct App {
        name: String,
    }
    impl App {
        #[toplevel(on_drop = "cancel")]
        async fn greet<T: std::fmt::Display>(&self, whom: &T) -> String {
            yield_now().await;
            format!("{} greets {whom}", self.name)
        }

        #[toplevel]
        async fn close(self) -> String {
            yield_now().await;
            self.name
        }
    }
    within(|| {
        let app = App { name: "App".to_owned() };
        assert_eq!(block_on(app.greet(&42)), "App greets 42");
        assert_eq!(block_on(app.close()), "App");
    });
}

#[test]
fn polling_it_again_after_its_end_panics_as_with_any_async_function() {
    #[toplevel]
    async fn handler() {}
    let mut handler = Box::pin(handler());
    assert!(poll_now(&mut handler).is_ready());
    let message = tests::panic_of(|| poll_now(&mut handler));
    assert_eq!(message, "`async fn` resumed after completion");
}

//! Calls that wait for a result: immediate ones at the very moment, queued ones in a turn.

use std::sync::mpsc;
use std::thread;

use tasklet_core::{Context, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, run, within, yield_now};

#[tasklet]
async fn answer() -> u32 {
    yield_now().await;
    42
}

fn adds(log: &Log, event: &'static str) -> impl FnOnce() + Send + 'static + use<> {
    let log = log.clone();
    move || log.add(event)
}

#[test]
fn immediate_callbacks_run_before_queued_ones_whatever_the_order_of_adding() {
    run(async || {
        let log = Log::new();
        let (completer, future) = TaskletFuture::promise();
        future.add_callback(adds(&log, "queued 1"));
        future.add_immediate_callback(adds(&log, "immediate 1"));
        future.add_callback(adds(&log, "queued 2"));
        future.add_immediate_callback(adds(&log, "immediate 2"));
        completer.set_result(42);
        log.add("the result is set");
        Context::current().run();
        let events = ["immediate 1", "immediate 2", "the result is set", "queued 1", "queued 2"];
        assert_eq!(log.take(), events);
        assert_eq!(future.await, 42);
    });
}

#[test]
fn callbacks_of_a_tasklet_run_in_the_same_order() {
    run(async || {
        let log = Log::new();
        let future = answer();
        future.add_callback(adds(&log, "queued 1"));
        future.add_immediate_callback(adds(&log, "immediate 1"));
        future.add_callback(adds(&log, "queued 2"));
        future.add_immediate_callback(adds(&log, "immediate 2"));
        Context::current().run();
        assert_eq!(log.take(), ["immediate 1", "immediate 2", "queued 1", "queued 2"]);
        assert_eq!(future.await, 42);
    });
}

#[test]
fn on_a_done_future_an_immediate_callback_runs_now_and_a_queued_one_in_the_next_turn() {
    run(async || {
        let log = Log::new();
        let awaited = answer();
        yield_now().await;
        let (completer, promised) = TaskletFuture::promise();
        completer.set_result(42);
        for future in [TaskletFuture::ready(42), awaited, promised] {
            assert!(future.done());
            future.add_callback(adds(&log, "queued"));
            future.add_immediate_callback(adds(&log, "immediate"));
            log.add("added");
            yield_now().await;
            assert_eq!(log.take(), ["immediate", "added", "queued"]);
            assert_eq!(future.await, 42);
        }
    });
}

#[test]
fn in_an_immediate_callback_the_result_is_there_already() {
    run(async || {
        let log = Log::new();
        let shared = answer().shared();
        let future = shared.clone().into_future();
        let watched = TaskletFuture::ready(()).map({
            let (log, shared) = (log.clone(), shared.clone());
            move |()| log.add(format!("done before: {}", shared.done()))
        });
        watched.await;
        let (completer, promised) = TaskletFuture::promise();
        promised.add_immediate_callback({
            let (log, shared) = (log.clone(), shared.clone());
            move || log.add(format!("done after: {}", shared.done()))
        });
        future.await;
        completer.set_result(());
        promised.await;
        assert_eq!(log.take(), ["done before: false", "done after: true"]);
    });
}

#[test]
fn a_panicking_immediate_callback_strands_nobody_and_is_reported() {
    run(async || {
        let log = Log::new();
        let (completer, promised) = TaskletFuture::promise();
        let waiter = promised.map({
            let log = log.clone();
            move |x: u32| {
                log.add("the waiter has it");
                x
            }
        });
        let future = answer();
        for future in [&future, &waiter] {
            future.add_immediate_callback(|| panic!("a bad callback"));
            future.add_immediate_callback(adds(&log, "the next immediate one"));
            future.add_callback(adds(&log, "the queued one"));
        }
        assert_eq!(future.await, 42);
        completer.set_result(43);
        assert_eq!(waiter.await, 43);
        Context::current().run();
        let events = log.take();
        let count = |wanted: &str| events.iter().filter(|event| *event == wanted).count();
        assert_eq!(count("the next immediate one"), 2);
        assert_eq!(count("the queued one"), 2);
        assert_eq!(count("the waiter has it"), 1);
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 2);
        assert!(errors.iter().all(|error| error.is_panic() && error.message() == "a bad callback"));
    });
}

#[test]
fn a_panicking_queued_callback_strands_nobody_and_is_reported() {
    run(async || {
        let log = Log::new();
        let future = answer();
        future.add_callback(|| panic!("a bad callback"));
        future.add_callback(adds(&log, "the next one"));
        assert_eq!(future.await, 42);
        Context::current().run();
        assert_eq!(log.take(), ["the next one"]);
        assert_eq!(Context::current().take_errors()[0].message(), "a bad callback");
    });
}

#[test]
fn a_callback_that_adds_a_callback_has_it_run_too() {
    run(async || {
        let log = Log::new();
        let shared = answer().shared();
        let again = shared.clone();
        let future = TaskletFuture::ready(());
        let context = Context::current();
        future.add_callback({
            let log = log.clone();
            move || {
                log.add("outer");
                let inner = TaskletFuture::ready(());
                inner.add_callback(adds(&log, "inner"));
                inner.defer();
                context.queue_call(None, adds(&log, "queued after"));
            }
        });
        future.await;
        assert_eq!((shared.await, again.await), (42, 42));
        Context::current().run();
        assert_eq!(log.take(), ["outer", "inner", "queued after"]);
    });
}

#[test]
fn set_from_another_thread_immediate_runs_there_and_queued_where_it_was_added() {
    within(|| {
        let here = thread::current().id();
        let (sender, receiver) = mpsc::channel();
        let (completer, future) = TaskletFuture::promise();
        let tell = |kind: &'static str| {
            let sender = sender.clone();
            move || sender.send((kind, thread::current().id())).expect("the test listens")
        };
        future.add_callback(tell("queued"));
        future.add_immediate_callback(tell("immediate"));
        let setter = thread::spawn(move || completer.set_result(42));
        let there = setter.thread().id();
        assert_eq!(receiver.recv(), Ok(("immediate", there)));
        setter.join().expect("no panic");
        assert_eq!(future.get_result(), 42);
        Context::current().run();
        assert_eq!(receiver.recv(), Ok(("queued", here)));
    });
}

#[test]
fn a_toplevel_waits_for_the_queued_callbacks_that_were_added_in_it() {
    #[toplevel]
    async fn handler(log: Log, gate: TaskletFuture<()>) {
        gate.add_callback(adds(&log, "called back"));
        gate.defer();
        log.add("the body ends");
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let handler = handler(log.clone(), closed);
        let setter = thread::spawn(move || opener.set_result(()));
        futures_lite::future::block_on(handler);
        setter.join().expect("no panic");
        let mut events = log.take();
        events.sort();
        assert_eq!(events, ["called back", "the body ends"]);
    });
}

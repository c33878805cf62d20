//! Futures that somebody else completes: from anywhere, once; or never, which is an error and not
//! a hang.

use std::sync::mpsc;
use std::thread;

use tasklet_core::{Completer, Context, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, panic_of, panic_of_future, poll_now, run, within, yield_now};

#[test]
fn a_result_that_is_set_before_anybody_waits_is_kept() {
    run(async || {
        let (completer, future) = Completer::new();
        assert!(!future.done());
        completer.set_result(42);
        assert!(future.done());
        assert_eq!(future.await, 42);
    });
}

#[test]
fn a_tasklet_completes_what_another_awaits() {
    #[tasklet]
    async fn complete(completer: Completer<u32>, log: Log) {
        yield_now().await;
        completer.set_result(42);
        log.add("set");
    }
    run(async || {
        let log = Log::new();
        let (completer, future) = Completer::new();
        let completing = complete(completer, log.clone());
        log.add(format!("got {}", future.await));
        completing.await;
        assert_eq!(log.take(), ["set", "got 42"]);
    });
}

#[test]
fn a_result_from_another_thread_wakes_the_thread_that_is_blocked() {
    within(|| {
        for round in 0..200 {
            let (completer, future) = Completer::new();
            let setter = thread::spawn(move || completer.set_result(round));
            assert_eq!(future.get_result(), round);
            setter.join().expect("no panic");
        }
    });
}

#[test]
fn a_result_from_another_thread_wakes_a_tasklet_and_its_waiters() {
    within(|| {
        for round in 0..200 {
            let (completer, future) = Completer::new();
            let chain = future.map(|x| x + 1).map(|x| x * 2);
            let setter = thread::spawn(move || completer.set_result(round));
            assert_eq!(chain.get_result(), (round + 1) * 2);
            setter.join().expect("no panic");
        }
    });
}

#[test]
fn a_dropped_completer_is_an_error_at_the_waiter_with_the_place() {
    run(async || {
        let (completer, future) = Completer::<u32>::new();
        let place = format!("{}:{}:", file!(), line!() - 1);
        drop(completer);
        assert!(future.done(), "there is nothing left to wait for");
        let message = panic_of_future(future).await;
        assert!(message.contains(&place), "{message}");
        assert!(message.ends_with("was dropped without a result"), "{message}");
    });
}

#[test]
fn a_completer_that_is_dropped_on_another_thread_wakes_who_is_blocked() {
    within(|| {
        let (completer, future) = Completer::<u32>::new();
        let dropper = thread::spawn(move || drop(completer));
        let message = panic_of(|| future.get_result());
        assert!(message.contains("was dropped without a result"), "{message}");
        dropper.join().expect("no panic");
    });
}

#[test]
fn a_completer_that_dies_in_a_panic_tells_the_waiter() {
    #[tasklet]
    async fn complete(completer: Completer<u32>) {
        yield_now().await;
        assert!(completer_is_refused(), "it broke");
        completer.set_result(42);
    }
    fn completer_is_refused() -> bool {
        false
    }
    run(async || {
        let (completer, future) = Completer::new();
        let completing = complete(completer);
        assert!(panic_of_future(future).await.contains("was dropped without a result"));
        assert_eq!(panic_of_future(completing).await, "it broke");
    });
}

#[test]
fn a_toplevel_waits_for_a_promise_that_was_deferred_in_it() {
    #[toplevel]
    async fn handler(promised: TaskletFuture<()>) {
        promised.defer();
    }
    within(|| {
        let (opener, closed) = gate();
        let mut handler = Box::pin(handler(closed));
        assert!(poll_now(&mut handler).is_pending());
        opener.set_result(());
        futures_lite::future::block_on(handler);
    });
}

#[test]
fn a_deferred_promise_whose_completer_is_dropped_is_reported() {
    run(async || {
        let (completer, future) = Completer::<u32>::new();
        future.defer();
        drop(completer);
        let context = Context::current();
        context.run();
        let errors = context.take_errors();
        assert_eq!((errors.len(), errors[0].name()), (1, "promise"));
        assert!(errors[0].is_panic());
    });
}

#[test]
fn a_promise_may_be_awaited_in_a_context_that_it_was_not_made_in() {
    within(|| {
        let (sender, receiver) = mpsc::channel();
        let context = Context::new();
        let (completer, future) = context.enter(Completer::new);
        let setter = thread::spawn(move || {
            receiver.recv().expect("the waiter says when it waits");
            completer.set_result(42);
        });
        let waiting = Context::new().block_on(async move {
            sender.send(()).expect("the setter listens");
            future.await
        });
        assert_eq!(waiting, 42);
        setter.join().expect("no panic");
    });
}

#[test]
fn a_future_that_moves_between_pollers_wakes_the_last_one() {
    run(async || {
        let (completer, future) = Completer::new();
        let mut awaiting = future.into_future();
        assert!(poll_now(&mut awaiting).is_pending());
        let waiter = Context::current().spawn(awaiting);
        completer.set_result(42);
        assert_eq!(waiter.await, 42);
    });
}

#[test]
fn debug_of_a_completer_tells_where_it_was_made() {
    let (completer, future) = Completer::<u32>::new();
    assert!(format!("{completer:?}").contains(&file!()[file!().len() - 10..]));
    future.cancel();
    completer.set_result(42);
}

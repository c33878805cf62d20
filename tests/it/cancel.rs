//! Stopping a tasklet: it is not polled any more, what it holds is dropped, nothing is left to wait
//! for; and what it has started itself goes on.

use std::sync::{Arc, Mutex};
use std::thread;

use tasklet_core::{Context, TaskletFuture, tasklet};
use tests::{Log, Logged, gate, run, within, yield_now};

#[tasklet]
async fn hold(gate: TaskletFuture<()>, log: Log, _held: Logged) {
    gate.await;
    log.add("went on");
}

#[tasklet]
async fn hold_for_ever(_held: Logged) {
    std::future::pending().await
}

#[test]
fn a_cancelled_tasklet_drops_what_it_holds_and_is_not_polled_again() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (opener, closed) = gate();
        let future = hold(closed, log.clone(), log.on_drop("dropped"));
        assert_eq!(context.pending(), 1);
        future.cancel();
        assert_eq!(log.take(), ["dropped"]);
        opener.set_result(());
        context.run();
        assert!(log.take().is_empty());
        assert!(context.take_errors().is_empty());
    });
}

#[test]
fn a_tasklet_that_was_woken_and_then_cancelled_does_not_run() {
    run(async || {
        let log = Log::new();
        let (opener, closed) = gate();
        let future = hold(closed, log.clone(), log.on_drop("dropped"));
        opener.set_result(());
        future.cancel();
        assert_eq!(log.take(), ["dropped"]);
        yield_now().await;
        yield_now().await;
        assert!(log.take().is_empty());
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn the_result_of_a_finished_tasklet_is_dropped_and_its_error_is_not_reported() {
    #[tasklet]
    async fn give(held: Logged) -> Result<(), Logged> {
        yield_now().await;
        Err(held)
    }
    run(async || {
        let log = Log::new();
        let future = give(log.on_drop("dropped"));
        yield_now().await;
        assert!(future.done());
        future.cancel();
        assert_eq!(log.take(), ["dropped"]);
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn what_a_cancelled_tasklet_has_started_goes_on() {
    #[tasklet]
    async fn outer(gate: TaskletFuture<()>, log: Log) {
        let held = log.on_drop("inner ends");
        hold(gate, log, held).await;
    }
    run(async || {
        let log = Log::new();
        let (opener, closed) = gate();
        outer(closed, log.clone()).cancel();
        assert!(log.take().is_empty());
        opener.set_result(());
        Context::current().run();
        assert_eq!(log.take(), ["went on", "inner ends"]);
    });
}

#[test]
fn a_callback_of_a_cancelled_tasklet_is_called() {
    run(async || {
        let log = Log::new();
        let (opener, closed) = gate();
        let future = hold(closed, log.clone(), log.on_drop("dropped"));
        future.add_immediate_callback({
            let log = log.clone();
            move || log.add("called back")
        });
        future.cancel();
        assert_eq!(log.take(), ["dropped", "called back"]);
        opener.set_result(());
    });
}

#[test]
fn a_tasklet_that_cancels_itself_ends_at_its_next_suspension() {
    type Slot = Arc<Mutex<Option<TaskletFuture<()>>>>;
    #[tasklet]
    async fn stop_myself(gate: TaskletFuture<()>, mine: Slot, log: Log, _held: Logged) {
        gate.await;
        let myself = mine.lock().expect("no panics").take();
        myself.expect("the handle is there").cancel();
        log.add("still running");
        yield_now().await;
        log.add("never");
    }
    run(async || {
        let (log, slot) = (Log::new(), Slot::default());
        let (opener, closed) = gate();
        let future = stop_myself(closed, Arc::clone(&slot), log.clone(), log.on_drop("dropped"));
        *slot.lock().expect("no panics") = Some(future);
        opener.set_result(());
        Context::current().run();
        assert_eq!(log.take(), ["still running", "dropped"]);
    });
}

#[test]
fn a_tasklet_that_cancels_itself_and_ends_without_suspending_just_ends() {
    type Slot = Arc<Mutex<Option<TaskletFuture<()>>>>;
    #[tasklet]
    async fn stop_myself(gate: TaskletFuture<()>, mine: Slot, log: Log) {
        gate.await;
        let myself = mine.lock().expect("no panics").take();
        myself.expect("the handle is there").cancel();
        log.add("ended");
    }
    run(async || {
        let (log, slot) = (Log::new(), Slot::default());
        let (opener, closed) = gate();
        let future = stop_myself(closed, Arc::clone(&slot), log.clone());
        *slot.lock().expect("no panics") = Some(future);
        opener.set_result(());
        Context::current().run();
        assert_eq!(log.take(), ["ended"]);
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn where_another_thread_drives_that_one_stops_the_tasklet() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let (stopper, stopped) = gate();
        let future = context.enter(|| {
            let future = hold_for_ever(log.on_drop("dropped"));
            future.add_immediate_callback(move || stopper.set_result(()));
            future
        });
        let driver = thread::spawn({
            let context = context.clone();
            move || context.block_on(stopped.into_future())
        });
        future.cancel();
        driver.join().expect("the driver returns when the tasklet is stopped");
        assert_eq!(log.take(), ["dropped"]);
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn where_nobody_drives_it_is_stopped_at_once() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let future = context.enter(|| hold_for_ever(log.on_drop("dropped")));
        future.add_immediate_callback({
            let log = log.clone();
            move || log.add("called back")
        });
        future.cancel();
        assert_eq!(log.take(), ["dropped", "called back"]);
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn a_handle_that_a_cancelled_tasklet_has_held_counts_as_deferred() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (opener, closed) = gate();
        hold(closed.map(|()| ()), log.clone(), log.on_drop("dropped")).cancel();
        assert_eq!(context.pending(), 1, "the mapped future");
        opener.set_result(());
        context.run();
        assert_eq!((log.take(), context.pending()), (vec!["dropped".to_owned()], 0));
    });
}

#[test]
fn a_cancelled_promise_lets_its_completer_go_unheard() {
    run(async || {
        let log = Log::new();
        let (completer, future) = TaskletFuture::promise();
        future.cancel();
        completer.set_result(log.on_drop("dropped"));
        assert_eq!(log.take(), ["dropped"]);
        let (completer, future) = TaskletFuture::<()>::promise();
        future.cancel();
        drop(completer);
        assert!(Context::current().take_errors().is_empty());
    });
}

//! The end of a process: `drain` waits for every toplevel of it. One test at a time, since all of
//! them are about the whole process.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as PollContext, Wake, Waker};
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::{Completer, Context, TaskletFuture, drain, live, tasklet, toplevel};
use tests::{Log, gate, poll_now, within, yield_now};

/// So long for a drain that is meant to end before it; the tests' own deadline is shorter.
const LONG: Duration = Duration::from_secs(600);

/// The others wait until this one has ended, and has left nothing behind.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    while live() != 0 {
        thread::yield_now();
    }
    alone
}

#[tasklet]
async fn save(gate: TaskletFuture<()>, log: Log) {
    gate.await;
    yield_now().await;
    log.add("saved");
}

/// The place of an async toplevel is that of its function.
const HANDLER_LINE: u32 = line!() + 2;

#[toplevel]
async fn handler(gate: TaskletFuture<()>, log: Log) {
    save(gate, log).await;
}

/// A handler that was polled and waits, and what lets it go on.
fn waiting_handler(log: Log) -> (Completer<()>, Pin<Box<impl Future<Output = ()> + Send>>) {
    let (opener, closed) = gate();
    let mut handler = Box::pin(handler(closed, log));
    assert!(poll_now(&mut handler).is_pending());
    (opener, handler)
}

#[test]
fn with_nothing_to_wait_for_it_returns_at_once() {
    within(|| {
        let _alone = alone();
        block_on(drain(Duration::ZERO)).expect("nothing is there");
        block_on(handler(TaskletFuture::ready(()), Log::new()));
        block_on(drain(Duration::ZERO)).expect("nothing is there any more");
    });
}

#[test]
fn a_drain_that_has_ended_keeps_no_waker() {
    struct Idle;
    impl Wake for Idle {
        fn wake(self: Arc<Self>) {}
    }
    within(|| {
        let _alone = alone();
        let idle = Arc::new(Idle);
        let waker = Waker::from(Arc::clone(&idle));
        let mut drained = Box::pin(drain(LONG));
        let polled = drained.as_mut().poll(&mut PollContext::from_waker(&waker));
        assert!(polled.is_ready(), "nothing is there");
        drop((drained, waker));
        assert_eq!(Arc::strong_count(&idle), 1);
    });
}

#[test]
fn it_waits_for_a_handler_that_is_running() {
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, handler) = waiting_handler(log.clone());
        assert_eq!(live(), 1);
        let mut draining = Box::pin(drain(LONG));
        assert!(poll_now(&mut draining).is_pending());
        let serving = thread::spawn(move || block_on(handler));
        opener.set_result(());
        block_on(draining).expect("in time");
        assert_eq!((log.take(), live()), (vec!["saved".to_owned()], 0));
        serving.join().expect("no panic");
    });
}

#[test]
fn it_waits_for_a_handler_whose_client_has_left() {
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, handler) = waiting_handler(log.clone());
        drop(handler);
        assert_eq!(live(), 1);
        opener.set_result(());
        block_on(drain(LONG)).expect("in time");
        assert_eq!((log.take(), live()), (vec!["saved".to_owned()], 0));
    });
}

#[test]
fn it_waits_for_what_a_cancelled_handler_has_started() {
    #[toplevel(on_drop = "cancel")]
    async fn cancelled(gate: TaskletFuture<()>, log: &Log) {
        save(gate, log.clone()).defer();
        std::future::pending().await
    }
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, closed) = gate();
        let mut handler = Box::pin(cancelled(closed, &log));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        assert_eq!(live(), 1);
        opener.set_result(());
        block_on(drain(LONG)).expect("in time");
        assert_eq!((log.take(), live()), (vec!["saved".to_owned()], 0));
    });
}

#[test]
fn it_waits_for_a_context_that_was_dropped_while_it_owed() {
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, closed) = gate();
        let context = Context::new();
        context.enter(|| save(closed, log.clone()).defer());
        assert_eq!(live(), 0, "somebody has it in hand");
        drop(context);
        assert_eq!(live(), 1);
        opener.set_result(());
        block_on(drain(LONG)).expect("in time");
        assert_eq!((log.take(), live()), (vec!["saved".to_owned()], 0));
    });
}

#[test]
fn it_waits_for_a_blocking_handler_on_another_thread() {
    #[toplevel]
    fn blocking(gate: TaskletFuture<()>, log: Log) {
        save(gate, log).defer();
    }
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, closed) = gate();
        let serving = thread::spawn({
            let log = log.clone();
            move || blocking(closed, log)
        });
        while live() == 0 {
            thread::yield_now();
        }
        opener.set_result(());
        block_on(drain(LONG)).expect("in time");
        assert_eq!(log.take(), ["saved"]);
        serving.join().expect("no panic");
    });
}

#[test]
fn when_time_is_up_it_says_who_did_not_finish_and_all_go_on() {
    within(|| {
        let _alone = alone();
        let log = Log::new();
        let (opener, handler) = waiting_handler(log.clone());
        let unfinished = block_on(drain(Duration::ZERO)).expect_err("the gate is closed");
        let places = |(name, place): (_, &std::panic::Location<'_>)| {
            assert_eq!(place.file(), file!());
            (name, place.line())
        };
        let toplevels: Vec<_> = unfinished.toplevels().map(places).collect();
        assert_eq!(toplevels, [("handler", HANDLER_LINE)]);
        let tasklets: Vec<_> = unfinished.tasklets().map(|(name, _)| name).collect();
        assert_eq!(tasklets, ["save"]);
        let text = unfinished.to_string();
        let [head, toplevel, tasklet] = text.lines().collect::<Vec<_>>()[..] else {
            panic!("three lines, not {text}")
        };
        assert_eq!(head, "1 toplevels have not finished in time");
        assert!(toplevel.starts_with("  `handler` (tests/drain.rs:"), "{toplevel}");
        assert!(tasklet.starts_with("    waits for tasklet `save` (started at "), "{tasklet}");
        opener.set_result(());
        block_on(handler);
        assert_eq!(log.take(), ["saved"]);
    });
}

#[test]
fn several_may_drain_at_once() {
    within(|| {
        let _alone = alone();
        let (opener, handler) = waiting_handler(Log::new());
        drop(handler);
        let draining = [(); 3].map(|()| thread::spawn(|| block_on(drain(LONG)).is_ok()));
        opener.set_result(());
        for one in draining {
            assert!(one.join().expect("no panic"));
        }
    });
}

//! A future and its completer: results, errors, callbacks. Cases 1 to 13, 20 and 21.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tasklet_core::prelude::*;
use tasklet_core::{State, Turn};
use tests::{Log, gate, panic_of_future, run, within};

/// NDB's tests raise `RuntimeError(42)`: an error that can be told from another one like it.
#[derive(Clone, Debug)]
struct RuntimeError(Arc<str>);

impl RuntimeError {
    fn new(text: &str) -> RuntimeError {
        RuntimeError(text.into())
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

type Answer = Result<u32, RuntimeError>;

/// NDB's `universal_callback`.
fn adds(log: &Log, event: &'static str) -> impl FnOnce() + Send + 'static + use<> {
    let log = log.clone();
    move || log.add(event)
}

/// 1. testFuture_Constructor (legacy tasklets_test.py:94): a new future is pending, has neither
/// result nor exception, and nobody is called when it is done.
#[test]
fn test_future_constructor() {
    run(async || {
        let context = Context::current();
        let (completer, future) = TaskletFuture::<i32>::promise();
        assert_eq!((future.done(), future.state()), (false, State::Running));
        completer.set_result(1);
        assert_eq!((context.run0(), context.started()), (Turn::Finished, 0));
        assert_eq!(future.await, 1);
    });
}

/// 2. testFuture_Repr (legacy tasklets_test.py:100): its text has the place of its making, and
/// whether it is pending, has a result, or has failed. A result is not shown, since it need not be
/// `Debug`.
#[test]
fn test_future_repr() {
    run(async || {
        let line = line!() + 1;
        let (completer, mut future) = TaskletFuture::<Answer>::promise();
        let made = format!("origin: promise (made at {}:{line}:", file!());
        let text = format!("{future:?}");
        assert!(text.starts_with("TaskletFuture {") && text.contains(&made), "{text}");
        assert!(text.ends_with("state: Running }"), "{text}");
        completer.set_exception(RuntimeError::new("abc"));
        assert!(format!("{future:?}").contains("state: Finished"), "{future:?}");
        // To display an error is to reach it, which takes whoever owns the future.
        assert!(future.get_exception().is_some());
        assert!(format!("{future:?}").ends_with("state: Finished, error: \"abc\" }"), "{future:?}");

        let (completer, future) = TaskletFuture::<u32>::promise();
        completer.fail("abc");
        assert!(format!("{future:?}").ends_with("state: Finished, panic: \"abc\" }"), "{future:?}");
        assert_eq!(panic_of_future(future).await, "abc");
    });
}

/// 3. testFuture_Repr_TaskletWrapper (legacy tasklets_test.py:113): the future of a tasklet shows
/// the tasklet and who has called it; one that is made inside shows its own place.
#[test]
fn test_future_repr_tasklet_wrapper() {
    #[tasklet]
    async fn foo(gate: TaskletFuture<()>) -> String {
        let (completer, future) = TaskletFuture::<()>::promise();
        let inside = format!("{future:?}");
        completer.set_result(());
        future.await;
        gate.await;
        inside
    }
    run(async || {
        let (opener, closed) = gate();
        let line = line!() + 1;
        let future = foo(closed);
        let text = format!("{future:?}");
        let called = format!("tasklet `foo` (started at {}:{line}:", file!());
        assert!(text.contains(&called) && text.contains("state: Running"), "{text}");
        opener.set_result(());
        let inside = future.await;
        let made = format!("promise (made at {}:", file!());
        assert!(inside.contains(&made) && !inside.contains(&called), "{inside}");
    });
}

/// 4. testFuture_Done_State (legacy tasklets_test.py:135): it is running, and finished as soon as
/// the result is set.
#[test]
fn test_future_done_state() {
    within(|| {
        let (completer, future) = TaskletFuture::promise();
        assert!(!future.done());
        assert_eq!(future.state(), State::Running);
        completer.set_result(42);
        assert!(future.done());
        assert_eq!(future.state(), State::Finished);
        assert_eq!(future.get_result(), 42);
    });
}

/// 5. testFuture_SetResult (legacy tasklets_test.py:143), test_set_result (modern
/// test_tasklets.py:58): the result can be read, as often as one likes, and there is no exception.
/// A result that is taken is gone; who needs it often shares the future.
#[test]
fn test_future_set_result() {
    within(|| {
        let (completer, future) = TaskletFuture::promise();
        completer.set_result(42);
        let future = future.shared();
        assert_eq!((future.get_exception(), future.done()), (None, true));
        assert_eq!(future.clone().get_result(), 42);
        assert_eq!(future.clone().get_result(), 42);
        assert_eq!((future.get_exception(), future.get_result()), (None, 42));
    });
}

/// 6a. test_set_result_already_done (modern test_tasklets.py:70): a second result is an error, and
/// does not take the place of the first. A completer that two have is an `Option` behind a mutex.
#[test]
fn test_set_result_already_done() {
    within(|| {
        let (completer, future) = TaskletFuture::promise();
        let completer = Mutex::new(Some(completer));
        let set = |result| {
            let completer = completer.lock().unwrap_or_else(PoisonError::into_inner).take();
            completer.map(|completer| completer.set_result(result)).ok_or("it was set")
        };
        assert_eq!((set(42), set(43)), (Ok(()), Err("it was set")));
        assert_eq!(future.get_result(), 42);
    });
}

/// 8. testFuture_SetException (legacy tasklets_test.py:150), test_set_exception (modern
/// test_tasklets.py:103): a future that fails is done; its exception can be read without being
/// taken, and is what `get_result` gives.
#[test]
fn test_future_set_exception() {
    within(|| {
        let error = RuntimeError::new("42");
        let (completer, mut future) = TaskletFuture::<Answer>::promise();
        completer.set_exception(error.clone());
        assert!(future.done());
        let told = future.get_exception().expect("it has failed");
        assert_eq!(told.message(), "42");
        assert_eq!(future.get_exception(), Some(told), "asking takes nothing");
        let lent = future.get_error().expect("it has failed");
        assert!(Arc::ptr_eq(&lent.0, &error.0), "it is the very same error");
        let taken = future.get_result().expect_err("it has failed");
        assert!(Arc::ptr_eq(&taken.0, &error.0));
    });
}

/// 9. testFuture_AddDoneCallback_SetResult (legacy tasklets_test.py:160): a callback is not run
/// before the loop runs, although the result is set.
#[test]
fn test_future_add_done_callback_set_result() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (completer, future) = TaskletFuture::promise();
        future.add_callback(adds(&log, "called"));
        assert!(log.take().is_empty());
        completer.set_result(42);
        assert!(log.take().is_empty(), "it waits for the loop");
        context.run();
        assert_eq!(log.take(), ["called"]);
        assert_eq!(future.await, 42);
    });
}

/// 10. testFuture_SetResult_AddDoneCallback (legacy tasklets_test.py:168): a callback that is added
/// when the result is there is run as well, and by the loop.
#[test]
fn test_future_set_result_add_done_callback() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (completer, mut future) = TaskletFuture::promise();
        completer.set_result(42);
        future.wait();
        future.add_callback(adds(&log, "called"));
        assert!(log.take().is_empty(), "it waits for the loop");
        context.run();
        assert_eq!(log.take(), ["called"]);
        assert_eq!(future.await, 42);
    });
}

/// 11. testFuture_AddDoneCallback_SetException (legacy tasklets_test.py:176): callbacks are run
/// when a future fails, too.
#[test]
fn test_future_add_done_callback_set_exception() {
    run(async || {
        let log = Log::new();
        let (completer, mut future) = TaskletFuture::<Answer>::promise();
        future.add_callback(adds(&log, "called"));
        completer.set_exception(RuntimeError::new("42"));
        Context::current().run();
        assert_eq!((log.take(), future.done()), (vec!["called".to_owned()], true));
        assert!(future.get_error().is_some());

        // So they are when it fails because nobody can complete it any more.
        let (completer, future) = TaskletFuture::<u32>::promise();
        future.add_callback(adds(&log, "called"));
        drop(completer);
        Context::current().run();
        assert_eq!(log.take(), ["called"]);
        assert!(panic_of_future(future).await.contains("dropped without a result"));
    });
}

/// 12. test_add_done_callback, test_add_done_callback_already_done (modern test_tasklets.py:77,
/// 89): immediate callbacks run while the result is set, in the order in which they were added; one
/// that comes later runs at once.
#[test]
fn test_add_done_callback() {
    run(async || {
        let log = Log::new();
        let (completer, future) = TaskletFuture::promise();
        future.add_immediate_callback(adds(&log, "callback1"));
        future.add_immediate_callback(adds(&log, "callback2"));
        assert!(log.take().is_empty());
        completer.set_result(42);
        assert_eq!(log.take(), ["callback1", "callback2"]);
        future.add_immediate_callback(adds(&log, "already done"));
        assert_eq!(log.take(), ["already done"]);
        assert_eq!(future.await, 42);
    });
}

/// 13. New: immediate callbacks run before queued ones, whatever the order of adding; one that
/// panics strands neither the others nor a tasklet that waits (in NDB it does both), and is told.
#[test]
fn test_immediate_callbacks_precede_queued_ones_and_strand_nobody() {
    #[tasklet]
    async fn waiter(future: TaskletFuture<u32>, log: Log) -> u32 {
        let result = future.await;
        log.add("resumed");
        result
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (completer, future) = TaskletFuture::promise();
        future.add_callback(adds(&log, "queued"));
        future.add_immediate_callback(|| panic!("a bad callback"));
        future.add_immediate_callback(adds(&log, "immediate"));
        let waiter = waiter(future, log.clone());
        completer.set_result(42);
        assert_eq!(log.take(), ["immediate"]);
        assert_eq!(waiter.await, 42);
        context.run();
        let mut events = log.take();
        events.sort();
        assert_eq!(events, ["queued", "resumed"]);
        let errors = context.take_errors();
        assert_eq!((errors[0].message(), errors.len()), ("a bad callback", 1));
    });
}

/// 20. test_wait, test_check_success, test_result_block_for_result (modern test_tasklets.py:129,
/// 152, 185): each runs the loop exactly until the result is there, and no turn more.
#[test]
fn test_wait() {
    type Ask = fn(&mut TaskletFuture<u32>);
    let asks: [Ask; 3] = [
        TaskletFuture::wait,
        |future| assert_eq!(future.check_success(), Ok(())),
        |future| {
            let taken = std::mem::replace(future, TaskletFuture::ready(42));
            assert_eq!(taken.get_result(), 42);
        },
    ];
    for ask in asks {
        run(async move || {
            let (log, context) = (Log::new(), Context::current());
            let (completer, mut future) = TaskletFuture::promise();
            // One thing in each turn, as an idle callback does it.
            let (mut completer, mut turn) = (Some(completer), 0);
            context.add_idle({
                let log = log.clone();
                move || {
                    turn += 1;
                    log.add(turn);
                    if turn == 3
                        && let Some(completer) = completer.take()
                    {
                        completer.set_result(42);
                    }
                    if turn == 10 {
                        tasklet_core::Idle::Finished
                    } else {
                        tasklet_core::Idle::Worked
                    }
                }
            });
            ask(&mut future);
            assert_eq!(log.take(), ["1", "2", "3"]);
            assert_eq!(future.await, 42);
        });
    }
}

/// 21. test_check_success_failure (modern test_tasklets.py:167): what `check_success` raises is the
/// very exception that was set, also when it is set while one waits.
#[test]
fn test_check_success_failure() {
    run(async || {
        let error = RuntimeError::new("Spurious error");
        let (completer, mut future) = TaskletFuture::<Answer>::promise();
        let set = error.clone();
        Context::current().queue_call(None, move || completer.set_exception(set));
        let told = future.check_success().expect_err("it has failed");
        assert_eq!(told.message(), "Spurious error");
        assert!(Arc::ptr_eq(&future.get_error().expect("it has failed").0, &error.0));
        assert_eq!(future.check_success(), Err(told));
    });
}

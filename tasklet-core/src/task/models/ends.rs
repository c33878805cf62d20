//! The end of a task on one thread, and its handle on another: the outcome is taken once or
//! dropped once, callbacks are called once, and a cell is never left behind.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::Relaxed;

use loom::thread;

use super::{Result, after_a_turn, assert_all_gone};
use crate::sync::explore;
use crate::{Context, TaskletFuture};

/// A task that ends in a turn of this thread, while another thread does something to its handle.
fn ends_while(preemptions: usize, elsewhere: fn(TaskletFuture<Result>, Arc<Count>), calls: usize) {
    explore(preemptions, move || {
        let (context, dropped) = (Context::new(), Arc::new(Count::new(0)));
        let called = Arc::new(Count::new(0));
        let result = Arc::clone(&dropped);
        let made = Arc::new(Count::new(0));
        let counted = Arc::clone(&made);
        let future = context.spawn(after_a_turn(move || {
            counted.fetch_add(1, Relaxed);
            Result::new(&result)
        }));
        let other = {
            let called = Arc::clone(&called);
            // In a context of its own, as a thread has a default one.
            thread::spawn(move || Context::new().enter(|| elsewhere(future, called)))
        };
        context.run();
        other.join().expect("no panic");
        // What the other one has sent in the last moment is done, too.
        context.run();
        assert_eq!(dropped.load(Relaxed), made.load(Relaxed), "results made, and dropped");
        assert_eq!(called.load(Relaxed), calls);
        assert_all_gone(context);
    });
}

/// `complete` against `detach`: who comes second drops the outcome.
#[test]
fn its_handle_is_dropped_elsewhere() {
    ends_while(3, |future, _| drop(future), 0);
}

/// `complete` against a waiter that may drive, or sends its waker; then the outcome is taken.
#[test]
fn its_result_is_taken_elsewhere() {
    ends_while(2, |future, _| drop(future.get_result()), 0);
}

/// `complete` against a look at it.
#[test]
fn its_handle_is_looked_at_elsewhere() {
    ends_while(
        3,
        |future, _| {
            if future.done() {
                drop(future.get_result());
            } else {
                future.defer();
            }
        },
        0,
    );
}

/// The message that cancels it comes before its last poll, after it, or when all is over.
#[test]
fn it_is_cancelled_elsewhere() {
    ends_while(2, |future, _| future.cancel(), 0);
}

/// A callback that is added in the last moment is called there, or by the driver; once.
#[test]
fn a_callback_is_added_elsewhere() {
    ends_while(
        2,
        |future, called| {
            future.add_immediate_callback(move || {
                called.fetch_add(1, Relaxed);
            });
            future.defer();
        },
        1,
    );
}

//! The seat of the driver: whoever waits takes it, gives it back, and leaves nobody behind.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::Relaxed;

use loom::thread;

use super::after_a_turn;
use crate::sync::explore;
use crate::{Completer, Context};

/// Two threads wait in one context, each for its own task. Who comes first drives both; when it has
/// its result it leaves, perhaps before the other's is there, perhaps while that one falls asleep.
#[test]
fn two_threads_wait_and_each_gets_its_result() {
    explore(2, || {
        let context = Context::new();
        let (one, two) = (context.spawn(after_a_turn(1)), context.spawn(after_a_turn(2)));
        let other = {
            let context = context.clone();
            thread::spawn(move || assert_eq!(context.block_on(two.into_future()), 2))
        };
        assert_eq!(context.block_on(one.into_future()), 1);
        other.join().expect("no panic");
        assert_eq!(context.pending(), 0);
    });
}

/// The driver has its result and leaves; the message that the other one waits for comes from a
/// third thread just then. Somebody reads it.
#[test]
fn a_message_comes_while_the_driver_leaves() {
    explore(1, || {
        let context = Context::new();
        let (completer, promise) = Completer::new();
        let setter = thread::spawn(move || completer.set_result(2));
        let (one, two) = (context.spawn(after_a_turn(1)), context.spawn(promise.into_future()));
        let other = {
            let context = context.clone();
            thread::spawn(move || assert_eq!(context.block_on(two.into_future()), 2))
        };
        assert_eq!(context.block_on(one.into_future()), 1);
        other.join().expect("no panic");
        setter.join().expect("no panic");
        assert_eq!(context.pending(), 0);
    });
}

/// What is started in a context that another thread drives, or leaves just now, is run: by the
/// driver, or by whoever has started it.
#[test]
fn a_task_is_started_while_another_thread_drives() {
    explore(2, || {
        let (context, ran) = (Context::new(), Arc::new(Count::new(0)));
        let one = context.spawn(after_a_turn(()));
        let other = {
            let (context, ran) = (context.clone(), Arc::clone(&ran));
            thread::spawn(move || {
                let started = context.spawn(async move {
                    ran.fetch_add(1, Relaxed);
                });
                context.block_on(started.into_future());
            })
        };
        context.block_on(one.into_future());
        other.join().expect("no panic");
        assert_eq!((ran.load(Relaxed), context.pending()), (1, 0));
    });
}

/// A thread runs a context to its end, whose last task ends on another thread.
#[test]
fn run_sees_the_end_that_another_thread_makes() {
    explore(2, || {
        let context = Context::new();
        let one = context.spawn(after_a_turn(1));
        let other = {
            let context = context.clone();
            thread::spawn(move || context.run())
        };
        assert_eq!(context.block_on(one.into_future()), 1);
        other.join().expect("no panic");
        assert_eq!(context.pending(), 0);
    });
}

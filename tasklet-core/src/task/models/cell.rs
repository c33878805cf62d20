//! Waking: a task is polled again after each wake-up, whoever wakes it, and from wherever.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::task::Poll;

use loom::thread;

use super::{Gate, Result, assert_all_gone};
use crate::Context;
use crate::sync::{self, AtomicBool, explore};

/// A task waits for two threads. Each does its part, which the task can see, and wakes it: while it
/// is polled for the first time, after that, or while it is polled for the last time. One wakes by
/// reference and then drops its waker, the other one uses its waker up.
///
/// Lost is: a task that is not polled after the last part was done, and hangs.
#[test]
fn a_task_is_polled_after_every_wake_up() {
    explore(1, || {
        let context = Context::new();
        let parts: [_; 2] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let mut helpers = Vec::new();
        let task = context.spawn(poll_fn(move |cx| {
            if helpers.is_empty() {
                for (part, uses_up) in parts.iter().zip([false, true]) {
                    let (part, waker) = (Arc::clone(part), cx.waker().clone());
                    helpers.push(thread::spawn(move || {
                        part.store(true, Release);
                        if uses_up { waker.wake() } else { waker.wake_by_ref() }
                    }));
                }
            }
            let is_done = parts.iter().all(|part| part.load(sync::Ordering::Acquire));
            if is_done { Poll::Ready(()) } else { Poll::Pending }
        }));
        task.defer();
        context.run();
    });
}

/// The last waker of a task is dropped elsewhere, while its task ends here: whoever comes last
/// frees the cell, after the other one has done with it.
#[test]
fn whoever_lets_go_last_frees_the_cell() {
    explore(3, || {
        let (context, dropped) = (Context::new(), Arc::new(Count::new(0)));
        let (result, mut helper) = (Arc::clone(&dropped), None);
        let future = context.spawn(poll_fn(move |cx| {
            if helper.is_none() {
                let waker = cx.waker().clone();
                let keeper = waker.clone();
                helper = Some(thread::spawn(move || drop(keeper)));
                waker.wake();
                return Poll::Pending;
            }
            Poll::Ready((Result::new(&result), helper.take()))
        }));
        let (made, helper) = future.get_result();
        drop(made);
        helper.expect("it was started").join().expect("no panic");
        assert_eq!(dropped.load(Relaxed), 1);
        assert_all_gone(context);
    });
}

/// A gate is opened while the task looks at it and falls asleep. The waker that opens it is not the
/// task's only one: in each poll it leaves a new one.
#[test]
fn a_gate_is_opened_while_the_task_falls_asleep() {
    explore(2, || {
        let (context, gate) = (Context::new(), Gate::new());
        let opener = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.open())
        };
        let future = context.spawn(gate.wait());
        future.get_result();
        opener.join().expect("no panic");
        assert_all_gone(context);
    });
}

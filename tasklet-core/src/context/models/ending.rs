//! The end of a toplevel, and of a context whose last handle goes: what is sent in the last moment
//! is read by the root, or by whoever has sent it.

use std::future::poll_fn;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use loom::thread;

use super::after_a_turn;
use crate::context::toplevel::{Cancel, Toplevel};
use crate::error::Info;
use crate::sync::{self, AtomicBool, block_on, explore};
use crate::task::HomeRef;
use crate::{Context, TaskletFuture};

static MODEL: Info = Info::new("model", module_path!());

fn toplevel<F: Future>(body: F) -> Toplevel<F, Cancel> {
    Toplevel::new(&MODEL, Location::caller(), body)
}

/// Another thread sends a job to a toplevel's context: before its root looks for the last time,
/// while it ends, or afterwards. The job is done once.
#[test]
fn a_job_is_sent_while_a_toplevel_ends() {
    explore(3, || {
        let done = Arc::new(Count::new(0));
        let counted = Arc::clone(&done);
        let other = block_on(toplevel(async move {
            let home = Arc::clone(Context::current().shared());
            thread::spawn(move || {
                HomeRef::from(&home).on_driver(move |_| {
                    counted.fetch_add(1, Relaxed);
                });
            })
        }));
        other.join().expect("no panic");
        assert_eq!(done.load(Relaxed), 1);
    });
}

/// Somebody outside waits for a toplevel's task, and is woken: by the root, which reads its message
/// or has finished the task before, or because the toplevel has ended.
#[test]
fn somebody_outside_waits_for_a_task_of_a_toplevel() {
    explore(2, || {
        let other = block_on(toplevel(async {
            let task: TaskletFuture<u32> = Context::current().spawn(after_a_turn(42));
            thread::spawn(move || {
                let own = Context::new();
                assert_eq!(own.enter(|| task.get_result()), 42);
            })
        }));
        other.join().expect("no panic");
    });
}

/// Two threads do a part each, and wake whoever polls, who is ready when both are done.
fn two_parts() -> impl Future<Output = ()> {
    let parts: [_; 2] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
    let mut helpers = Vec::new();
    poll_fn(move |cx| {
        if helpers.is_empty() {
            for part in &parts {
                let (part, waker) = (Arc::clone(part), cx.waker().clone());
                helpers.push(thread::spawn(move || {
                    part.store(true, sync::Ordering::Release);
                    waker.wake();
                }));
            }
        }
        let is_done = parts.iter().all(|part| part.load(sync::Ordering::Acquire));
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Two threads do a part each, and wake the body of a toplevel, which then sees both.
#[test]
fn the_body_is_polled_after_every_wake_up() {
    explore(2, || {
        block_on(toplevel(two_parts()));
    });
}

/// The same for a future that a blocked thread polls.
#[test]
fn a_blocked_thread_polls_after_every_wake_up() {
    explore(2, || {
        let context = Context::new();
        context.block_on(two_parts());
    });
}

/// A task is woken from outside while it ends for another reason, and its context's last handle
/// goes. The message holds the cell, the cell its context, and that the message: somebody reads it.
#[test]
fn a_wake_up_comes_when_the_last_handle_has_gone() {
    explore(3, || {
        let context = Context::new();
        let left = Arc::downgrade(context.shared());
        let (mut was_polled, mut helper) = (false, None);
        let task = context.spawn(poll_fn(move |cx| {
            if std::mem::replace(&mut was_polled, true) {
                return Poll::Ready(helper.take().expect("started"));
            }
            let waker = cx.waker().clone();
            helper = Some(thread::spawn(move || waker.wake()));
            cx.waker().wake_by_ref();
            Poll::Pending
        }));
        let helper = context.block_on(task.into_future());
        drop(context);
        helper.join().expect("no panic");
        assert_eq!(left.strong_count(), 0, "nobody has read the message");
    });
}

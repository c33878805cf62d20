//! Models of a task's cell and of the inbox: each is a situation of two or three threads, run in
//! all orders (`ci/loom.sh`).
//!
//! What they prove without saying so: nothing that belongs to the driver is touched by two threads
//! at once, a cell is freed after all else that is done with it, and nobody waits for ever.

mod cell;
mod ends;
mod inbox;

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::task::Poll;

use crate::Context;
use crate::sync::{self, AtomicBool, Cell, Mutex};

/// What a task in a model comes to: loom sees where it was written and where it is read, and its
/// drops are counted.
#[derive(Debug)]
struct Result {
    value: Cell<u32>,
    dropped: Arc<Count>,
}

impl Result {
    fn new(dropped: &Arc<Count>) -> Result {
        Result { value: Cell::new(42), dropped: Arc::clone(dropped) }
    }
}

impl Drop for Result {
    fn drop(&mut self) {
        assert_eq!(self.value.get(), 42, "what the driver has written");
        self.dropped.fetch_add(1, Relaxed);
    }
}

/// A future that is ready in its second poll, which it asks for itself.
fn after_a_turn<T>(make: impl FnOnce() -> T) -> impl Future<Output = T> {
    let (mut make, mut was_polled) = (Some(make), false);
    poll_fn(move |cx| {
        if std::mem::replace(&mut was_polled, true) {
            return Poll::Ready(make.take().expect("polled until it is ready")());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// What another thread opens, for one task: a flag, and the waker to wake then.
#[derive(Debug)]
struct Gate {
    is_open: AtomicBool,
    waker: Mutex<Option<std::task::Waker>>,
}

impl Gate {
    fn new() -> Arc<Gate> {
        Arc::new(Gate { is_open: AtomicBool::new(false), waker: Mutex::new(None) })
    }

    async fn wait(self: Arc<Self>) {
        poll_fn(|cx| {
            *self.waker.lock().expect("unpoisoned") = Some(cx.waker().clone());
            if self.is_open.load(sync::Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn open(&self) {
        self.is_open.store(true, Release);
        let waker = self.waker.lock().expect("unpoisoned").take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Everything that was started has ended, and with its last handle the context is gone, which each
/// cell would hold.
fn assert_all_gone(context: Context) {
    assert_eq!(context.pending(), 0, "something is left to run");
    assert!(context.take_errors().is_empty(), "nothing fails in a model");
    let left = Arc::downgrade(context.shared());
    drop(context);
    assert_eq!(left.strong_count(), 0, "a cell is left");
}

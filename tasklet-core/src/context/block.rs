//! Waiting: whoever waits drives the context, or waits for the one who does.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::{Shared, runtime};
use crate::event_loop::poll_turns;
use crate::sync::Ordering::{AcqRel, Acquire};
use crate::sync::{self, AtomicBool, AtomicWaker};
use crate::task::{Drive, Driving, Entered, HomeRef};

/// Drives a context, if it is not a toplevel's that this thread has no part in.
pub(crate) fn drive_as_guest(home: HomeRef<'_>) -> Option<Drive<'_>> {
    if home.is_rooted() && !home.has_ended() && !home.scheduler.is_driven_here() {
        return None;
    }
    Drive::begin(home)
}

/// Calls `step` at the beginning of every turn that this thread may drive, until it is ready; once
/// and without a proof of driving where somebody else drives. `is_woken` tells whether `step` has
/// woken itself.
///
/// `Pending` means that `cx` will be woken when it is worth another call.
pub(crate) fn poll_as_guest<T>(
    shared: &Arc<Shared>,
    cx: &mut Context<'_>,
    is_woken: impl Fn() -> bool,
    mut step: impl FnMut(Option<&Driving<'_>>, &mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    let home = HomeRef::from(shared);
    shared.drivers.register_waiting(cx.waker());
    let mut drive = drive_as_guest(home);
    if drive.is_none() {
        shared.drivers.miss();
        drive = drive_as_guest(home);
    }
    if let Some(drive) = drive {
        return poll_turns(&drive, shared, cx, is_woken, |driving, cx| step(Some(driving), cx));
    }
    step(None, cx)
}

/// Runs a future to its end on this thread, driving the context.
#[track_caller]
pub(crate) fn block_on<F: Future>(shared: &Arc<Shared>, future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken { flag: AtomicBool::new(true), thread: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&woken));
    let is_woken = || woken.flag.load(Acquire);
    block_on_home(shared, is_woken, |driving, cx| {
        woken.thread.register(cx.waker());
        if !is_woken() || !woken.flag.swap(false, AcqRel) {
            return Poll::Pending;
        }
        let _entered = driving.is_none().then(|| Entered::new(HomeRef::from(shared)));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
}

/// The waker of a future that a blocked thread polls: a flag, and the thread's own waker.
#[derive(Debug)]
struct Woken {
    flag: AtomicBool,
    thread: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // An exchange, and not a store: of several who wake at once, the thread sees what each has
        // done before.
        self.flag.swap(true, AcqRel);
        self.thread.wake();
    }
}

/// [`poll_as_guest`] until it is ready; parks the thread in between.
#[track_caller]
pub(crate) fn block_on_home<T>(
    shared: &Arc<Shared>,
    is_woken: impl Fn() -> bool,
    mut step: impl FnMut(Option<&Driving<'_>>, &mut Context<'_>) -> Poll<T>,
) -> T {
    // Most calls need not park: what they ask for is there, or becomes so in this poll.
    let mut cx = Context::from_waker(Waker::noop());
    if let Poll::Ready(value) = poll_as_guest(shared, &mut cx, &is_woken, &mut step) {
        return value;
    }
    runtime::park_allowed(|| {
        sync::block_on(poll_fn(|cx| poll_as_guest(shared, cx, &is_woken, &mut step)))
    })
}

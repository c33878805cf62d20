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
    let woken = Arc::new(Woken::new());
    let waker = Waker::from(Arc::clone(&woken));
    let is_woken = || woken.is_woken();
    block_on_home(shared, is_woken, |driving, cx| {
        woken.register(cx.waker());
        if !woken.take() {
            return Poll::Pending;
        }
        let _entered = driving.is_none().then(|| Entered::new(HomeRef::from(shared)));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
}

/// The waker of a future that is polled beside a context's turns: a flag, and the waker of whoever
/// polls, a blocked thread or another task.
#[derive(Debug)]
pub(super) struct Woken {
    flag: AtomicBool,
    outer: AtomicWaker,
}

impl Woken {
    /// Woken from the start.
    pub(super) fn new() -> Woken {
        Woken { flag: AtomicBool::new(true), outer: AtomicWaker::new() }
    }

    /// Whom to wake from now on.
    pub(super) fn register(&self, waker: &Waker) {
        self.outer.register(waker);
    }

    pub(super) fn is_woken(&self) -> bool {
        self.flag.load(Acquire)
    }

    /// Whether it was woken since this was asked last.
    pub(super) fn take(&self) -> bool {
        self.is_woken() && self.flag.swap(false, AcqRel)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // An exchange, and not a store: of several who wake at once, the thread sees what each has
        // done before.
        self.flag.swap(true, AcqRel);
        self.outer.wake();
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

//! Waiting: whoever waits drives the context, or waits for the one who does.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Shared, runtime};
use crate::error::Deadlock;
use crate::event_loop::poll_turns;
use crate::sync::Ordering::{AcqRel, Acquire};
use crate::sync::{AtomicBool, AtomicWaker, Parker, pair, thread_local};
use crate::task::{
    Drive, Driving, Effort, Entered, HomeRef, Kept, OF_BLOCKED, RootOwner, RootWaker, Seen, Tables,
    Waits, WakerCount,
};

/// So many blocking waits may be nested in one thread, each inside a tasklet that the one before it
/// runs. A wait that would be one more panics.
///
/// Each of them takes its share of the thread's stack, for as long as it lasts: the wait, the loop
/// that it drives, and the tasklet that waits again. A stack of 2 MiB has room for this many, in a
/// debug build with ordinary tasklets.
///
/// Await inside of tasklets, which nests nothing, and block where nothing is async.
///
/// NDB: Python's limit of recursion, after some hundred of them.
pub const BLOCKING_DEPTH_MAX: u32 = 128;

/// A thread that waits in a context where others may still go on looks thoroughly for a deadlock
/// after it has been parked for so long.
const PATIENCE: Duration = Duration::from_millis(50);

/// Drives a context, if it is not a toplevel's that this thread has no part in.
pub(crate) fn drive_as_guest(home: HomeRef<'_>) -> Option<Drive<'_>> {
    if home.is_rooted() && !home.has_ended() && !home.scheduler.is_driven_here() {
        return None;
    }
    Drive::begin(home)
}

/// Calls `step` at the beginning of every turn that this thread may drive, until it is ready; once
/// and without a proof of driving where somebody else drives. `is_woken` tells whether `step` has
/// woken itself; `at_rest` is asked when nothing is left to do but to wait, and may end that.
///
/// `Pending` means that `cx` will be woken when it is worth another call.
pub(crate) fn poll_as_guest<T>(
    shared: &Arc<Shared>,
    cx: &mut Context<'_>,
    is_woken: impl Fn() -> bool,
    mut step: impl FnMut(Option<&Driving<'_>>, &mut Context<'_>) -> Poll<T>,
    at_rest: impl FnMut(&Driving<'_>) -> Option<T>,
) -> Poll<T> {
    let home = HomeRef::from(shared);
    shared.drivers.register_waiting(cx.waker());
    let mut drive = drive_as_guest(home);
    if drive.is_none() {
        shared.drivers.miss();
        drive = drive_as_guest(home);
    }
    if let Some(drive) = drive {
        let step = |driving: &Driving<'_>, cx: &mut Context<'_>| step(Some(driving), cx);
        return poll_turns(&drive, shared, cx, is_woken, step, at_rest);
    }
    step(None, cx)
}

/// Runs a future to its end on this thread, driving the context.
///
/// # Panics
///
/// If the future does; if it can never be ready; if too many waits are nested.
#[track_caller]
pub(crate) fn block_on<F: Future>(shared: &Arc<Shared>, future: F) -> F::Output {
    let mut future = pin!(Kept::new(future));
    let root = RootWaker::new(Arc::new(Woken {
        flag: AtomicBool::new(true),
        thread: AtomicWaker::new(),
        wakers: WakerCount::new(),
        home: Arc::as_ptr(shared).addr(),
    }));
    let woken = root.owner();
    let is_woken = || woken.flag.load(Acquire);
    let result = block_on_home(shared, Waits::One(root.waits()), is_woken, |driving, cx| {
        woken.thread.register(cx.waker());
        if !is_woken() || !woken.flag.swap(false, AcqRel) {
            return Poll::Pending;
        }
        let _entered = driving.is_none().then(|| Entered::new(HomeRef::from(shared)));
        future.as_mut().poll(&mut Context::from_waker(root.waker()))
    });
    match result {
        Ok(output) => output,
        Err(deadlock) => panic!("{deadlock}"),
    }
}

/// The waker of a future that a blocked thread polls: a flag, and the thread's own waker.
#[derive(Debug)]
pub(crate) struct Woken {
    flag: AtomicBool,
    thread: AtomicWaker,
    wakers: WakerCount,
    /// The address of the context that the thread drives.
    home: usize,
}

impl RootOwner for Woken {
    const TABLES: &'static Tables = &OF_BLOCKED;

    fn wakers(&self) -> &WakerCount {
        &self.wakers
    }

    fn wake_root(self: &Arc<Self>) {
        // An exchange, and not a store: of several who wake at once, the thread sees what each has
        // done before.
        self.flag.swap(true, AcqRel);
        self.thread.wake();
    }

    fn home(&self) -> usize {
        self.home
    }
}

/// [`poll_as_guest`] until it is ready; parks the thread in between. `Err` if what it `waits` for
/// can never be.
///
/// # Panics
///
/// If too many waits are nested; if the thread must not be parked.
#[track_caller]
pub(crate) fn block_on_home<T>(
    shared: &Arc<Shared>,
    waits: Waits<'_>,
    is_woken: impl Fn() -> bool,
    mut step: impl FnMut(Option<&Driving<'_>>, &mut Context<'_>) -> Poll<T>,
) -> Result<T, Deadlock> {
    let _nested = Nested::begin();
    let effort = Cell::new(Effort::Cheap);
    let is_unsure = Cell::new(false);
    let mut poll = |cx: &mut Context<'_>| {
        is_unsure.set(false);
        let step = |driving: Option<&Driving<'_>>, cx: &mut Context<'_>| step(driving, cx).map(Ok);
        poll_as_guest(shared, cx, &is_woken, step, |driving| {
            let effort = effort.get();
            match driving.look(waits, effort, &is_woken) {
                Seen::Deadlock(deadlock) => return Some(Err(deadlock)),
                Seen::Unsure => is_unsure.set(true),
                // Who waits for all may have met somebody's passing interest in one of them.
                Seen::Hope => {
                    is_unsure.set(effort == Effort::Cheap && matches!(waits, Waits::All(_)));
                }
            }
            None
        })
    };
    // Most calls need not park: what they ask for is there, or becomes so in this poll.
    if let Poll::Ready(value) = poll(&mut Context::from_waker(Waker::noop())) {
        return value;
    }
    runtime::park_allowed(|| {
        with_parker(|parker, waker| {
            loop {
                if let Poll::Ready(value) = poll(&mut Context::from_waker(waker)) {
                    return value;
                }
                if is_unsure.get() && !parker.park_timeout(PATIENCE) {
                    effort.set(Effort::Thorough);
                    continue;
                }
                if !is_unsure.get() {
                    parker.park();
                }
                effort.set(Effort::Cheap);
            }
        })
    })
}

/// Calls `wait` with what parks this thread, and what wakes it: made once for each thread, and once
/// more for each wait that is nested in another.
fn with_parker<R>(wait: impl FnOnce(&Parker, &Waker) -> R) -> R {
    thread_local! {
        static PARKER: Cell<Option<(Parker, Waker)>> = const { Cell::new(None) };
    }
    let (parker, waker) = PARKER.with(Cell::take).unwrap_or_else(|| {
        let (parker, unparker) = pair();
        (parker, Waker::from(unparker))
    });
    let result = wait(&parker, &waker);
    PARKER.with(|slot| slot.set(Some((parker, waker))));
    result
}

/// One more wait on this thread, for as long as it lives.
struct Nested;

thread_local! {
    static BLOCKING_DEPTH: Cell<u32> = const { Cell::new(0) };
}

impl Nested {
    /// # Panics
    ///
    /// If there are too many.
    #[track_caller]
    fn begin() -> Nested {
        let depth = BLOCKING_DEPTH.with(Cell::get);
        if BLOCKING_DEPTH_MAX <= depth {
            refuse_to_nest();
        }
        BLOCKING_DEPTH.with(|nested| nested.set(depth + 1));
        Nested
    }
}

#[cold]
#[track_caller]
fn refuse_to_nest() -> ! {
    panic!(
        "this would block inside of {BLOCKING_DEPTH_MAX} other blocking waits of this thread, each \
         inside a tasklet that the one before it runs, and the stack has an end: `.await` the \
         tasklet instead of blocking (`get_result`, `wait`, `block_on`, a `#[synctasklet]`) inside \
         of another one"
    )
}

impl Drop for Nested {
    fn drop(&mut self) {
        BLOCKING_DEPTH.with(|nested| nested.set(nested.get() - 1));
    }
}

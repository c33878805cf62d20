//! One turn of the loop, in NDB's order: ready, idle, timers, outside, sleep.
//!
//! There is one loop, and it is a poll function: an async root (a toplevel) calls it from its own
//! `poll`, a blocking one from a thread that parks in between. What the loop works on lies in the
//! context; that one thread at a time runs it is [`Driving`]'s promise.

pub(crate) mod clock;
pub(crate) mod idle;
mod manual;
pub(crate) mod timers;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_timer::Delay;

pub use idle::Idle;
pub(crate) use idle::add_idle;
pub use manual::Turn;

use crate::context::Shared;
use crate::error::{Info, Origin, Panic};
use crate::future::callback::Callback;
use crate::task::{Companions, Drive, Driving, HomeRef, apart};
use idle::IdleCallbacks;
use timers::{TimerKey, Timers};

/// After so many polls a driver yields to the runtime that hosts it.
const POLLS_PER_TURN_MAX: usize = 1024;

/// What the loop of one context needs; its driver's alone.
#[derive(Debug, Default)]
pub(crate) struct Local {
    pub(crate) timers: RefCell<Timers>,
    pub(crate) idle: RefCell<IdleCallbacks>,
    /// Wakes the driver at the next deadline.
    alarm: RefCell<Option<Alarm>>,
    /// The deadline that a parent's loop keeps for this one.
    kept: Cell<Option<Kept>>,
    /// Wakes the driver for a thorough look.
    patience: RefCell<Option<Patience>>,
    /// Callbacks of unfinished tasks, by the address of the task.
    callbacks: RefCell<BTreeMap<usize, Vec<Callback>>>,
    /// What goes along with suspended tasks.
    pub(crate) companions: RefCell<Companions>,
}

#[derive(Debug)]
struct Alarm {
    deadline: Instant,
    delay: Delay,
    waker: Waker,
}

/// A deadline among those of a parent.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// The parent's address.
    owner: usize,
    key: TimerKey,
}

/// Ends so long after somebody began to be patient.
#[derive(Debug)]
struct Patience {
    delay: Delay,
    waker: Waker,
}

/// Wakes the context of an alarm, if it is still there.
struct Ring(Weak<Shared>);

impl Ring {
    fn waker(home: HomeRef<'_>) -> Waker {
        Waker::from(Arc::new(Ring(Arc::downgrade(&home.to_arc()))))
    }
}

impl Wake for Ring {
    fn wake(self: Arc<Self>) {
        if let Some(home) = self.0.upgrade() {
            HomeRef::from(&home).notify();
        }
    }
}

impl Local {
    pub(crate) fn add_callback<T>(&self, task: NonNull<T>, callback: Callback) {
        self.callbacks.borrow_mut().entry(task.addr().get()).or_default().push(callback);
    }

    /// The callbacks of a task, in the order in which they were added.
    pub(crate) fn take_callbacks<T>(&self, task: NonNull<T>) -> Vec<Callback> {
        self.callbacks.borrow_mut().remove(&task.addr().get()).unwrap_or_default()
    }
}

/// Runs turns until `root` is ready, or until there is nothing to do but wait.
///
/// `root` is called at the beginning of every turn; it polls what it has to when it was woken,
/// which `is_woken` tells: a root that woke itself is ready like any task.
/// `at_rest` is asked when there is nothing to do but wait, and may have something better to say.
/// `Pending` means that `cx` will be woken when a turn can do something again.
pub(crate) fn poll_turns<T>(
    drive: &Drive<'_>,
    home: &Shared,
    cx: &mut Context<'_>,
    is_woken: impl Fn() -> bool,
    mut root: impl FnMut(&Driving<'_>, &mut Context<'_>) -> Poll<T>,
    mut at_rest: impl FnMut(&Driving<'_>) -> Option<T>,
) -> Poll<T> {
    let _runtime = home.enter_runtime();
    let driving = drive.driving();
    let mut polls_left = POLLS_PER_TURN_MAX;
    loop {
        // What woke us from outside takes its place in the queue before anyone is polled.
        driving.read_inbox();
        if let Poll::Ready(value) = root(driving, cx) {
            return Poll::Ready(value);
        }
        let ran = run_ready(driving, polls_left);
        polls_left -= ran;
        if polls_left == 0 {
            // Timers do not wait for a queue that never gets empty.
            fire_timer(driving, home);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if 0 < ran {
            reset_idle(driving);
            continue;
        }
        if is_woken() {
            // That is a poll as any other, lest it keep the host for ever.
            polls_left -= 1;
            continue;
        }
        if driving.read_inbox() || run_idle(driving, home) || fire_timer(driving, home) {
            driving.count_work();
            continue;
        }
        if driving.take_watched() {
            home.tell_waiting();
            continue;
        }
        if poll_alarm(driving, drive.home()).is_pending() {
            if let Some(value) = at_rest(driving) {
                return Poll::Ready(value);
            }
            driving.settle();
            return Poll::Pending;
        }
    }
}

/// Runs those that are ready now; what they make ready waits for the next turn.
#[inline]
fn run_ready(driving: &Driving<'_>, limit: usize) -> usize {
    let ready = driving.ready().min(limit);
    for ran in 0..ready {
        // A nested loop may have run some of them already.
        if !driving.run_next() {
            return ran;
        }
    }
    ready
}

/// Something has happened, so that idle callbacks may have work again.
pub(crate) fn reset_idle(driving: &Driving<'_>) {
    if let Some(local) = driving.local_if_any() {
        local.idle.borrow_mut().reset();
    }
}

static IDLE: Info = Info::new("idle callback", module_path!());

/// Runs one idle callback. False if none has work.
pub(crate) fn run_idle(driving: &Driving<'_>, home: &Shared) -> bool {
    let Some(local) = driving.local_if_any() else { return false };
    let Some(mut callback) = local.idle.borrow_mut().take() else { return false };
    match catch_unwind(AssertUnwindSafe(|| apart(&mut callback.call))) {
        Ok(answer) => local.idle.borrow_mut().put_back(callback, answer),
        // Nobody waits for an idle callback; its panic is reported, and it is not called again.
        Err(payload) => {
            let origin = Origin { info: &IDLE, place: callback.place };
            home.report(origin, Panic::new(payload).into_failure());
            // What it holds goes now. That is user code, too.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(callback))) {
                home.report(origin, Panic::new(second).into_failure());
            }
        }
    }
    true
}

/// Wakes one waiter whose deadline has come. False if there is none.
fn fire_timer(driving: &Driving<'_>, home: &Shared) -> bool {
    let Some(local) = driving.local_if_any() else { return false };
    if local.timers.borrow().next().is_none() {
        return false;
    }
    let due = local.timers.borrow_mut().take_due(home.clock.now());
    let Some(waker) = due else { return false };
    reset_idle(driving);
    waker.wake();
    true
}

/// Leaps to the deadline. But the time of a child is its parents': where the loop of one of those
/// runs below, it may have other things to do first, and the deadline is put among its own.
fn poll_virtual_alarm(local: &Local, home: HomeRef<'_>, deadline: Instant) -> Poll<()> {
    let parents = || std::iter::successors(home.get().parent(), |above| above.parent());
    for parent in parents() {
        let owner = Arc::as_ptr(parent).addr();
        let keep = |driving: &Driving<'_>| keep_deadline(local, home, (owner, driving), deadline);
        if parent.scheduler.with_driving(keep).is_some() {
            return Poll::Pending;
        }
    }
    home.clock.leap(deadline);
    Poll::Ready(())
}

/// Has a parent's loop ring when the deadline of a child has come.
fn keep_deadline(
    local: &Local,
    home: HomeRef<'_>,
    (owner, parent): (usize, &Driving<'_>),
    deadline: Instant,
) {
    let old = local.kept.get().filter(|kept| kept.owner == owner);
    if old.is_some_and(|old| old.key.0 == deadline) {
        return;
    }
    let timers = &parent.local().timers;
    let waker = Waker::from(Arc::new(Ring(Arc::downgrade(&home.to_arc()))));
    // Dropped when nothing is borrowed any more.
    let _unused = old.and_then(|old| timers.borrow_mut().remove(old.key));
    let key = timers.borrow_mut().add(deadline, waker);
    local.kept.set(Some(Kept { owner, key }));
    parent.unsettle();
}

/// Whether so much time has gone by since this was asked first, or was true the last time. If not,
/// the context is woken when it has.
pub(crate) fn is_out_of_patience(
    driving: &Driving<'_>,
    home: HomeRef<'_>,
    limit: Duration,
) -> bool {
    let mut slot = driving.local().patience.borrow_mut();
    let patience =
        slot.get_or_insert_with(|| Patience { delay: Delay::new(limit), waker: Ring::waker(home) });
    let mut cx = Context::from_waker(&patience.waker);
    let is_over = Pin::new(&mut patience.delay).poll(&mut cx).is_ready();
    if is_over {
        *slot = None;
    }
    is_over
}

/// Sets the alarm to the next deadline. `Ready` if that is now.
///
/// It wakes the context, not `cx`: whoever waits now may have left when it rings.
fn poll_alarm(driving: &Driving<'_>, home: HomeRef<'_>) -> Poll<()> {
    let Some(local) = driving.local_if_any() else { return Poll::Pending };
    let Some(deadline) = local.timers.borrow().next() else { return Poll::Pending };
    if home.clock.is_virtual() {
        return poll_virtual_alarm(local, home, deadline);
    }
    let left = deadline.saturating_duration_since(home.clock.now());
    let mut alarm = local.alarm.borrow_mut();
    let alarm = alarm.get_or_insert_with(|| Alarm {
        deadline,
        delay: Delay::new(left),
        waker: Ring::waker(home),
    });
    if alarm.deadline != deadline {
        alarm.deadline = deadline;
        alarm.delay.reset(left);
    }
    let rung = Pin::new(&mut alarm.delay).poll(&mut Context::from_waker(&alarm.waker));
    if rung.is_ready() {
        // Should the clock say that it was a little early, it rings once more.
        alarm.delay.reset(deadline.saturating_duration_since(home.clock.now()));
    }
    rung
}

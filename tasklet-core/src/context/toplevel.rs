//! The life of a handler: a fresh context, its body, then everything that it still owes.
//!
//! A [`Root`] is polled by whoever polls the handler. It drives its context, polls the body when
//! that was woken, and is ready when the body has ended *and* nothing is pending. What happens when
//! it is dropped before that is its [`OnDrop`]: `on_drop = "finish"` hands it to the background,
//! `on_drop = "cancel"` drops the body and hands over only what the body has started.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::block::block_on_home;
use super::live::Live;
use super::{Shared, background};
use crate::error::{Deadlock, Failure, Info, Origin, Outcome, Panic};
use crate::event_loop::clock::Clock;
use crate::event_loop::{is_out_of_patience, poll_turns};
use crate::local::Values;
use crate::task::{
    Affinity, Body, Companion, Drive, Driving, Effort, HomeRef, RootWaker, Seen, Waits,
};

/// A root whose tasks are too many to look at all of them each time that it has to wait does so
/// after so long.
const LOOK_PATIENCE: Duration = Duration::from_millis(50);

/// One running toplevel.
pub(crate) struct Root<F: Future> {
    /// Known to `drain` since the first time that it had to wait. Before the context, whose address
    /// it knows.
    live: Option<Live>,
    /// Wakes the body, and holds the context; made once, since each clone counts.
    waker: RootWaker<Shared>,
    body: Option<Body<F>>,
    outcome: Option<Outcome<F::Output>>,
    /// The body's tasklet-locals, and the span of all that runs here.
    company: Companion,
    eye: Eye<F>,
}

/// Finds what is wrong with a result that nobody sees, if that is known.
type Eye<F> = Option<fn(&<F as Future>::Output) -> Option<Failure>>;

impl<F: Future> Root<F> {
    fn new(origin: Origin, affinity: Affinity, body: Body<F>, eye: Eye<F>) -> Root<F> {
        let shared = Shared::new(origin, affinity, super::Root::Toplevel, Clock::System);
        let waker = RootWaker::new(shared);
        let company = Companion::of_toplevel(&origin);
        Root { waker, body: Some(body), outcome: None, live: None, company, eye }
    }

    /// Tells what is wrong with an outcome whose caller has gone.
    pub(super) fn tell(&self, outcome: Outcome<F::Output>) {
        let failure = match outcome {
            // The drop of the result is user code, too, and what it throws a failure as well.
            Ok(result) => Failure::find(|| self.eye.and_then(|eye| eye(&{ result }))),
            Err(panic) => Some(panic.into_failure()),
        };
        if let Some(failure) = failure {
            self.shared().report(self.shared().origin(), failure);
        }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        self.waker.owner()
    }

    /// Drives the context until body and context have nothing left to do.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<F::Output>> {
        while let Err(deadlock) = std::task::ready!(self.poll_or_deadlock(cx)) {
            self.end_deadlock(&deadlock);
        }
        match self.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            // Cancelled before it had ended: nobody waits for an outcome.
            None => Poll::Ready(Err(Panic::cancelled(&self.shared().origin()))),
        }
    }

    /// `Err` if what is left can never finish.
    fn poll_or_deadlock(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Deadlock>> {
        let Root { waker, body, outcome, live, company, .. } = self;
        let (span, values) = company.parts();
        let _span = span.enter();
        let shared = waker.owner();
        shared.drivers.register_toplevel(cx.waker());
        let Some(drive) = shared.drive_as_root(cx) else { return Poll::Pending };
        let has_body = Cell::new(body.is_some());
        let is_woken = || has_body.get() && shared.is_root_woken(drive.driving());
        let waits = || Waits::All(has_body.get().then(|| waker.waits()));
        let polled = poll_to_end(&drive, shared, cx, is_woken, waits, || {
            let Some(running) = body else { return Poll::Ready(()) };
            if shared.take_root_woken(drive.driving())
                && let Poll::Ready(result) = poll_accompanied(running, values, waker.waker())
            {
                *outcome = Some(result);
                *body = None;
                drop(std::mem::take(values));
                has_body.set(false);
                return Poll::Ready(());
            }
            Poll::Pending
        });
        if polled.is_pending() && live.is_none() {
            shared.capture_runtime();
            *live = Some(Live::register(shared));
        }
        polled
    }

    /// What is left can never finish: that is the outcome, unless there is a worse one.
    #[cold]
    fn end_deadlock(&mut self, deadlock: &Deadlock) {
        self.cancel_body();
        match self.outcome.take() {
            Some(Err(panic)) => {
                self.outcome = Some(Err(panic));
                self.shared().report_deadlock(deadlock);
            }
            result => {
                self.outcome = Some(Err(Panic::untold(deadlock.to_string())));
                self.dispose(result);
            }
        }
    }

    /// Drops the body; what it has started stays.
    pub(super) fn cancel_body(&mut self) {
        if let Some(body) = self.body.take() {
            self.dispose(body);
        }
    }

    /// Drops a body, or its result, inside its context and in its company, so that what its drop
    /// starts is registered there.
    fn dispose<T>(&mut self, body: T) {
        let Root { waker, company, .. } = self;
        let shared = waker.owner();
        let drive = Drive::begin(HomeRef::from(shared));
        let dropped = catch_unwind(AssertUnwindSafe(|| company.accompany(|| drop(body))));
        drop(std::mem::take(company.parts().1));
        if let Err(payload) = dropped {
            shared.report(shared.origin(), Panic::new(payload).into_failure());
        }
        drop(drive);
    }

    /// Whether anything is left to be done.
    pub(super) fn owes(&self) -> bool {
        // Where somebody else has a look just now, there may be something.
        self.body.is_some()
            || Drive::begin(HomeRef::from(self.shared()))
                .is_none_or(|drive| 0 < drive.driving().pending())
    }
}

/// Runs turns until `body` is ready and the context owes nothing, and ends it. `Err` if what is
/// left can never finish; `waits` tells what that is.
pub(super) fn poll_to_end<'w>(
    drive: &Drive<'_>,
    shared: &Shared,
    cx: &mut Context<'_>,
    is_woken: impl Fn() -> bool,
    waits: impl Fn() -> Waits<'w>,
    mut body: impl FnMut() -> Poll<()>,
) -> Poll<Result<(), Deadlock>> {
    loop {
        let step = |driving: &Driving<'_>, _cx: &mut Context<'_>| {
            let finished = body().is_ready() && driving.is_finished(shared);
            if finished { Poll::Ready(Ok(())) } else { Poll::Pending }
        };
        let at_rest = |_: &Driving<'_>| {
            let deadlock = look(drive, waits(), &is_woken)?;
            Some(Err(deadlock.of(shared.origin())))
        };
        let polled = poll_turns(drive, shared, cx, &is_woken, step, at_rest);
        if let Err(deadlock) = std::task::ready!(polled) {
            return Poll::Ready(Err(deadlock));
        }
        if shared.end(drive.driving()) {
            return Poll::Ready(Ok(()));
        }
        if 0 < drive.driving().running() {
            // What is left runs below on this very stack; its driver wakes us when it leaves.
            shared.drivers.register_waiting(cx.waker());
            drive.driving().unsettle();
            return Poll::Pending;
        }
    }
}

/// Looks for a deadlock of everything that a root waits for.
pub(super) fn look(
    drive: &Drive<'_>,
    waits: Waits<'_>,
    is_woken: impl Fn() -> bool,
) -> Option<Deadlock> {
    if drive.is_nested() {
        // Who runs below on this stack goes on when this poll has returned.
        return None;
    }
    let mut seen = drive.driving().look(waits, Effort::Cheap, &is_woken);
    if matches!(seen, Seen::Unsure)
        && is_out_of_patience(drive.driving(), drive.home(), LOOK_PATIENCE)
    {
        seen = drive.driving().look(waits, Effort::Thorough, &is_woken);
    }
    match seen {
        Seen::Deadlock(deadlock) => Some(deadlock),
        Seen::Hope | Seen::Unsure => None,
    }
}

/// Polls a body; its end, or its panic, is an outcome.
fn poll_accompanied<F: Future>(
    body: &mut Body<F>,
    values: &mut Values,
    waker: &Waker,
) -> Poll<Outcome<F::Output>> {
    let _values = values.enter();
    poll_body(body, waker)
}

/// The same without values of its own.
pub(super) fn poll_body<F: Future>(body: &mut Body<F>, waker: &Waker) -> Poll<Outcome<F::Output>> {
    let mut cx = Context::from_waker(waker);
    match catch_unwind(AssertUnwindSafe(|| body.poll(&mut cx))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(Panic::new(payload))),
    }
}

/// What becomes of a toplevel whose caller drops it before it is ready.
pub trait OnDrop<F: Future>: Sized {
    #[doc(hidden)]
    const LOCAL: bool;

    #[doc(hidden)]
    fn dropped(root: Pending<F>);

    /// The toplevel has to wait, and so may be dropped.
    #[doc(hidden)]
    fn waits(_origin: Origin) {}
}

/// A toplevel that was dropped before it was ready.
pub struct Pending<F: Future>(pub(super) Root<F>);

/// `on_drop = "finish"`.
#[derive(Debug)]
pub struct Finish;

impl<F: Future<Output: Send> + Send + 'static> OnDrop<F> for Finish {
    const LOCAL: bool = false;

    fn dropped(root: Pending<F>) {
        background::finish(root.0);
    }
}

/// `on_drop = "cancel"`.
#[derive(Debug)]
pub struct Cancel;

impl<F: Future> OnDrop<F> for Cancel {
    const LOCAL: bool = false;

    fn dropped(root: Pending<F>) {
        let mut root = root.0;
        root.cancel_body();
        let live = root.live.take();
        background::finish_started(root.shared(), live);
    }
}

/// `?Send, on_drop = "finish"`. Such a toplevel never leaves its thread, whatever its body is.
#[derive(Debug)]
pub struct FinishLocal(PhantomData<*const ()>);

impl<F: Future + 'static> OnDrop<F> for FinishLocal {
    const LOCAL: bool = true;

    fn dropped(root: Pending<F>) {
        background::finish_local(root.0);
    }

    fn waits(origin: Origin) {
        background::require_local_spawner(origin);
    }
}

/// `?Send, on_drop = "cancel"`. Such a toplevel never leaves its thread, whatever its body is.
#[derive(Debug)]
pub struct CancelLocal(PhantomData<*const ()>);

impl<F: Future> OnDrop<F> for CancelLocal {
    const LOCAL: bool = true;

    fn dropped(root: Pending<F>) {
        let mut root = root.0;
        root.cancel_body();
        background::cancel_started(root.shared());
    }
}

/// The future of a handler with `#[toplevel]`.
#[must_use = "a handler does nothing unless it is awaited"]
pub struct Toplevel<F: Future, D: OnDrop<F>> {
    state: State<F>,
    eye: Eye<F>,
    on_drop: PhantomData<D>,
}

enum State<F: Future> {
    /// The context is made at the first poll, on the thread and in the runtime that polls it.
    New(Body<F>, Origin),
    Running(Root<F>),
    Done,
}

impl<F: Future, D: OnDrop<F>> Toplevel<F, D> {
    pub(crate) fn new(info: &'static Info, place: &'static Location<'static>, future: F) -> Self {
        let state = State::New(Body::new(future), Origin { info, place });
        Toplevel { state, eye: None, on_drop: PhantomData }
    }

    /// Has a failure told by `eye` if the caller goes away, so that nobody sees the result.
    #[inline]
    pub fn telling(mut self, eye: fn(&F::Output) -> Option<Failure>) -> Self {
        self.eye = Some(eye);
        self
    }
}

impl<F: Future> fmt::Debug for Pending<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pending").field(&self.0.shared().origin()).finish()
    }
}

impl<F: Future, D: OnDrop<F>> fmt::Debug for Toplevel<F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match &self.state {
            State::New(_, origin) => Some(*origin),
            State::Running(root) => Some(root.shared().origin()),
            State::Done => None,
        };
        f.debug_struct("Toplevel").field("origin", &origin).finish_non_exhaustive()
    }
}

// The body lives in an allocation of its own.
impl<F: Future, D: OnDrop<F>> Unpin for Toplevel<F, D> {}

impl<F: Future, D: OnDrop<F>> Future for Toplevel<F, D> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let State::New(..) = self.state
            && let State::New(body, origin) = std::mem::replace(&mut self.state, State::Done)
        {
            let affinity = if D::LOCAL { Affinity::Bound } else { Affinity::Movable };
            self.state = State::Running(Root::new(origin, affinity, body, self.eye));
        }
        let State::Running(root) = &mut self.state else {
            panic!("a handler's future was polled after it had finished");
        };
        let Poll::Ready(outcome) = root.poll(cx) else {
            D::waits(root.shared().origin());
            return Poll::Pending;
        };
        self.state = State::Done;
        Poll::Ready(outcome.unwrap_or_else(|panic| panic.resume()))
    }
}

impl<F: Future, D: OnDrop<F>> Drop for Toplevel<F, D> {
    fn drop(&mut self) {
        if let State::Running(root) = std::mem::replace(&mut self.state, State::Done) {
            D::dropped(Pending(root));
        }
    }
}

/// A blocking handler: runs `body` in a fresh context, then everything that it still owes.
pub(crate) fn run_blocking<T>(origin: Origin, body: impl FnOnce() -> T) -> T {
    let shared = Shared::new(origin, Affinity::Bound, super::Root::Toplevel, Clock::System);
    shared.capture_runtime();
    let Some(drive) = Drive::begin(HomeRef::from(&shared)) else {
        unreachable!("nobody else knows a context that was just made");
    };
    let _live = Live::register(&shared);
    let mut company = Companion::of_toplevel(&origin);
    let (span, values) = company.parts();
    let _span = span.enter();
    let outcome = {
        let _values = values.enter();
        catch_unwind(AssertUnwindSafe(body))
    };
    drop(std::mem::take(values));
    let mut found = None;
    loop {
        let waited = block_on_home(
            &shared,
            Waits::All(None),
            || false,
            |driving, _cx| {
                let finished = driving.is_some_and(|driving| driving.is_finished(&shared));
                if finished { Poll::Ready(()) } else { Poll::Pending }
            },
        );
        if let Err(deadlock) = waited {
            let deadlock = deadlock.of(origin);
            if found.is_some() || outcome.is_err() {
                shared.report_deadlock(&deadlock);
            } else {
                found = Some(deadlock);
            }
        } else if shared.end(drive.driving()) {
            break;
        }
    }
    drop(drive);
    match (outcome, found) {
        (Ok(result), None) => result,
        (Ok(_), Some(deadlock)) => panic!("{deadlock}"),
        (Err(payload), _) => std::panic::resume_unwind(payload),
    }
}

impl Shared {
    /// A deadlock that nobody is told of by a panic.
    pub(super) fn report_deadlock(&self, deadlock: &Deadlock) {
        self.report(self.origin(), Failure::error(deadlock.to_string()));
    }

    /// Drives for the root; if somebody has a look just now, `cx` is woken when that is over.
    pub(super) fn drive_as_root<'a>(self: &'a Arc<Self>, cx: &Context<'_>) -> Option<Drive<'a>> {
        let home = HomeRef::from(self);
        if let Some(drive) = Drive::begin(home) {
            return Some(drive);
        }
        self.drivers.register_waiting(cx.waker());
        self.drivers.miss();
        Drive::begin(home)
    }
}

impl Driving<'_> {
    /// As `is_finished`, for somebody who is polled by this very loop, and does not ask for turns:
    /// of what stands in the ready queue, nothing may be owed any more.
    pub(super) fn has_finished_others(&self, home: &Shared) -> bool {
        if self.running() < self.pending() {
            return false;
        }
        while crate::event_loop::run_idle(self, home) {}
        self.pending() <= self.running()
    }

    /// Whether nothing is left to do but what runs below on this very stack. Gives the idle
    /// callbacks their turn, since what they hold back is owed too.
    pub(crate) fn is_finished(&self, home: &Shared) -> bool {
        if self.running() < self.pending() || 0 < self.ready() {
            return false;
        }
        while crate::event_loop::run_idle(self, home) {}
        self.pending() <= self.running() && self.ready() == 0
    }
}

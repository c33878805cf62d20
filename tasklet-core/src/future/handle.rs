//! What every handle is inside: a result, a panic, a task, or a promise.

mod look;

use std::fmt;
use std::future::poll_fn;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::State;
use super::callback::Callback;
use super::promise::Promise;
use crate::context::block::{block_on, drive_as_guest, poll_as_guest};
use crate::context::{Shared, current};
use crate::error::{Failure, Outcome, Panic};
use crate::event_loop::timers::SLEEP;
use crate::task::{Exclusive, HomeRef, Known, Task};
pub(crate) use look::Told;

/// One obligation, whatever stands behind it: at most one of the three fields is filled, and none
/// once it is used up.
///
/// A struct, not an enum, so that the pointer to a cell can be moved alone: what was just written
/// field by field and is then copied as a whole goes through wider reads, which stall the processor
/// for longer than a call takes.
pub struct Handle<T>(
    // What is in it leaves by `take`, or by `leave` when the handle is dropped: a used-up handle,
    // which is what nearly all become, then has no more to drop than three empty fields.
    ManuallyDrop<Parts<T>>,
);

// In this order, so that a copy in pieces of 16 bytes does not read what two narrower writes have
// just left: the cell's pointer stands apart, in a piece of its own.
#[repr(C)]
struct Parts<T> {
    /// Somebody else will set the result.
    promise: Option<Arc<Promise<T>>>,
    /// The result of a tasklet that never awaits.
    ready: Option<Ready<T>>,
    /// A tasklet that has a cell.
    task: Option<Task<T>>,
}

#[repr(C)]
struct Ready<T> {
    known: Known<T>,
    result: Exclusive<T>,
}

impl<T> Handle<T> {
    #[inline]
    pub(crate) fn task(task: Task<T>) -> Handle<T> {
        Handle(ManuallyDrop::new(Parts { task: Some(task), promise: None, ready: None }))
    }

    #[inline]
    pub(crate) fn ready(result: T, known: Known<T>) -> Handle<T> {
        let ready = Some(Ready { result: Exclusive::new(result), known });
        Handle(ManuallyDrop::new(Parts { task: None, promise: None, ready }))
    }

    pub(super) fn promised(promise: Arc<Promise<T>>) -> Handle<T> {
        Handle(ManuallyDrop::new(Parts { task: None, promise: Some(promise), ready: None }))
    }

    /// What is awaited: the same handle, moved as cheaply as can be.
    #[inline(always)]
    pub(super) fn awaited(&mut self) -> Handle<T> {
        if let Some(task) = self.0.task.take() {
            return Handle::task(task);
        }
        let (promise, ready) = (self.0.promise.take(), self.0.ready.take());
        Handle(ManuallyDrop::new(Parts { task: None, promise, ready }))
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0.task.as_ref().is_none_or(Task::is_done)
            && self.0.promise.as_ref().is_none_or(|promise| promise.is_done())
    }

    /// Takes the outcome if it is there; otherwise has `cx` woken when it is.
    ///
    /// Outside of the task's context this drives it, if nobody else does.
    #[inline(always)]
    pub(crate) fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        match self.take_result() {
            Some(result) => Poll::Ready(Ok(result)),
            None => self.poll_pending(cx),
        }
    }

    /// The result, if there is one at hand: most are ready when they are first asked, and no more
    /// than this of it is worth inlining.
    #[inline(always)]
    fn take_result(&mut self) -> Option<T> {
        if let Some(result) = Task::take_result(&mut self.0.task) {
            return Some(result);
        }
        self.0.ready.take().map(|ready| ready.result.into_inner())
    }

    /// As `poll_outcome`, for those who have nothing else to do with a panic.
    #[inline(always)]
    pub(crate) fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        match self.take_result() {
            Some(result) => Poll::Ready(result),
            None => self.poll_pending(cx).map(|outcome| outcome.unwrap_or_else(|p| p.resume())),
        }
    }

    #[inline(never)]
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        std::task::ready!(self.poll_done(cx));
        let outcome = match (self.0.task.take(), self.0.promise.take()) {
            (Some(task), _) => task.take(),
            (None, Some(promise)) => promise.take(),
            (None, None) => {
                Err(Panic::message("a future was polled after it had finished".to_owned()))
            }
        };
        Poll::Ready(outcome)
    }

    /// `Ready` if the outcome is there; otherwise has `cx` woken when it is.
    #[inline]
    pub(crate) fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(promise) = &self.0.promise {
            return promise.poll_done(cx);
        }
        let Some(task) = &mut self.0.task else { return Poll::Ready(()) };
        if task.is_done() {
            return Poll::Ready(());
        }
        if task.is_driven_here() {
            return task.poll_done(cx.waker());
        }
        let home = task.home();
        poll_as_guest(&home, cx, || false, |_, cx| task.poll_done(cx.waker()), |_| None)
    }

    /// The address of its task's context, if this thread drives that: then it is this thread that
    /// will finish the task.
    pub(super) fn home_driven_here(&self) -> Option<NonNull<Shared>> {
        let task = self.0.task.as_ref()?;
        (!task.is_done() && task.is_driven_here()).then(|| task.home_address())
    }

    /// Has `waker` woken when the outcome is there, and drives nothing, unlike a poll: this is not
    /// the time to wait. Gives the context to drive when it is; none if the outcome is there, or
    /// comes from elsewhere.
    pub(crate) fn watch(&mut self, waker: &Waker) -> Option<Arc<Shared>> {
        if let Some(promise) = &self.0.promise {
            // Whoever asks next is told that it is ready.
            let _asked_again = promise.poll_done(&Context::from_waker(waker));
            return None;
        }
        let task = self.0.task.as_mut()?;
        match task.poll_done(waker) {
            Poll::Ready(()) => None,
            Poll::Pending => Some(task.home()),
        }
    }

    /// The context to drive while waiting for this.
    pub(crate) fn home(&self) -> Arc<Shared> {
        if let Some(task) = self.0.task.as_ref().filter(|task| !task.is_done()) {
            let home = task.home();
            if drive_as_guest(HomeRef::from(&home)).is_some() {
                return home;
            }
        }
        current::with(|home| home.to_arc())
    }

    #[track_caller]
    pub(crate) fn get_result(mut self) -> T {
        if self.is_done() {
            return self.into_ready();
        }
        let home = self.home();
        block_on(&home, poll_fn(|cx| self.poll_result(cx)))
    }

    /// The result of a handle that is known to be ready.
    fn into_ready(mut self) -> T {
        match self.poll_result(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => unreachable!("asked for when the result is there"),
        }
    }

    #[track_caller]
    pub(crate) fn wait(&mut self) {
        if !self.is_done() {
            let home = self.home();
            block_on(&home, poll_fn(|cx| self.poll_done(cx)));
        }
    }

    pub(crate) fn add_callback(&self, callback: Callback) {
        let finished = match (&self.0.task, &self.0.promise) {
            (Some(task), _) => task.add_callback(callback),
            (None, Some(promise)) => promise.add_callback(callback),
            (None, None) => Err(callback),
        };
        if let Err(callback) = finished {
            callback.run();
        }
    }

    pub(crate) fn cancel(mut self) {
        drop(self.0.ready.take());
        if let Some(task) = self.0.task.take() {
            task.cancel();
        }
        if let Some(promise) = self.0.promise.take() {
            promise.abandon();
        }
    }

    /// Leaves the result to the context.
    pub(crate) fn defer(mut self) {
        self.leave();
    }

    /// What becomes of a handle that nobody has used up: what others may need is deferred. A sleep
    /// nobody needs, and a toplevel would wait for it to the end.
    #[inline(never)]
    fn forget(&mut self) {
        let is_sleep = |task: &mut Task<T>| std::ptr::eq(task.origin().info, &raw const SLEEP);
        match self.0.task.take_if(is_sleep) {
            Some(sleep) => sleep.cancel(),
            None => self.leave(),
        }
    }

    #[inline(never)]
    fn leave(&mut self) {
        if let Some(Ready { result, known }) = self.0.ready.take() {
            // The drop of the result is user code, too, and what it throws a failure as well.
            if let Some(failure) = Failure::find(|| known.failure({ result }.get_mut())) {
                current::with(|home| home.report(known.origin(), failure));
            }
        }
        // The cell reports to its own context.
        drop(self.0.task.take());
        if let Some(promise) = self.0.promise.take() {
            promise.defer();
        }
    }

    /// `Debug` of a future: who started it, and what has become of it.
    ///
    /// NDB: `Future.__repr__`.
    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_done() { State::Finished } else { State::Running };
        let mut all = f.debug_struct(name);
        all.field("origin", &format_args!("{}", self.describe())).field("state", &state);
        if let Some(failure) = self.known_failure() {
            let kind = if failure.is_panic() { "panic" } else { "error" };
            all.field(kind, &failure.text());
        }
        all.finish()
    }

    /// For `Debug`: who started this.
    pub(crate) fn describe(&self) -> impl fmt::Display + use<T> {
        match (&self.0.task, &self.0.promise, &self.0.ready) {
            (Some(task), ..) => task.origin().to_string(),
            (_, Some(promise), _) => promise.describe(),
            (.., Some(ready)) => ready.known.origin().to_string(),
            (None, None, None) => "used up".to_owned(),
        }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as("Handle", f)
    }
}

impl<T> Drop for Handle<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // A used-up handle, which is what nearly all become, is nothing to speak of.
        if self.0.task.is_some() || self.0.promise.is_some() || self.0.ready.is_some() {
            self.forget();
        }
    }
}

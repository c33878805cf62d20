//! A future for many: each awaits it, each gets a clone of the result.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, OnceLock, TryLockError, Weak};
use std::task::{Context, Poll, Waker};

use super::handle::{Handle, Told};
use super::{State, TaskletFuture};
use crate::context::block::block_on;
use crate::context::current::{self, with_entered};
use crate::context::{Context as TaskletContext, Shared};
use crate::error::{Outcome, Panic, TaskletError};
use crate::sync::Ordering::Relaxed;
use crate::sync::{AtomicBool, Mutex};
use crate::task::{Fan, Kept};

/// What the clones share.
pub struct Inner<T> {
    /// Set once.
    end: OnceLock<End<T>>,
    /// Somebody has the result, or knows what is wrong.
    is_seen: AtomicBool,
    handle: Mutex<Option<Handle<T>>>,
    /// Those who wait, behind the one waker that the handle is polled with.
    waiters: Arc<Fan>,
}

/// What the tasklet came to.
struct End<T> {
    /// Empty if it panicked.
    result: Option<Kept<T>>,
    /// What is wrong with it.
    error: Option<TaskletError>,
    /// Where that is reported if nobody looks.
    home: Option<Weak<Shared>>,
}

/// A [`TaskletFuture`] that many can await; see [`TaskletFuture::shared`].
///
/// It owes as long as nobody has awaited it. It is `Send` and `Sync`, which takes a result that is
/// `Send` and `Sync`.
///
/// ```
/// use tasklet_core::TaskletFuture;
///
/// let shared = TaskletFuture::ready(String::from("one for all")).shared();
/// let again = shared.clone();
/// assert_eq!(shared.get_result(), again.get_result());
/// ```
#[must_use = "a tasklet future must be used up: `.await` it, `get_result()`, or `.defer()` it"]
// A list of these becomes a list of what is in them where it lies: `task/wrapper.rs`.
#[repr(transparent)]
pub struct SharedFuture<T> {
    inner: Arc<Inner<T>>,
}

impl<T> Clone for SharedFuture<T> {
    fn clone(&self) -> Self {
        SharedFuture { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Clone + Send + Sync + 'static> SharedFuture<T> {
    pub(super) fn new(future: TaskletFuture<T>) -> SharedFuture<T> {
        let inner = Inner {
            end: OnceLock::new(),
            is_seen: AtomicBool::new(false),
            handle: Mutex::new(Some(future.into_handle())),
            waiters: Arc::default(),
        };
        SharedFuture { inner: Arc::new(inner) }
    }

    /// Whether the result is there. Never waits.
    #[must_use]
    pub fn done(&self) -> bool {
        if self.inner.end.get().is_some() {
            return true;
        }
        // Whoever holds the lock polls it just now, maybe below on this very stack.
        let handle = self.inner.handle.try_lock();
        handle.is_ok_and(|handle| handle.as_ref().is_none_or(Handle::is_done))
    }

    /// Blocks until the result is there, driving the context meanwhile, and returns a clone of it.
    ///
    /// # Panics
    ///
    /// If the tasklet panicked: with what its panic said, for each who asks. And as
    /// [`TaskletFuture::get_result`].
    #[track_caller]
    pub fn get_result(self) -> T {
        let context = self.inner.context_to_drive();
        block_on(context.shared(), self.into_future())
    }

    /// Blocks until the result is there, and tells what is wrong with it, as
    /// [`TaskletFuture::get_exception`] does; the same to each who asks.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`].
    #[track_caller]
    pub fn get_exception(&self) -> Option<TaskletError> {
        self.wait_for_end().error.clone()
    }

    /// Blocks until the result is there: `Ok` if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// What [`get_exception`](Self::get_exception) tells.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`].
    #[track_caller]
    pub fn check_success(&self) -> Result<(), TaskletError> {
        self.get_exception().map_or(Ok(()), Err)
    }

    /// Blocks until the result is there; it has been looked at by then.
    #[track_caller]
    fn wait_for_end(&self) -> &End<T> {
        let context = self.inner.context_to_drive();
        let finished = poll_fn(|cx| self.inner.poll_finished(cx));
        let () = block_on(context.shared(), finished);
        self.inner.is_seen.store(true, Relaxed);
        self.inner.end.get().expect("it has finished")
    }

    /// Leaves the tasklet to its context, once the other clones are gone, too.
    pub fn defer(self) {
        drop(self.into_shared());
    }
}

impl<T> SharedFuture<T> {
    #[inline]
    pub(crate) fn into_shared(self) -> Arc<Inner<T>> {
        self.inner
    }

    #[inline]
    pub(crate) fn shared(&mut self) -> &mut Arc<Inner<T>> {
        &mut self.inner
    }
}

impl<T: Clone + Send + Sync + 'static> Inner<T> {
    /// The tasklet's own, if this thread may drive that.
    pub(crate) fn context_to_drive(&self) -> TaskletContext {
        match self.handle.try_lock().as_deref() {
            Ok(Some(handle)) => TaskletContext::of(handle.home()),
            _ => TaskletContext::current(),
        }
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Outcome<T>> {
        std::task::ready!(self.poll_finished(cx));
        self.is_seen.store(true, Relaxed);
        let End { result, error, .. } = self.end.get().expect("it has finished");
        Poll::Ready(match (result, error) {
            (Some(result), _) => Ok(result.get().clone()),
            (None, Some(error)) => Err(Panic::again(error.failure()).of(error.origin())),
            (None, None) => unreachable!("a panic is told"),
        })
    }

    /// As `poll`, but nobody looks at the result.
    pub(crate) fn poll_finished(&self, cx: &Context<'_>) -> Poll<()> {
        if self.end.get().is_none() {
            self.waiters.add(cx.waker());
            self.poll_handle(cx.waker());
        }
        if self.end.get().is_some() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Polls the one handle; it wakes all. `added` is the waker of who asks.
    fn poll_handle(&self, added: &Waker) {
        // Whoever holds the lock polls, and wakes us if that was the last time. It is only tried,
        // since the poll may drive a context whose tasks await this very future.
        let mut slot = match self.handle.try_lock() {
            Ok(slot) => slot,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let Some(handle) = &mut *slot else { return };
        let waker = self.waiters.waker();
        if handle.poll_done(&mut Context::from_waker(&waker)).is_ready()
            && let Some(told) = handle.take_told()
        {
            // The handle is polled by one at a time, and taken out with its outcome.
            let _first = self.end.set(End::of(told));
            *slot = None;
            drop(slot);
            self.waiters.wake_all();
        } else if let Some(home) = handle.home_driven_here() {
            self.waiters.confine(added, home);
        }
    }
}

impl<T> End<T> {
    fn of(told: Told<T>) -> End<T> {
        let origin = told.origin();
        let error = told.failure.map(|failure| TaskletError::seen(origin, failure));
        let here = || with_entered(|home| home.map(|home| Arc::downgrade(&home.to_arc())));
        let home = error.as_ref().and_then(|_| here());
        let result = match told.outcome {
            Ok(result) => Some(Kept::new(result)),
            Err(panic) => {
                // What it has said is told to each who asks; its payload is for nobody.
                drop(panic.into_failure());
                None
            }
        };
        End { result, error, home }
    }
}

impl<T> Drop for Inner<T> {
    /// A failure that came to light, but to nobody who looked: of a future that was only waited
    /// for, or stood behind another failure in a join.
    fn drop(&mut self) {
        if self.is_seen.load(Relaxed) {
            return;
        }
        let Some(End { error: Some(error), home, .. }) = self.end.get() else { return };
        let (origin, failure) = (error.origin(), error.failure().clone());
        match home.as_ref().and_then(Weak::upgrade) {
            Some(home) => home.report(origin, failure),
            None => current::with(|home| home.report(origin, failure)),
        }
    }
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for SharedFuture<T> {
    type Output = T;
    type IntoFuture = AwaitingShared<T>;

    fn into_future(self) -> AwaitingShared<T> {
        AwaitingShared { inner: self.inner }
    }
}

/// A [`SharedFuture`] that is being awaited.
#[must_use = "it still owes the tasklet's result: await it"]
pub struct AwaitingShared<T> {
    inner: Arc<Inner<T>>,
}

impl<T: Clone + Send + Sync + 'static> Future for AwaitingShared<T> {
    type Output = T;

    /// # Panics
    ///
    /// If the tasklet panicked: with what its panic said, for each who asks.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.inner.poll(cx).map(|outcome| outcome.unwrap_or_else(|panic| panic.resume()))
    }
}

impl<T: Clone + Send + Sync + 'static, E: Send + Sync + 'static> SharedFuture<Result<T, E>>
where
    Result<T, E>: Clone,
{
    /// Blocks until the result is there, and lends its error. `None` if there is none; also if the
    /// tasklet panicked, which [`get_exception`](Self::get_exception) tells.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`].
    #[track_caller]
    pub fn get_error(&self) -> Option<&E> {
        self.wait_for_end().result.as_ref()?.get().as_ref().err()
    }
}

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T> fmt::Debug for Inner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("SharedFuture");
        match self.end.get() {
            None => all.field("state", &State::Running),
            Some(End { error: None, .. }) => all.field("state", &State::Finished),
            Some(End { error: Some(error), .. }) => all.field("failed", error),
        };
        all.finish()
    }
}

impl<T> fmt::Debug for AwaitingShared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitingShared").finish_non_exhaustive()
    }
}

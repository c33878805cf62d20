//! A future for many: each awaits it, each gets a clone of the result.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, TryLockError};
use std::task::{Context, Poll, Waker};

use super::TaskletFuture;
use super::handle::Handle;
use crate::context::{Context as TaskletContext, block::block_on};
use crate::error::{Outcome, Panic};
use crate::task::Fan;

/// What the clones share.
struct Inner<T> {
    /// The result, or what the panic said; set once.
    outcome: OnceLock<Result<T, String>>,
    handle: Mutex<Option<Handle<T>>>,
    /// Those who wait, behind the one waker that the handle is polled with.
    waiters: Arc<Fan>,
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
            outcome: OnceLock::new(),
            handle: Mutex::new(Some(future.into_handle())),
            waiters: Arc::default(),
        };
        SharedFuture { inner: Arc::new(inner) }
    }

    /// Whether the result is there. Never waits.
    #[must_use]
    pub fn done(&self) -> bool {
        if self.inner.outcome.get().is_some() {
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
        let context = self.context_to_drive();
        block_on(context.shared(), self.into_future())
    }

    /// The tasklet's own, if this thread may drive that.
    pub(crate) fn context_to_drive(&self) -> TaskletContext {
        match self.inner.handle.try_lock().as_deref() {
            Ok(Some(handle)) => TaskletContext::of(handle.home()),
            _ => TaskletContext::current(),
        }
    }

    pub(crate) fn poll_shared(&self, cx: &Context<'_>) -> Poll<Outcome<T>> {
        self.inner.poll(cx)
    }

    /// Leaves the tasklet to its context, once the other clones are gone, too.
    pub fn defer(self) {
        drop(self);
    }
}

impl<T: Clone + Send + Sync + 'static> Inner<T> {
    fn poll(&self, cx: &Context<'_>) -> Poll<Outcome<T>> {
        if self.outcome.get().is_none() {
            self.waiters.add(cx.waker());
            self.poll_handle(cx.waker());
        }
        match self.outcome.get() {
            None => Poll::Pending,
            Some(Ok(result)) => Poll::Ready(Ok(result.clone())),
            Some(Err(message)) => Poll::Ready(Err(Panic::message(message.clone()))),
        }
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
        if let Poll::Ready(outcome) = handle.poll_outcome(&mut Context::from_waker(&waker)) {
            let outcome = outcome.map_err(|panic| panic.to_failure().text().to_owned());
            // The handle is polled by one at a time, and taken out with its outcome.
            let _first = self.outcome.set(outcome);
            *slot = None;
            drop(slot);
            self.waiters.wake_all();
        } else if let Some(home) = handle.home_driven_here() {
            self.waiters.confine(added, home);
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

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFuture").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for AwaitingShared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitingShared").finish_non_exhaustive()
    }
}

//! The polling side of a handle: what `.await` makes of it.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::handle::Handle;

/// A [`TaskletFuture`](crate::TaskletFuture) that is being awaited.
///
/// It owes as the handle does. If it is dropped before it is ready (the loser of a `select!`), the
/// tasklet counts as deferred.
#[must_use = "it still owes the tasklet's result: await it"]
pub struct Awaiting<T> {
    handle: Handle<T>,
}

impl<T> Awaiting<T> {
    #[inline]
    pub(crate) fn new(handle: Handle<T>) -> Awaiting<T> {
        Awaiting { handle }
    }
}

// The result is moved out, never pinned.
impl<T> Unpin for Awaiting<T> {}

impl<T> Future for Awaiting<T> {
    type Output = T;

    /// # Panics
    ///
    /// If the tasklet did, or was cancelled with its whole context.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.handle.poll_result(cx)
    }
}

impl<T> fmt::Debug for Awaiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Awaiting").field(&format_args!("{}", self.handle.describe())).finish()
    }
}

/// A [`LocalTaskletFuture`](crate::LocalTaskletFuture) that is being awaited; stays on its thread.
#[must_use = "it still owes the tasklet's result: await it"]
pub struct LocalAwaiting<T> {
    awaiting: Awaiting<T>,
    this_thread: PhantomData<*const ()>,
}

impl<T> LocalAwaiting<T> {
    #[inline]
    pub(crate) fn new(handle: Handle<T>) -> LocalAwaiting<T> {
        LocalAwaiting { awaiting: Awaiting::new(handle), this_thread: PhantomData }
    }
}

impl<T> Unpin for LocalAwaiting<T> {}

impl<T> Future for LocalAwaiting<T> {
    type Output = T;

    /// # Panics
    ///
    /// If the tasklet did, or was cancelled with its whole context.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.awaiting).poll(cx)
    }
}

impl<T> fmt::Debug for LocalAwaiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalAwaiting").field(&self.awaiting).finish()
    }
}

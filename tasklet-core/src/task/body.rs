//! The erased body of a toplevel: polled in place, never named by whoever boxes and drops it.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// A boxed future whose drop glue is out of sight: it hides behind a function pointer that only
/// the runtime calls. `F` stays in the type for `Send` and for the borrow checker.
pub(crate) struct Body<F: Future> {
    future: NonNull<()>,
    poll: unsafe fn(NonNull<()>, &mut Context<'_>) -> Poll<F::Output>,
    drop: unsafe fn(NonNull<()>),
    kind: PhantomData<F>,
}

// SAFETY: a body owns its future as a box would.
unsafe impl<F: Future + Send> Send for Body<F> {}

impl<F: Future> Body<F> {
    #[inline]
    pub(crate) fn new(future: F) -> Body<F> {
        let future = NonNull::from(Box::leak(Box::new(future))).cast();
        Body { future, poll: poll::<F>, drop: drop_body::<F>, kind: PhantomData }
    }

    /// Polls the future.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the future is alive until the body is dropped, and `&mut self` excludes others.
        unsafe { (self.poll)(self.future, cx) }
    }
}

impl<F: Future> Drop for Body<F> {
    fn drop(&mut self) {
        // SAFETY: dropped once, here.
        unsafe { (self.drop)(self.future) };
    }
}

impl<F: Future> fmt::Debug for Body<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// # Safety
///
/// `future` points to a live `F` that nobody else uses now, and that is never moved.
#[inline]
unsafe fn poll<F: Future>(future: NonNull<()>, cx: &mut Context<'_>) -> Poll<F::Output> {
    // SAFETY: as the caller promises.
    let future = unsafe { future.cast::<F>().as_mut() };
    // SAFETY: a box's contents stay where they are until they are dropped in place.
    unsafe { Pin::new_unchecked(future) }.poll(cx)
}

/// # Safety
///
/// `future` came from a box of `F`, and is not used again.
unsafe fn drop_body<F>(future: NonNull<()>) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(future.cast::<F>().as_ptr()) });
}

//! A value that the runtime keeps for somebody, and that it alone drops.
//!
//! Whoever reads a compiled program for the places where a tasklet's future may be dropped finds
//! the calls of drop glue. What a user has handed to the runtime is used up there as it should be,
//! or given up with a cancelled task, and is no such place: so its glue hides behind a function
//! pointer, which is read from a table and never called by name.

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// A value in its place, with no drop glue but the call of a pointer. An optimised build knows the
/// pointer, so that this costs nothing.
#[repr(transparent)]
pub struct Kept<T>(ManuallyDrop<T>);

struct Table {
    /// # Safety
    ///
    /// It is a value of the type that the table was made for, alive and the caller's, and is not
    /// used again.
    drop: unsafe fn(NonNull<()>),
}

impl<T> Kept<T> {
    const TABLE: &'static Table = &Table { drop: drop_kept::<T> };

    #[inline(always)]
    pub(crate) const fn new(value: T) -> Kept<T> {
        Kept(ManuallyDrop::new(value))
    }

    #[inline(always)]
    pub(crate) fn into_inner(self) -> T {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: taken once, since `this` is neither used nor dropped any more.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }

    #[inline]
    pub(crate) fn get(&self) -> &T {
        &self.0
    }

    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    #[inline(always)]
    pub(crate) fn as_pin_mut(self: Pin<&mut Self>) -> Pin<&mut T> {
        // SAFETY: a pinned value stays where it is until it is dropped in place, since only an
        // owner who may still move it can take it out.
        unsafe { self.map_unchecked_mut(|kept| &mut *kept.0) }
    }
}

impl<T> Drop for Kept<T> {
    #[inline(always)]
    fn drop(&mut self) {
        let value = NonNull::from(&mut *self.0);
        // SAFETY: dropped once, here.
        unsafe { (Self::TABLE.drop)(value.cast()) };
    }
}

impl<F: Future> Future for Kept<F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.as_pin_mut().poll(cx)
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// # Safety
///
/// See [`Table::drop`].
#[inline]
unsafe fn drop_kept<T>(value: NonNull<()>) {
    // SAFETY: as the caller promises.
    unsafe { value.cast::<T>().drop_in_place() };
}

/// The call itself, when its time comes; what it has captured is dropped with it.
#[inline]
pub(crate) fn kept_call<R>(call: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let call = Kept::new(call);
    move || call.into_inner()()
}

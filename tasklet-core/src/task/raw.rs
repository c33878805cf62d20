//! What depends on the future's type, behind one static table: poll, drop, describe, free.

use std::alloc::Layout;
use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::cell::{Header, TaskCell};
use super::{pool, waker};
use crate::error::{About, Failure, Origin, Outcome, Panic};

/// What a closure without captures tells of a result: the tasklet's name, and what is wrong.
pub(crate) trait Describe<T>: Fn(Option<&T>) -> About + Copy {}
impl<T, A: Fn(Option<&T>) -> About + Copy> Describe<T> for A {}

/// The erased form of a [`Describe`]; a null pointer stands for "no result".
#[derive(Clone, Copy, Debug)]
pub(super) struct Meta {
    /// # Safety
    ///
    /// The pointer is null or points to a live value of the type this table was made for.
    describe: unsafe fn(*const ()) -> About,
}

impl Meta {
    /// The table for results of type `T`, described by `A`.
    #[inline]
    const fn of<T, A: Describe<T>>() -> &'static Meta {
        const { &Meta { describe: describe::<T, A> } }
    }

    /// The tasklet's name alone.
    pub(super) fn name(&self) -> About {
        // SAFETY: null is always allowed.
        unsafe { (self.describe)(std::ptr::null()) }
    }

    /// The name, and what is wrong with the result.
    ///
    /// # Safety
    ///
    /// `T` is the type that this table was made for.
    unsafe fn describe<T>(&self, result: &T) -> About {
        // SAFETY: a reference to a live value of the right type, as the caller promises.
        unsafe { (self.describe)(std::ptr::from_ref(result).cast()) }
    }
}

/// Where a tasklet was called, and how its results are described.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Known<T> {
    meta: &'static Meta,
    place: &'static Location<'static>,
    result: PhantomData<fn(&T)>,
}

impl<T> Known<T> {
    #[inline]
    pub(crate) fn of<A: Describe<T>>(place: &'static Location<'static>, _about: A) -> Known<T> {
        Known { meta: Meta::of::<T, A>(), place, result: PhantomData }
    }

    /// What a task's header knows.
    ///
    /// # Safety
    ///
    /// The table was made for results of type `T`.
    pub(super) unsafe fn of_task(
        meta: &'static Meta,
        place: &'static Location<'static>,
    ) -> Known<T> {
        Known { meta, place, result: PhantomData }
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { info: self.meta.name().info, place: self.place }
    }

    /// What is wrong with a result, if anything.
    #[inline]
    pub(crate) fn failure(&self, result: &T) -> Option<Failure> {
        // SAFETY: the table was made for this type, as those who made this have seen to.
        unsafe { self.meta.describe(result) }.failure
    }
}

/// # Safety
///
/// `result` is null or points to a live `T`.
unsafe fn describe<T, A: Describe<T>>(result: *const ()) -> About {
    const { assert!(size_of::<A>() == 0, "a description has no captures") }
    // SAFETY: `A` takes no room, and a value of it existed (the one in the cell, or the one that
    // `Meta::of` was asked for with), so that a dangling, aligned pointer is a valid reference.
    let about = unsafe { NonNull::<A>::dangling().as_ref() };
    // SAFETY: as the caller promises.
    let result = unsafe { result.cast::<T>().as_ref() };
    about(result)
}

/// The functions that know a task's types.
#[derive(Debug)]
pub(super) struct VTable {
    /// Polls the future; `true` if it has finished and its outcome is stored.
    ///
    /// # Safety
    ///
    /// The caller drives the context, the future is alive and not being polled.
    pub(super) poll: unsafe fn(NonNull<Header>) -> bool,
    /// Drops the future.
    ///
    /// # Safety
    ///
    /// As for `poll`; the stage is empty afterwards.
    pub(super) drop_future: unsafe fn(NonNull<Header>),
    /// Drops the stored outcome, after telling what was wrong with it.
    ///
    /// # Safety
    ///
    /// The outcome is there and the caller's; the stage is empty afterwards.
    pub(super) drop_outcome: unsafe fn(NonNull<Header>) -> About,
    /// Tells what is wrong with the stored outcome, and leaves it there.
    ///
    /// # Safety
    ///
    /// The outcome is there, and nobody takes it meanwhile.
    pub(super) look: unsafe fn(NonNull<Header>) -> About,
    /// Frees the memory.
    ///
    /// # Safety
    ///
    /// The stage is empty and nobody else knows the cell.
    pub(super) free: unsafe fn(NonNull<Header>),
    /// The tasklet's name and its eye for errors.
    pub(super) meta: &'static Meta,
    /// Where the stage lies in the cell.
    pub(super) stage_offset: usize,
}

impl VTable {
    /// The table for one pair of types.
    #[inline]
    pub(super) const fn of<F: Future, A: Describe<F::Output>>() -> &'static VTable {
        const {
            &VTable {
                poll: poll::<F, A>,
                drop_future: drop_future::<F, A>,
                drop_outcome: drop_outcome::<F, A>,
                look: look::<F, A>,
                free: free::<F, A>,
                meta: Meta::of::<F::Output, A>(),
                stage_offset: TaskCell::<F, A>::STAGE_OFFSET,
            }
        }
    }
}

/// Where the stage of a cell is. Before the first write, and while the future lives, it is an `F`;
/// afterwards an outcome, until that is taken.
#[inline]
fn stage<F: Future, A, S>(cell: NonNull<TaskCell<F, A>>) -> NonNull<S> {
    // SAFETY: the offset lies inside the cell, which is allocated as long as anybody has a pointer
    // to it.
    unsafe { cell.byte_add(TaskCell::<F, A>::STAGE_OFFSET) }.cast()
}

/// Polls once. `Some` if the future has finished; it is dropped then, the stage empty.
///
/// # Safety
///
/// The caller drives the context; the future is alive and not being polled.
#[inline(always)]
unsafe fn poll_once<F: Future, A>(cell: NonNull<TaskCell<F, A>>) -> Option<Outcome<F::Output>> {
    // SAFETY: the waker is not dropped, so that the reference it stands for, which was never
    // counted, is not given back; the cell outlives the poll, as its driver holds it.
    let waker = ManuallyDrop::new(unsafe { Waker::from_raw(waker::raw(cell.cast())) });
    let mut future = stage::<F, A, F>(cell);
    let dropped = Cell::new(false);
    let polled = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the future is alive, and nobody else touches the stage while the driver polls.
        let borrowed = unsafe { future.as_mut() };
        // SAFETY: the cell never moves, and the future is dropped in place.
        let pinned = unsafe { Pin::new_unchecked(borrowed) };
        let polled = pinned.poll(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            dropped.set(true);
            // SAFETY: it has finished and is not polled again. Inside the guard, since the drop
            // of a future is user code too.
            unsafe { future.drop_in_place() };
        }
        polled
    }));
    match polled {
        Ok(Poll::Pending) => None,
        Ok(Poll::Ready(result)) => Some(Ok(result)),
        Err(payload) => {
            if !dropped.get() {
                // SAFETY: alive until here, and not polled again.
                unsafe { drop_panicked(future) };
            }
            Some(Err(Panic::new(payload)))
        }
    }
}

/// Drops a future whose poll has panicked. A second panic says nothing new and is swallowed.
///
/// # Safety
///
/// The future is alive and the caller's.
#[cold]
unsafe fn drop_panicked<F>(future: NonNull<F>) {
    let second = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: as the caller promises.
        unsafe { future.drop_in_place() };
    }));
    // A payload is user code as well; what its drop might throw must not get out.
    std::mem::forget(second);
}

/// # Safety
///
/// See [`VTable::poll`].
#[inline(always)]
pub(super) unsafe fn poll<F: Future, A>(header: NonNull<Header>) -> bool {
    let cell = header.cast::<TaskCell<F, A>>();
    // SAFETY: the caller's promise is the callee's.
    let Some(outcome) = (unsafe { poll_once(cell) }) else {
        return false;
    };
    // SAFETY: the stage is empty now, and still the driver's.
    unsafe { stage(cell).write(outcome) };
    true
}

/// # Safety
///
/// See [`VTable::drop_future`].
unsafe fn drop_future<F: Future, A>(header: NonNull<Header>) {
    let future = stage::<F, A, F>(header.cast());
    // SAFETY: the future is alive and not being polled, as the caller promises.
    unsafe { future.drop_in_place() };
}

/// # Safety
///
/// See [`VTable::drop_outcome`].
unsafe fn drop_outcome<F: Future, A: Describe<F::Output>>(header: NonNull<Header>) -> About {
    let outcome = stage::<F, A, Outcome<F::Output>>(header.cast());
    // SAFETY: the outcome is there and the caller's.
    let outcome = unsafe { outcome.read() };
    let meta = Meta::of::<F::Output, A>();
    match outcome {
        // SAFETY: the table was made for this type.
        Ok(result) => unsafe { meta.describe(&result) },
        Err(panic) => About { failure: panic.into_untold(), ..meta.name() },
    }
}

/// # Safety
///
/// See [`VTable::look`].
unsafe fn look<F: Future, A: Describe<F::Output>>(header: NonNull<Header>) -> About {
    let outcome = stage::<F, A, Outcome<F::Output>>(header.cast());
    let meta = Meta::of::<F::Output, A>();
    // SAFETY: the outcome is there, and stays.
    match unsafe { outcome.as_ref() } {
        // SAFETY: the table was made for this type.
        Ok(result) => unsafe { meta.describe(result) },
        Err(panic) => meta.name().failed(panic.to_failure()),
    }
}

/// # Safety
///
/// See [`VTable::free`].
#[inline]
unsafe fn free<F: Future, A>(header: NonNull<Header>) {
    // SAFETY: nobody else knows the cell; its stage is empty, and only the header is left to drop.
    unsafe { header.drop_in_place() };
    // SAFETY: that is where `allocate` had it from.
    unsafe { pool::free(header.cast(), Layout::new::<TaskCell<F, A>>()) };
}

/// Memory for a cell, filled in.
#[inline]
pub(super) fn allocate<F: Future, A>(
    header: Header,
    make: impl FnOnce() -> F,
    about: A,
) -> NonNull<TaskCell<F, A>> {
    let cell = pool::allocate(Layout::new::<TaskCell<F, A>>()).cast::<TaskCell<F, A>>();
    // Written part by part, the future made in place: a cell that is put together elsewhere and
    // then moved is copied in wider pieces than it was written in, which stalls the processor for
    // longer than all the rest takes.
    // SAFETY: the memory is large and aligned enough for a cell, which begins with its header.
    unsafe { cell.cast().write(header) };
    // SAFETY: as above, and this is where the stage is.
    unsafe { stage(cell).write(make()) };
    // A description takes no room: there is nothing to write.
    let _about = about;
    cell
}

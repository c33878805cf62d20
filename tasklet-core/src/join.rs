//! Several futures at once. All of these wait for *all*, also when one fails: nothing is left
//! running unseen, and which error is the result does not depend on timing. What fails behind the
//! first by position is left to its context, as if it were deferred: that tells what was wrong.
//!
//! The tasklets run by themselves, so that a join polls them one after the other: while it waits
//! for the first, the others go on.

mod any;
mod macros;
mod sequence;
mod tuple;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub use any::{WaitAll, WaitAny, wait_all, wait_any};
pub use sequence::{JoinArray, JoinVec, TryJoinArray, TryJoinVec};
pub(crate) use sequence::{Never, Results, always};

use crate::context::{Context as TaskletContext, block::block_on};
use crate::error::Outcome;
use crate::future::handle::Handle;
use crate::future::{LocalTaskletFuture, SharedFuture, SharedInner, TaskletFuture};
use crate::task::unwrap_all;
pub(crate) use sealed::Inner;

mod sealed {
    use std::task::{Context, Poll};

    use crate::error::Outcome;

    /// A handle, and what is in it. The message is that of [`Joinable`](super::Joinable): rustc
    /// tells of the one or the other bound.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not the future of a tasklet",
        label = "cannot be joined",
        note = "start it first: make it a `#[tasklet]`, or use `Context::current().spawn(..)`"
    )]
    pub trait Sealed: Sized {
        /// What the tasklet returns.
        type Output;

        /// What is in it. A handle that was dropped, used up or not, would pass for a mistake to
        /// whoever looks for handles that are dropped: so joins work with what is in them.
        type Inner: Inner<Output = Self::Output>;

        fn into_inner(self) -> Self::Inner;

        fn all_into_inner(all: Vec<Self>) -> Vec<Self::Inner>;

        fn inner(&mut self) -> &mut Self::Inner;
    }

    /// What a join needs of what is in a handle.
    pub trait Inner {
        /// What the tasklet returns.
        type Output;

        /// The outcome, once.
        fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<Self::Output>>;

        /// Whether the outcome is there; it is not taken.
        fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<()>;

        /// The context to drive while this thread waits for it.
        fn home(&self) -> crate::Context;
    }
}

/// A handle that can be waited for together with others: [`TaskletFuture`],
/// [`LocalTaskletFuture`], [`SharedFuture`].
///
/// An ordinary future is not one, since it does nothing unless it is polled: start it first, with a
/// `#[tasklet]` or [`Context::spawn`](crate::Context::spawn).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the future of a tasklet",
    label = "cannot be joined",
    note = "start it first: make it a `#[tasklet]`, or use `Context::current().spawn(..)`"
)]
pub trait Joinable: sealed::Sealed {}
impl<J: sealed::Sealed> Joinable for J {}

impl<T> sealed::Sealed for TaskletFuture<T> {
    type Output = T;
    type Inner = Handle<T>;

    #[inline]
    fn into_inner(self) -> Handle<T> {
        self.into_handle()
    }

    fn all_into_inner(all: Vec<Self>) -> Vec<Handle<T>> {
        unwrap_all(all)
    }

    fn inner(&mut self) -> &mut Handle<T> {
        self.handle()
    }
}

impl<T> sealed::Sealed for LocalTaskletFuture<T> {
    type Output = T;
    type Inner = Handle<T>;

    #[inline]
    fn into_inner(self) -> Handle<T> {
        self.into_handle()
    }

    fn all_into_inner(all: Vec<Self>) -> Vec<Handle<T>> {
        unwrap_all(all)
    }

    fn inner(&mut self) -> &mut Handle<T> {
        self.handle()
    }
}

impl<T: Clone + Send + Sync + 'static> sealed::Sealed for SharedFuture<T> {
    type Output = T;
    type Inner = Arc<SharedInner<T>>;

    fn into_inner(self) -> Arc<SharedInner<T>> {
        self.into_shared()
    }

    fn all_into_inner(all: Vec<Self>) -> Vec<Arc<SharedInner<T>>> {
        unwrap_all(all)
    }

    fn inner(&mut self) -> &mut Arc<SharedInner<T>> {
        self.shared()
    }
}

impl<T> Inner for Handle<T> {
    type Output = T;

    fn home(&self) -> TaskletContext {
        TaskletContext::of(Handle::home(self))
    }

    fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        self.poll_outcome(cx)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_done(cx)
    }
}

impl<T: Clone + Send + Sync + 'static> Inner for Arc<SharedInner<T>> {
    type Output = T;

    fn home(&self) -> TaskletContext {
        self.context_to_drive()
    }

    fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        self.poll(cx)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        SharedInner::poll_finished(self, cx)
    }
}

/// Several futures that can be waited for at once: tuples of up to twelve, arrays, and `Vec`.
///
/// NDB: parallel yield, `yield a, b`.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn double(x: u32) -> u32 {
///     x * 2
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// assert_eq!((double(1), double(2)).join_all().await, (2, 4));
/// assert_eq!([double(1), double(2)].join_all().await, [2, 4]);
/// let many: Vec<_> = (0..3).map(double).collect();
/// assert_eq!(many.join_all().await, [0, 2, 4]);
/// # }
/// # run();
/// ```
pub trait JoinAll: Sized {
    /// What it becomes: ready when all are.
    type Join: Future;

    /// Waits for all. The result has the results in the same order.
    ///
    /// If some of them panicked, the panic of the first of those, in order of position, continues
    /// here after all have finished. The others are reported as failures that nobody looked at.
    fn join_all(self) -> Self::Join;
}

/// As [`JoinAll`], for futures of a `Result`.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn half(x: u32) -> Result<u32, String> {
///     if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) }
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// assert_eq!((half(2), half(4)).try_join_all().await, Ok((1, 2)));
/// assert_eq!([half(2), half(3), half(5)].try_join_all().await, Err("3 is odd".to_owned()));
/// # }
/// # run();
/// ```
pub trait TryJoinAll: Sized {
    /// What it becomes: ready when all are.
    type TryJoin: Future;

    /// Waits for all, also when one fails; then the first error, in order of position, is the
    /// result. Those behind it are reported as failures that nobody looked at.
    fn try_join_all(self) -> Self::TryJoin;
}

/// Several futures that are being waited for; what `join_all` and `try_join_all` of a tuple return.
#[must_use = "the futures inside are still owed: await it"]
pub struct Join<S> {
    slots: S,
}

/// The futures of a [`Join`], and what they come to.
#[doc(hidden)]
pub trait Slots: Unpin {
    type Output;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output>;
}

impl<S: Slots> Join<S> {
    pub(crate) fn new(slots: S) -> Join<S> {
        Join { slots }
    }

    /// Blocks until all are ready, driving the context meanwhile.
    ///
    /// # Panics
    ///
    /// As when it is awaited, and as [`TaskletFuture::get_result`].
    #[track_caller]
    pub fn get_result(self) -> S::Output {
        let context = TaskletContext::current();
        block_on(context.shared(), self)
    }
}

impl<S: Slots> Future for Join<S> {
    type Output = S::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<S::Output> {
        self.slots.poll_slots(cx)
    }
}

impl<S> fmt::Debug for Join<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").finish_non_exhaustive()
    }
}

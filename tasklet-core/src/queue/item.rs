//! What goes into a queue: values, and futures of them.

use crate::context::{current, start_in};
use crate::error::{About, Info, Outcome, Panic};
use crate::future::handle::Handle;
use crate::future::{SharedFuture, TaskletFuture};
use crate::task::Kept;
use std::future::IntoFuture as _;
use std::panic::Location;
use std::task::{Context, Poll, Waker};

/// A value that is there, or one that is to come.
#[derive(Debug)]
pub enum Content<T> {
    /// It is there. It may be a handle itself.
    Value(Kept<T>),
    /// It is the result of a tasklet. The queue owes it, and no handle does any more.
    Future(Handle<T>),
}

impl<T> Content<T> {
    /// Whether taking it waits for nothing.
    pub(super) fn is_finished(&self) -> bool {
        match self {
            Content::Value(_) => true,
            Content::Future(future) => future.is_done(),
        }
    }

    /// What came of it, if it has finished.
    pub(super) fn into_outcome(self) -> Outcome<T> {
        let mut future = match self {
            Content::Value(value) => return Ok(value.into_inner()),
            Content::Future(future) => future,
        };
        match future.poll_outcome(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            // Asked too early, it is left to its context.
            Poll::Pending => Err(Panic::message("a queue's item was taken too early".to_owned())),
        }
    }
}

pub(super) mod sealed {
    use super::Content;

    /// How a thing becomes an item.
    pub trait Item<T> {
        #[track_caller]
        fn into_content(self) -> Content<T>;
    }

    /// How a future does.
    pub trait Dependent {
        /// What the tasklet returns.
        type Output;

        #[track_caller]
        fn into_dependent(self) -> Content<Self::Output>;
    }
}

/// What `putq` takes: a value `T`, or a future of one, as [`Dependent`] has them.
#[diagnostic::on_unimplemented(
    message = "a queue of `{T}` cannot take a `{Self}`",
    label = "neither a `{T}` nor the future of a tasklet that returns one"
)]
pub trait Item<T>: sealed::Item<T> {}
impl<T, I: sealed::Item<T>> Item<T> for I {}

/// What `add_dependent` takes: a [`TaskletFuture`], or a [`SharedFuture`], whose clones are the way
/// to add the same future twice.
///
/// Several futures as one item are a tasklet that joins them, or
/// [`Context::spawn`](crate::Context::spawn)`(list.join_all())`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the future of a tasklet that any thread may finish",
    label = "cannot be a dependent",
    note = "an ordinary future does nothing by itself: make it a `#[tasklet]`, or use \
            `Context::current().spawn(..)`"
)]
pub trait Dependent: sealed::Dependent {}
impl<D: sealed::Dependent> Dependent for D {}

impl<T> sealed::Dependent for TaskletFuture<T> {
    type Output = T;

    fn into_dependent(self) -> Content<T> {
        Content::Future(self.into_handle())
    }
}

impl<T: Clone + Send + Sync + 'static> sealed::Dependent for SharedFuture<T> {
    type Output = T;

    /// A clone is awaited by a tasklet of its own, in the current context.
    fn into_dependent(self) -> Content<T> {
        static SHARED: Info = Info::new("shared dependent", module_path!());
        let about = |_: Option<&T>| About::new(&SHARED);
        let place = Location::caller();
        let awaiting = self.into_future();
        let future = current::with(|home| start_in(home, place, about, || awaiting));
        Content::Future(future.into_handle())
    }
}

impl<T> sealed::Item<T> for T {
    fn into_content(self) -> Content<T> {
        Content::Value(Kept::new(self))
    }
}

impl<T> sealed::Item<T> for TaskletFuture<T> {
    fn into_content(self) -> Content<T> {
        sealed::Dependent::into_dependent(self)
    }
}

impl<T: Clone + Send + Sync + 'static> sealed::Item<T> for SharedFuture<T> {
    fn into_content(self) -> Content<T> {
        sealed::Dependent::into_dependent(self)
    }
}

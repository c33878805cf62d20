//! What expansions of the attributes call. Not a part of the public interface: it may change in any
//! release.

#[cfg(tasklet_prove)]
#[path = "private/canary.rs"]
pub mod canary;
#[path = "private/holders.rs"]
mod holders;
#[path = "private/must_await.rs"]
pub(crate) mod must_await;
#[path = "private/transactional.rs"]
mod transactional;

use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::panic::Location;

pub use crate::context::toplevel::{Cancel, CancelLocal, Finish, FinishLocal, Toplevel};
pub use crate::error::{About, Failure, Info};
pub use must_await::{
    Ask, At, Below, Deep, Depth, Field, Fine, Here, In, InErr, Items, Itself, K, Keep, Mask,
    MustAwait, Never, No, Owes, Returns, Skip, any, open, same, tie, verdict, verdict_handle,
    verdict_items, verdict_masked,
};
pub use transactional::{
    Attempt, Fresh, FreshSelf, Stock, again, again_and_again, fresh, in_transaction, is_fresh,
    non_transactional, non_transactional_async, non_transactional_local, once, options,
    outside_only, outside_only_async, outside_only_local, transactional, transactional_async,
    transactional_blocking, transactional_local,
};

use crate::context::{block, current, start_in, toplevel as root};
use crate::error::Origin;
use crate::future::handle::Handle;
use crate::future::local::start_local_here;
use crate::future::{LocalTaskletFuture, TaskletFuture};
use crate::task::{Companion, Known, inline};
pub use crate::transaction::{Isolation, Propagation};

/// Always `None`. `if let Some(x) = never::<R>() { return x; }` makes `R` the type that a body
/// returns, so that coercions and errors are those of the plain function.
#[inline(always)]
#[must_use]
pub const fn never<T>() -> Option<T> {
    None
}

/// Joins the two closures of an expansion: the name, and the eye for errors.
macro_rules! about {
    ($info:ident, $failure:ident) => {
        move |result: Option<&_>| About { info: $info(), failure: result.and_then($failure) }
    };
}

/// Starts the body of a `#[tasklet]`. `make` makes its future, in the very place where it will
/// stay.
#[inline]
#[track_caller]
pub fn start<M, F, I, R>(info: I, make: M, failure: R) -> TaskletFuture<F::Output>
where
    M: FnOnce() -> F,
    F: Future<Output: Send> + Send + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    R: Fn(&F::Output) -> Option<Failure> + Copy + 'static,
{
    let place = Location::caller();
    current::with(|home| start_in(home, place, about!(info, failure), make))
}

/// Starts the body of a `#[tasklet(?Send)]`.
#[inline]
#[track_caller]
pub fn start_local<M, F, I, R>(info: I, make: M, failure: R) -> LocalTaskletFuture<F::Output>
where
    M: FnOnce() -> F,
    F: Future + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    R: Fn(&F::Output) -> Option<Failure> + Copy + 'static,
{
    start_local_here(Location::caller(), about!(info, failure), make)
}

/// Runs the body of a `#[tasklet]` that never awaits.
#[inline]
#[track_caller]
pub fn ready<M, T, I, R>(info: I, body: M, failure: R) -> TaskletFuture<T>
where
    M: FnOnce() -> T,
    I: Fn() -> &'static Info + Copy,
    R: Fn(&T) -> Option<Failure> + Copy,
{
    let place = Location::caller();
    let result = inline(info, place, body, failure);
    TaskletFuture::new(Handle::ready(result, Known::of(place, about!(info, failure))))
}

/// The same of a `#[tasklet(?Send)]`.
#[inline]
#[track_caller]
pub fn ready_local<M, T, I, R>(info: I, body: M, failure: R) -> LocalTaskletFuture<T>
where
    M: FnOnce() -> T,
    I: Fn() -> &'static Info + Copy,
    R: Fn(&T) -> Option<Failure> + Copy,
{
    let place = Location::caller();
    let result = inline(info, place, body, failure);
    LocalTaskletFuture::new(Handle::ready(result, Known::of(place, about!(info, failure))))
}

/// Runs the body of a `#[synctasklet]`.
#[track_caller]
pub fn synctasklet<F: Future>(info: &'static Info, future: F) -> F::Output {
    let home = current::with(|home| home.to_arc());
    let origin = Origin { info, place: Location::caller() };
    let mut company = Companion::of_tasklet(&origin, &home.origin());
    let _company = company.enter();
    block::block_on(&home, future)
}

/// The future of an async `#[toplevel]`.
#[track_caller]
pub fn toplevel<F>(info: &'static Info, future: F) -> Toplevel<F, Finish>
where
    F: Future<Output: Send> + Send + 'static,
{
    Toplevel::new(info, Location::caller(), future)
}

/// The same, with `on_drop = "cancel"`.
#[track_caller]
pub fn toplevel_cancel<F: Future>(info: &'static Info, future: F) -> Toplevel<F, Cancel> {
    Toplevel::new(info, Location::caller(), future)
}

/// The same, with `?Send`.
#[track_caller]
pub fn toplevel_local<F>(info: &'static Info, future: F) -> Toplevel<F, FinishLocal>
where
    F: Future + 'static,
{
    Toplevel::new(info, Location::caller(), future)
}

/// The same, with `?Send` and `on_drop = "cancel"`.
#[track_caller]
pub fn toplevel_local_cancel<F>(info: &'static Info, future: F) -> Toplevel<F, CancelLocal>
where
    F: Future,
{
    Toplevel::new(info, Location::caller(), future)
}

/// Runs the body of a blocking `#[toplevel]`.
#[track_caller]
pub fn toplevel_blocking<T>(info: &'static Info, body: impl FnOnce() -> T) -> T {
    root::run_blocking(Origin { info, place: Location::caller() }, body)
}

/// A result that is asked for its error: `(&&&&Probe(&result)).failure()`.
///
/// Which of the four traits answers is decided where the expansion stands, by the concrete type:
/// method lookup tries the fewest references first.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

/// A `Result` whose error has some other error inside: `Box<dyn Error + Send + Sync>` and its like.
pub trait ViaErased {
    /// The error inside, displayed.
    fn failure(&self) -> Option<Failure>;
}

impl<T, E: AsRef<dyn Error + Send + Sync>> ViaErased for &&&Probe<'_, Result<T, E>> {
    fn failure(&self) -> Option<Failure> {
        self.0.as_ref().err().map(|error| Failure::erased(error.as_ref()))
    }
}

/// A `Result` whose error can be displayed.
pub trait ViaDisplay {
    /// The error, displayed.
    fn failure(&self) -> Option<Failure>;
}

impl<T, E: Display> ViaDisplay for &&Probe<'_, Result<T, E>> {
    fn failure(&self) -> Option<Failure> {
        self.0.as_ref().err().map(Failure::displayed)
    }
}

/// A `Result` whose error can be debug-printed.
pub trait ViaDebug {
    /// The error, debug-printed.
    fn failure(&self) -> Option<Failure>;
}

impl<T, E: Debug> ViaDebug for &Probe<'_, Result<T, E>> {
    fn failure(&self) -> Option<Failure> {
        self.0.as_ref().err().map(Failure::debugged)
    }
}

/// Anything else.
pub trait ViaAny {
    /// Nothing is known to be wrong.
    fn failure(&self) -> Option<Failure>;
}

impl<T> ViaAny for Probe<'_, T> {
    fn failure(&self) -> Option<Failure> {
        None
    }
}

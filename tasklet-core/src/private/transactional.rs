//! What the attributes of transactions call.

use std::fmt;
use std::future::Future;
use std::panic::Location;

use super::{start, start_local, synctasklet};
use crate::error::{Failure, Info, Origin};
use crate::future::{LocalTaskletFuture, TaskletFuture};
use crate::task::{Kept, kept_call};
use crate::transaction::{
    Outside, Propagation, TransactionOptions, TransactionResult, outside, refusal, run,
};

/// What an attribute begins with: unlike a call of `transaction`, a function may be a part of the
/// transaction that it is called in, as with NDB's decorators.
pub fn options() -> TransactionOptions {
    TransactionOptions::new().propagation(Propagation::Allowed)
}

// What an attempt needs, as often as there are attempts.

/// What may be given to each attempt anew: a trait of the attempt, so that nobody is told to
/// write this trait's name into a bound.
#[diagnostic::on_unimplemented(
    message = "`{T}` is an argument of a transaction, which may run again, so it must be `Clone`",
    label = "each attempt gets a clone of it",
    note = "derive or implement `Clone` for it, or write `retries = 0`"
)]
pub trait Fresh<T> {
    /// Another one.
    fn another(thing: &T) -> T;
}

/// One of several attempts.
#[derive(Debug)]
pub struct Attempt;

#[diagnostic::do_not_recommend]
impl<T: Clone> Fresh<T> for Attempt {
    fn another(thing: &T) -> T {
        thing.clone()
    }
}

/// A receiver of a body that may run several times. As `Clone` is asked of the body, too, this is
/// where the question has a name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is the receiver of a transaction, which may run again, so it must be \
               `Clone`",
    label = "each attempt gets a clone of it",
    note = "take `self: Arc<Self>` or `&self`, or write `retries = 0`"
)]
pub trait FreshSelf: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> FreshSelf for T {}

/// A stock of something: the thing, and how to make another one. It is `Clone` whatever is in it,
/// so that of a closure with stocks the compiler asks nothing that it has not asked of each.
pub struct Stock<T> {
    thing: T,
    clone: fn(&T) -> T,
}

impl<T> Clone for Stock<T> {
    fn clone(&self) -> Stock<T> {
        Stock { thing: (self.clone)(&self.thing), clone: self.clone }
    }
}

impl<T> fmt::Debug for Stock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stock").finish_non_exhaustive()
    }
}

/// A stock of an argument.
#[inline]
pub fn again<T>(argument: T) -> Stock<T>
where
    Attempt: Fresh<T>,
{
    Stock { thing: argument, clone: Attempt::another }
}

/// The argument itself.
#[inline]
pub fn fresh<T>(stock: Stock<T>) -> T {
    stock.thing
}

/// Asks of a receiver what `again` asks of an argument.
#[inline(always)]
pub const fn is_fresh<T: FreshSelf>(_: &T) {}

/// A stock of a body, whose arguments are stocks.
#[inline]
pub fn again_and_again<W: Clone>(body: W) -> Stock<W> {
    Stock { thing: body, clone: W::clone }
}

/// A stock of one, for a body that runs once.
#[inline]
pub fn once<W>(body: W) -> Stock<W> {
    Stock { thing: body, clone: |_| unreachable!("there is one attempt") }
}

/// Makes one attempt after another of a stock. The last one takes what is there.
fn attempts<W: FnOnce() -> F, F>(stock: Stock<W>) -> impl FnMut(bool) -> F {
    let mut stock = Some(stock);
    move |is_last| {
        let attempt = if is_last { stock.take() } else { stock.clone() };
        let attempt = attempt.unwrap_or_else(|| unreachable!("nothing comes after the last one"));
        (attempt.thing)()
    }
}

// In a transaction.

/// Starts the body of a `#[transactional_async]`.
#[inline]
#[track_caller]
pub fn transactional_async<R, W, F, I, P>(
    info: I,
    options: TransactionOptions,
    body: Stock<W>,
    failure: P,
) -> TaskletFuture<R>
where
    R: TransactionResult + Send + 'static,
    W: FnOnce() -> F + Send + 'static,
    F: Future<Output = R> + Send + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&R) -> Option<Failure> + Copy + Send + 'static,
{
    let origin = Origin { info: info(), place: Location::caller() };
    start(info, move || run(origin, options, attempts(body), failure), failure)
}

/// The same with `?Send`.
#[inline]
#[track_caller]
pub fn transactional_local<R, W, F, I, P>(
    info: I,
    options: TransactionOptions,
    body: Stock<W>,
    failure: P,
) -> LocalTaskletFuture<R>
where
    R: TransactionResult + 'static,
    W: FnOnce() -> F + 'static,
    F: Future<Output = R> + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&R) -> Option<Failure> + Copy + 'static,
{
    let origin = Origin { info: info(), place: Location::caller() };
    start_local(info, move || run(origin, options, attempts(body), failure), failure)
}

/// Runs the body of a `#[transactional]` that is async.
#[track_caller]
pub fn transactional<R, W, F>(
    info: &'static Info,
    options: TransactionOptions,
    body: Stock<W>,
    failure: impl Fn(&R) -> Option<Failure>,
) -> R
where
    R: TransactionResult,
    W: FnOnce() -> F,
    F: Future<Output = R>,
{
    let origin = Origin { info, place: Location::caller() };
    synctasklet(info, run(origin, options, attempts(body), failure))
}

/// Runs the body of a `#[transactional]` that blocks.
#[track_caller]
pub fn transactional_blocking<R, W>(
    info: &'static Info,
    options: TransactionOptions,
    body: Stock<W>,
    failure: impl Fn(&R) -> Option<Failure>,
) -> R
where
    R: TransactionResult,
    W: FnOnce() -> R,
{
    let origin = Origin { info, place: Location::caller() };
    let mut attempts = attempts(body);
    // The runner asks for an attempt when its context is the current one.
    let attempt = move |is_last| std::future::ready(attempts(is_last));
    synctasklet(info, run(origin, options, attempt, failure))
}

/// Runs the body of an async `#[toplevel]` that is a transaction.
#[track_caller]
pub fn in_transaction<R, W, F>(
    info: &'static Info,
    options: TransactionOptions,
    body: Stock<W>,
    failure: impl Fn(&R) -> Option<Failure>,
) -> impl Future<Output = R>
where
    R: TransactionResult,
    W: FnOnce() -> F,
    F: Future<Output = R>,
{
    let origin = Origin { info, place: Location::caller() };
    run(origin, options, attempts(body), failure)
}

// In no transaction.

/// Starts the body of a `#[non_transactional]` that is async.
#[inline]
#[track_caller]
pub fn non_transactional_async<M, F, I, P>(info: I, make: M, failure: P) -> TaskletFuture<F::Output>
where
    M: FnOnce() -> F,
    F: Future<Output: Send> + Send + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&F::Output) -> Option<Failure> + Copy + 'static,
{
    start(info, move || Outside::new(make()), failure)
}

/// The same with `?Send`.
#[inline]
#[track_caller]
pub fn non_transactional_local<M, F, I, P>(
    info: I,
    make: M,
    failure: P,
) -> LocalTaskletFuture<F::Output>
where
    M: FnOnce() -> F,
    F: Future + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&F::Output) -> Option<Failure> + Copy + 'static,
{
    start_local(info, move || Outside::new(make()), failure)
}

/// Runs the body of a `#[non_transactional]` that blocks.
pub fn non_transactional<R>(body: impl FnOnce() -> R) -> R {
    outside().enter(body)
}

/// Starts the body of a `#[non_transactional(allow_existing = false)]` that is async, unless it is
/// called in a transaction.
#[inline]
#[track_caller]
pub fn outside_only_async<R, M, F, I, P>(info: I, make: M, failure: P) -> TaskletFuture<R>
where
    R: TransactionResult + Send + 'static,
    M: FnOnce() -> F + 'static,
    F: Future<Output = R> + Send + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&R) -> Option<Failure> + Copy + 'static,
{
    start(info, move || unless_refused(make), failure)
}

/// The same with `?Send`.
#[inline]
#[track_caller]
pub fn outside_only_local<R, M, F, I, P>(info: I, make: M, failure: P) -> LocalTaskletFuture<R>
where
    R: TransactionResult + 'static,
    M: FnOnce() -> F + 'static,
    F: Future<Output = R> + 'static,
    I: Fn() -> &'static Info + Copy + 'static,
    P: Fn(&R) -> Option<Failure> + Copy + 'static,
{
    start_local(info, move || unless_refused(make), failure)
}

/// Runs the body of a `#[non_transactional(allow_existing = false)]` that blocks, unless it is
/// called in a transaction.
pub fn outside_only<R: TransactionResult>(body: impl FnOnce() -> R) -> R {
    refusal().unwrap_or_else(kept_call(body))
}

/// The body, or the answer that it must not run here. Which one, is known at the call.
fn unless_refused<R, F>(make: impl FnOnce() -> F) -> impl Future<Output = R>
where
    R: TransactionResult,
    F: Future<Output = R>,
{
    let make = kept_call(make);
    let work = refusal().map_or_else(|| Ok(Kept::new(make())), Err);
    async {
        match work {
            Ok(body) => body.await,
            Err(refusal) => refusal,
        }
    }
}

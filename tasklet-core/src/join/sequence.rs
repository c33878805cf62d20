//! Joins of a `Vec` or an array: one future is polled at a time, and its result put down.

use std::fmt;
use std::task::{Context, Poll};

use super::{Inner, Join, JoinAll, Joinable, Slots, TryJoinAll};
use crate::error::{Outcome, Panic};

/// What the first one that failed has to say.
enum Failed<E> {
    Error(E),
    Panic(Panic),
}

/// Results in order of position, or the first failure.
pub(crate) struct Results<T, E> {
    results: Vec<T>,
    failed: Option<Failed<E>>,
}

impl<T, E> Results<T, E> {
    pub(crate) fn new(capacity: usize) -> Self {
        Results { results: Vec::with_capacity(capacity), failed: None }
    }

    /// `split` tells results from errors. Nothing is to be put down after a failure: what comes
    /// then is better dropped with its future, which tells what is wrong with it.
    pub(crate) fn put_down<O>(&mut self, outcome: Outcome<O>, split: impl Fn(O) -> Result<T, E>) {
        match outcome.map(split) {
            Ok(Ok(result)) => self.results.push(result),
            Ok(Err(error)) => self.failed = Some(Failed::Error(error)),
            Err(panic) => self.failed = Some(Failed::Panic(panic)),
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// All of them, or the first error. The first panic continues here.
    pub(crate) fn take(&mut self) -> Result<Vec<T>, E> {
        match self.failed.take() {
            None => Ok(std::mem::take(&mut self.results)),
            Some(Failed::Error(error)) => Err(error),
            Some(Failed::Panic(panic)) => panic.resume(),
        }
    }
}

/// Waits for each in turn.
struct Sequence<I, T, E> {
    /// Polled where they are, and dropped together at the end: used up, but for those behind a
    /// failure.
    futures: Vec<I>,
    finished: usize,
    results: Results<T, E>,
}

impl<I: Inner, T, E> Sequence<I, T, E> {
    fn new<J: Joinable<Inner = I>>(futures: Vec<J>) -> Self {
        let futures = J::all_into_inner(futures);
        let results = Results::new(futures.len());
        Sequence { futures, finished: 0, results }
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        split: impl Fn(I::Output) -> Result<T, E>,
    ) -> Poll<Result<Vec<T>, E>> {
        while let Some(future) = self.futures.get_mut(self.finished) {
            if self.results.has_failed() {
                std::task::ready!(future.poll_finished(cx));
            } else {
                let outcome = std::task::ready!(future.poll_joined(cx));
                self.results.put_down(outcome, &split);
            }
            self.finished += 1;
        }
        if self.results.has_failed() {
            // What stands behind the failure still has its outcome, and tells what is wrong.
            self.futures.clear();
        }
        Poll::Ready(self.results.take())
    }
}

/// No future of a plain join fails other than by a panic.
#[derive(Debug)]
pub enum Never {}

pub(crate) fn always<T>(result: Result<T, Never>) -> T {
    match result {
        Ok(results) => results,
        Err(never) => match never {},
    }
}

fn into_array<T, const N: usize>(results: Vec<T>) -> [T; N] {
    match results.try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("as many results as there were futures"),
    }
}

/// The futures of a `Vec`.
pub struct JoinVec<J: Joinable>(Sequence<J::Inner, J::Output, Never>);

/// The futures of an array.
pub struct JoinArray<J: Joinable, const N: usize>(Sequence<J::Inner, J::Output, Never>);

/// The futures of a `Vec`, each of which may fail.
pub struct TryJoinVec<J: Joinable, T, E>(Sequence<J::Inner, T, E>);

/// The futures of an array, each of which may fail.
pub struct TryJoinArray<J: Joinable, T, E, const N: usize>(Sequence<J::Inner, T, E>);

macro_rules! debug {
    ($name:ident [$($generics:tt)+] [$($arguments:tt)+]) => {
        impl<$($generics)+> fmt::Debug for $name<$($arguments)+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("finished", &self.0.finished).finish()
            }
        }
    };
}

debug!(JoinVec [J: Joinable] [J]);
debug!(JoinArray [J: Joinable, const N: usize] [J, N]);
debug!(TryJoinVec [J: Joinable, T, E] [J, T, E]);
debug!(TryJoinArray [J: Joinable, T, E, const N: usize] [J, T, E, N]);

impl<J: Joinable> Unpin for JoinVec<J> {}
impl<J: Joinable, const N: usize> Unpin for JoinArray<J, N> {}
impl<J: Joinable, T, E> Unpin for TryJoinVec<J, T, E> {}
impl<J: Joinable, T, E, const N: usize> Unpin for TryJoinArray<J, T, E, N> {}

impl<J: Joinable> Slots for JoinVec<J> {
    type Output = Vec<J::Output>;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, Ok).map(always)
    }
}

impl<J: Joinable, const N: usize> Slots for JoinArray<J, N> {
    type Output = [J::Output; N];

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, Ok).map(always).map(into_array)
    }
}

impl<J: Joinable<Output = Result<T, E>>, T, E> Slots for TryJoinVec<J, T, E> {
    type Output = Result<Vec<T>, E>;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, |result| result)
    }
}

impl<J: Joinable<Output = Result<T, E>>, T, E, const N: usize> Slots for TryJoinArray<J, T, E, N> {
    type Output = Result<[T; N], E>;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, |result| result).map_ok(into_array)
    }
}

impl<J: Joinable> JoinAll for Vec<J> {
    type Join = Join<JoinVec<J>>;

    fn join_all(self) -> Self::Join {
        Join { slots: JoinVec(Sequence::new(self)) }
    }
}

impl<J: Joinable, const N: usize> JoinAll for [J; N] {
    type Join = Join<JoinArray<J, N>>;

    fn join_all(self) -> Self::Join {
        Join { slots: JoinArray(Sequence::new(self.into())) }
    }
}

impl<J: Joinable<Output = Result<T, E>>, T, E> TryJoinAll for Vec<J> {
    type TryJoin = Join<TryJoinVec<J, T, E>>;

    fn try_join_all(self) -> Self::TryJoin {
        Join { slots: TryJoinVec(Sequence::new(self)) }
    }
}

impl<J: Joinable<Output = Result<T, E>>, T, E, const N: usize> TryJoinAll for [J; N] {
    type TryJoin = Join<TryJoinArray<J, T, E, N>>;

    fn try_join_all(self) -> Self::TryJoin {
        Join { slots: TryJoinArray(Sequence::new(self.into())) }
    }
}

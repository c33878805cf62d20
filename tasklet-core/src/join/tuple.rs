//! Joins of tuples, up to twelve: each place has a slot of its own type.

use std::fmt;
use std::task::{Context, Poll};

use super::{Inner as _, Join, JoinAll, Joinable, Slots, TryJoinAll};
use crate::error::{Outcome, Panic};
use crate::task::Kept;

/// One place of a tuple.
pub enum Slot<J: Joinable> {
    /// Its future is still running, or has not been looked at.
    Waiting(J::Inner),
    /// It has come to this.
    Done(Kept<Outcome<J::Output>>),
    /// It has finished, and stands behind one that failed: what it came to is left to its context.
    Left(J::Inner),
    /// The result has gone into the tuple.
    Taken,
}

impl<J: Joinable> fmt::Debug for Slot<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Slot::Waiting(_) => "Waiting",
            Slot::Done(_) => "Done",
            Slot::Left(_) => "Left",
            Slot::Taken => "Taken",
        })
    }
}

impl<J: Joinable> Slot<J> {
    /// `is_behind` tells whether a place before this one has failed.
    fn poll(&mut self, cx: &mut Context<'_>, is_behind: bool) -> Poll<()> {
        let Slot::Waiting(future) = self else { return Poll::Ready(()) };
        if !is_behind {
            *self = Slot::Done(Kept::new(std::task::ready!(future.poll_joined(cx))));
            return Poll::Ready(());
        }
        std::task::ready!(future.poll_finished(cx));
        if let Slot::Waiting(future) = std::mem::replace(self, Slot::Taken) {
            *self = Slot::Left(future);
        }
        Poll::Ready(())
    }

    /// What its future has come to.
    fn outcome(&self) -> Option<&Outcome<J::Output>> {
        if let Slot::Done(outcome) = self { Some(outcome.get()) } else { None }
    }

    fn has_panicked(&self) -> bool {
        matches!(self.outcome(), Some(Err(_)))
    }

    fn take_outcome(&mut self) -> Option<Outcome<J::Output>> {
        match std::mem::replace(self, Slot::Taken) {
            Slot::Done(outcome) => Some(outcome.into_inner()),
            Slot::Waiting(_) | Slot::Left(_) | Slot::Taken => None,
        }
    }

    /// The panic of the one place that has it; the others are dropped, and told to their contexts.
    fn take_panic(&mut self, found: &mut Option<Panic>) {
        match self.take_outcome() {
            Some(Err(panic)) => *found = Some(panic),
            Some(Ok(result)) => drop(Kept::new(result)),
            None => {}
        }
    }

    /// The result of a place that has one.
    fn take(&mut self) -> J::Output {
        match self.take_outcome() {
            Some(Ok(result)) => result,
            Some(Err(panic)) => panic.resume(),
            None => panic!("a join was polled after it had finished"),
        }
    }
}

/// A tuple's slots, of futures whose results are taken as they are.
#[derive(Debug)]
pub struct JoinTuple<S>(S);

/// A tuple's slots, of futures each of which may fail.
#[derive(Debug)]
pub struct TryJoinTuple<S>(S);

impl<S> Unpin for JoinTuple<S> {}
impl<S> Unpin for TryJoinTuple<S> {}

macro_rules! tuples {
    ($($future:ident $result:ident $slot:ident),+) => {
        impl<$($future: Joinable),+> Slots for JoinTuple<($(Slot<$future>,)+)> {
            type Output = ($($future::Output,)+);

            fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
                let ($($slot,)+) = &mut self.0;
                let mut failed = false;
                $(
                    std::task::ready!($slot.poll(cx, failed));
                    failed |= $slot.has_panicked();
                )+
                if failed {
                    let mut panic = None;
                    $($slot.take_panic(&mut panic);)+
                    panic.map(Panic::resume);
                }
                Poll::Ready(($($slot.take(),)+))
            }
        }

        impl<Error, $($future, $result),+> Slots for TryJoinTuple<($(Slot<$future>,)+)>
        where
            $($future: Joinable<Output = Result<$result, Error>>,)+
        {
            type Output = Result<($($result,)+), Error>;

            fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
                let ($($slot,)+) = &mut self.0;
                // In order of position: the first that failed, be it an error or a panic, is the
                // result; those behind it are left to their contexts.
                let mut failed = false;
                $(
                    std::task::ready!($slot.poll(cx, failed));
                    failed |= matches!($slot.outcome(), Some(Err(_) | Ok(Err(_))));
                )+
                let mut failure: Option<Result<Error, Panic>> = None;
                $(
                    let $slot = match $slot.take_outcome() {
                        Some(Ok(Ok(result))) => Some(result),
                        Some(Ok(Err(error))) => {
                            failure = Some(Ok(error));
                            None
                        }
                        Some(Err(panic)) => {
                            failure = Some(Err(panic));
                            None
                        }
                        None => None,
                    };
                )+
                debug_assert_eq!(failed, failure.is_some(), "as each place has said");
                match failure {
                    Some(Ok(error)) => return Poll::Ready(Err(error)),
                    Some(Err(panic)) => panic.resume(),
                    None => {}
                }
                match ($($slot,)+) {
                    ($(Some($slot),)+) => Poll::Ready(Ok(($($slot,)+))),
                    _ => panic!("a join was polled after it had finished"),
                }
            }
        }

        impl<$($future: Joinable),+> JoinAll for ($($future,)+) {
            type Join = Join<JoinTuple<($(Slot<$future>,)+)>>;

            fn join_all(self) -> Self::Join {
                let ($($slot,)+) = self;
                Join { slots: JoinTuple(($(Slot::Waiting($slot.into_inner()),)+)) }
            }
        }

        impl<Error, $($future, $result),+> TryJoinAll for ($($future,)+)
        where
            $($future: Joinable<Output = Result<$result, Error>>,)+
        {
            type TryJoin = Join<TryJoinTuple<($(Slot<$future>,)+)>>;

            fn try_join_all(self) -> Self::TryJoin {
                let ($($slot,)+) = self;
                Join { slots: TryJoinTuple(($(Slot::Waiting($slot.into_inner()),)+)) }
            }
        }
    };
}

tuples!(A ResultA a);
tuples!(A ResultA a, B ResultB b);
tuples!(A ResultA a, B ResultB b, C ResultC c);
tuples!(A ResultA a, B ResultB b, C ResultC c, D ResultD d);
tuples!(A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e);
tuples!(A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f);
tuples!(A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g);
tuples!(
    A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g,
    H ResultH h
);
tuples!(
    A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g,
    H ResultH h, I ResultI i
);
tuples!(
    A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g,
    H ResultH h, I ResultI i, J ResultJ j
);
tuples!(
    A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g,
    H ResultH h, I ResultI i, J ResultJ j, K ResultK k
);
tuples!(
    A ResultA a, B ResultB b, C ResultC c, D ResultD d, E ResultE e, F ResultF f, G ResultG g,
    H ResultH h, I ResultI i, J ResultJ j, K ResultK k, L ResultL l
);

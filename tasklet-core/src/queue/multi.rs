//! Many futures that become one: a list of their results.

use std::fmt;
use std::future::IntoFuture;
use std::task::{Context, Poll};

use super::consumer::Consumer;
use super::producer::Producer;
use super::slab::Key;
use super::state::{Kind, State, Taken};
use crate::join::{Join, JoinAll, Never, Results, Slots, TryJoinAll, always};

/// One future for many: the list of their results, in the order in which they were added.
///
/// As [`join_all`](JoinAll::join_all) of a `Vec`, for futures that are not all at hand: they are
/// added by a [`Producer`], or by several, while others are running already. It is ready when all
/// producers have called `complete()` **and** all futures have finished, also if one of them fails.
///
/// * `.await` gives the results; if some tasklets panicked, the first panic in order of position
///   continues there. Where `set_exception` was called, that error alone is the list.
/// * [`try_join_all`](TryJoinAll::try_join_all)`().await`, for results that are `Result`s, gives
///   the list of what is in them, or the first error in order of position; or at once the one of
///   `set_exception`.
///
/// NDB: `MultiFuture`.
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
/// let (producer, halves) = MultiFuture::new();
/// producer.add_dependent(half(4));
/// producer.putq(Ok(1));
/// producer.complete();
/// assert_eq!(halves.try_join_all().await, Ok(vec![2, 1]));
///
/// let (producer, halves) = MultiFuture::new();
/// (2..=5).for_each(|x| {
///     producer.add_dependent(half(x));
/// });
/// producer.complete();
/// assert_eq!(halves.try_join_all().await, Err("3 is odd".to_owned()));
/// # }
/// # run();
/// ```
#[must_use = "a multi future owes what was added to it: `.await` it, `get_result()`, or `.defer()` \
              it"]
pub struct MultiFuture<T> {
    consumer: Consumer<T>,
}

impl<T> MultiFuture<T> {
    /// A list that is to be, and its first producer.
    #[track_caller]
    pub fn new() -> (Producer<T>, MultiFuture<T>) {
        let (producer, core) = Producer::new(Kind::Multi);
        (producer, MultiFuture { consumer: Consumer { core } })
    }

    /// Whether the list is complete and all its futures have finished. Never waits.
    ///
    /// NDB: `done`.
    #[must_use]
    pub fn done(&self) -> bool {
        self.consumer.core.look(State::has_ended)
    }

    /// Blocks until it is ready, driving the context meanwhile.
    ///
    /// NDB: `get_result`.
    ///
    /// # Panics
    ///
    /// As when it is awaited, and as [`TaskletFuture::get_result`](crate::TaskletFuture).
    #[track_caller]
    pub fn get_result(self) -> Vec<T> {
        self.join_all().get_result()
    }

    /// Leaves what was added to the contexts of the futures: toplevels wait for them, and report
    /// their errors. So does dropping it.
    pub fn defer(self) {
        drop(self.consumer);
    }

    /// Stops the tasklets that have not finished, and drops the results of the others.
    ///
    /// NDB: `cancel`, of the newer one.
    pub fn cancel(self) {
        let MultiFuture { consumer } = self;
        consumer.core.cancel();
    }
}

/// What becomes of a [`MultiFuture`], or of what is left of a queue.
pub struct JoinMulti<T, U, E> {
    consumer: Consumer<T>,
    /// Whether there is nothing to do before all are there.
    waits_for_end: bool,
    /// Who waits for that. It goes with the consumer.
    ender: Option<Key>,
    results: Results<U, E>,
}

impl<T, U, E> JoinMulti<T, U, E> {
    /// One that takes all items together.
    fn together(consumer: Consumer<T>) -> Self {
        JoinMulti { consumer, waits_for_end: true, ender: None, results: Results::new(0) }
    }

    /// One that takes each item as soon as it can: somebody may wait for room.
    pub(super) fn each(consumer: Consumer<T>) -> Self {
        JoinMulti { waits_for_end: false, ..JoinMulti::together(consumer) }
    }

    /// `split` tells results from errors.
    fn poll(&mut self, cx: &mut Context<'_>, split: impl Fn(T) -> Result<U, E>) -> Poll<()> {
        if self.waits_for_end {
            std::task::ready!(self.consumer.poll_end(&mut self.ender, cx));
        }
        loop {
            match std::task::ready!(self.consumer.poll_taken(cx)) {
                // With its future it tells what is wrong with it.
                Taken::Item(content) if self.results.has_failed() => drop(content),
                Taken::Item(content) => self.results.put_down(content.into_outcome(), &split),
                Taken::Abandoned => self.consumer.core.abandoned().resume(),
                Taken::End => return Poll::Ready(()),
            }
        }
    }
}

impl<T, U, E> Unpin for JoinMulti<T, U, E> {}

impl<T> Slots for JoinMulti<T, T, Never> {
    type Output = Vec<T>;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Vec<T>> {
        self.poll(cx, Ok).map(|()| always(self.results.take()))
    }
}

/// The same of results that may be errors.
pub struct TryJoinMulti<T, E>(JoinMulti<Result<T, E>, T, E>);

impl<T, E> TryJoinMulti<T, E> {
    pub(super) fn each(consumer: Consumer<Result<T, E>>) -> Self {
        TryJoinMulti(JoinMulti::each(consumer))
    }
}

impl<T, E> Slots for TryJoinMulti<T, E> {
    type Output = Result<Vec<T>, E>;

    fn poll_slots(&mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, |result| result).map(|()| self.0.results.take())
    }
}

impl<T> JoinAll for MultiFuture<T> {
    type Join = Join<JoinMulti<T, T, Never>>;

    fn join_all(self) -> Self::Join {
        Join::new(JoinMulti::together(self.consumer))
    }
}

impl<T, E> TryJoinAll for MultiFuture<Result<T, E>> {
    type TryJoin = Join<TryJoinMulti<T, E>>;

    fn try_join_all(self) -> Self::TryJoin {
        Join::new(TryJoinMulti(JoinMulti::together(self.consumer)))
    }
}

impl<T> IntoFuture for MultiFuture<T> {
    type Output = Vec<T>;
    type IntoFuture = <Self as JoinAll>::Join;

    fn into_future(self) -> Self::IntoFuture {
        self.join_all()
    }
}

impl<T> fmt::Debug for MultiFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.consumer.core.debug("MultiFuture", f)
    }
}

impl<T, U, E> fmt::Debug for JoinMulti<T, U, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.consumer.core.debug("JoinMulti", f)
    }
}

impl<T, E> fmt::Debug for TryJoinMulti<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.consumer.core.debug("TryJoinMulti", f)
    }
}

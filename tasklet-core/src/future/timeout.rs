//! A time limit that loses nothing: when time is up, the future comes back.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::event_loop::timers::Timer;
use crate::join::{Inner as _, Joinable};

/// A future with a time limit; see [`TaskletFuture::timeout`](crate::TaskletFuture::timeout).
#[must_use = "it still owes the tasklet's result: await it"]
#[derive(Debug)]
pub struct Timeout<J> {
    future: Option<J>,
    timer: Timer,
    limit: Duration,
}

impl<J> Timeout<J> {
    pub(super) fn new(future: J, limit: Duration) -> Timeout<J> {
        Timeout { future: Some(future), timer: Timer::new(limit), limit }
    }
}

impl<J> Unpin for Timeout<J> {}

impl<J: Joinable> Future for Timeout<J> {
    type Output = Result<J::Output, TimedOut<J>>;

    /// # Panics
    ///
    /// If the tasklet did; or if polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let future = this.future.as_mut().expect("a timeout is polled until it is ready");
        if let Poll::Ready(outcome) = future.inner().poll_joined(cx) {
            // Used up: nothing is owed any more.
            drop(this.future.take().map(J::into_inner));
            return Poll::Ready(Ok(outcome.unwrap_or_else(|panic| panic.resume())));
        }
        std::task::ready!(Pin::new(&mut this.timer).poll(cx));
        let limit = this.limit;
        match this.future.take() {
            Some(future) => Poll::Ready(Err(TimedOut { future, limit })),
            None => Poll::Pending,
        }
    }
}

/// Time was up before the result was there. The future is inside, and still owed.
///
/// Its `Display` says how long was waited.
#[must_use = "the future inside is still owed: take it out with `into_inner`"]
pub struct TimedOut<J> {
    future: J,
    limit: Duration,
}

impl<J> TimedOut<J> {
    /// The future, which goes on.
    pub fn into_inner(self) -> J {
        self.future
    }

    /// The time that was waited.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }
}

impl<J> fmt::Debug for TimedOut<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedOut").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<J> fmt::Display for TimedOut<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no result within {:?}", self.limit)
    }
}

impl<J> Error for TimedOut<J> {}

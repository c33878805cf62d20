//! The first of several, and all of several without taking their results.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Inner as _, Joinable};
use crate::context::{Context as TaskletContext, block::block_on};
use crate::task::collect_all;

/// Waits for the first of several futures, and hands back the rest: they go on, and are still owed.
///
/// What it gives is a pair: the future that has finished (its result is still inside) and the
/// others, in their order. `None` if there were no futures. If several have finished, it is the
/// first of them in order of position.
///
/// NDB: `Future.wait_any`. (There, nothing owes the others.)
///
/// ```
/// use tasklet_core::prelude::*;
/// use tasklet_core::{TaskletFuture, wait_any};
///
/// # tasklet_core::Context::new().block_on(async {
/// let (completer, slow) = TaskletFuture::promise();
/// let futures = vec![slow, TaskletFuture::ready("quick")];
/// let (first, rest) = wait_any(futures).await.expect("there are two");
/// assert_eq!(first.await, "quick");
///
/// completer.set_result("slow");
/// assert_eq!(rest.join_all().await, ["slow"]);
/// # });
/// ```
pub fn wait_any<J: Joinable>(futures: impl IntoIterator<Item = J>) -> WaitAny<J> {
    WaitAny { futures: collect_all(futures) }
}

/// Future for the [`wait_any`] function.
#[must_use = "the futures inside are still owed: await it"]
pub struct WaitAny<J> {
    futures: Vec<J>,
}

impl<J: Joinable> WaitAny<J> {
    /// Blocks until one is ready, driving the context meanwhile.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`](crate::TaskletFuture::wait).
    #[track_caller]
    pub fn get_result(mut self) -> Option<(J, Vec<J>)> {
        let context = context_to_drive(&mut self.futures);
        block_on(context.shared(), self)
    }
}

/// That of the first, which as a rule is that of all; the others' are driven when they are polled.
fn context_to_drive<J: Joinable>(futures: &mut [J]) -> TaskletContext {
    futures.first_mut().map_or_else(TaskletContext::current, |first| first.inner().home())
}

impl<J> Unpin for WaitAny<J> {}

impl<J: Joinable> Future for WaitAny<J> {
    type Output = Option<(J, Vec<J>)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.futures.is_empty() {
            return Poll::Ready(None);
        }
        let first =
            self.futures.iter_mut().position(|future| future.inner().poll_finished(cx).is_ready());
        let Some(index) = first else { return Poll::Pending };
        let mut rest = std::mem::take(&mut self.futures);
        let first = rest.remove(index);
        Poll::Ready(Some((first, rest)))
    }
}

impl<J> fmt::Debug for WaitAny<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitAny").field("len", &self.futures.len()).finish()
    }
}

/// Waits until all futures have finished, and leaves their results inside: they are still owed.
///
/// NDB: `Future.wait_all`.
///
/// ```
/// use tasklet_core::{TaskletFuture, wait_all};
///
/// # tasklet_core::Context::new().block_on(async {
/// let mut futures = [TaskletFuture::ready(1), TaskletFuture::ready(2)];
/// wait_all(&mut futures).await;
/// let [one, two] = futures;
/// assert_eq!(one.await + two.await, 3);
/// # });
/// ```
pub fn wait_all<J: Joinable>(futures: &mut [J]) -> WaitAll<'_, J> {
    WaitAll { futures, finished: 0 }
}

/// Future for the [`wait_all`] function.
#[must_use = "it waits for nothing unless it is awaited"]
pub struct WaitAll<'a, J> {
    futures: &'a mut [J],
    finished: usize,
}

impl<J: Joinable> WaitAll<'_, J> {
    /// Blocks until all are ready, driving the context meanwhile.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`](crate::TaskletFuture::wait).
    #[track_caller]
    pub fn get_result(self) {
        let context = context_to_drive(self.futures);
        block_on(context.shared(), self);
    }
}

impl<J: Joinable> Future for WaitAll<'_, J> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        while let Some(future) = this.futures.get_mut(this.finished) {
            std::task::ready!(future.inner().poll_finished(cx));
            this.finished += 1;
        }
        Poll::Ready(())
    }
}

impl<J> fmt::Debug for WaitAll<'_, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitAll")
            .field("len", &self.futures.len())
            .field("finished", &self.finished)
            .finish()
    }
}

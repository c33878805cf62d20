//! The producing side of a queue with a limit: it waits for room.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::core::Core;
use super::item::{Content, Dependent, Item};
use super::producer::{Side, producer};
use super::slab::Key;
use super::state::{Kind, State};
use crate::task::Kept;

/// The producing side of a queue that holds so many items at most; as
/// [`Producer`](crate::Producer), but [`putq`](Self::putq) waits for room.
///
/// What takes room is every item that was added and not taken, futures that have not finished
/// included. Those who wait have their turn in the order in which they began.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn count(producer: BoundedProducer<u32>) {
///     for n in 0..100 {
///         producer.putq(n).await;
///     }
///     producer.complete();
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// let (producer, queue) = QueueFuture::bounded(8);
/// let counting = count(producer);
/// let mut sum = 0;
/// while let Some(n) = queue.getq().await {
///     sum += n; // never more than eight numbers are waiting
/// }
/// counting.await;
/// assert_eq!(sum, 4950);
/// # }
/// # run();
/// ```
#[must_use = "whoever waits for the queue panics if a producer is dropped: `complete()` it"]
pub struct BoundedProducer<T> {
    side: Side<T>,
}

producer!(BoundedProducer);

impl<T> BoundedProducer<T> {
    #[track_caller]
    pub(super) fn new(kind: Kind, capacity: usize) -> (BoundedProducer<T>, Arc<Core<T>>) {
        let core = Core::new(kind, capacity.max(1));
        (BoundedProducer { side: Side::new(Arc::clone(&core)) }, core)
    }
}

impl<T: Send + 'static> BoundedProducer<T> {
    /// Adds the result of a future when there is room for it; see [`putq`](Self::putq).
    ///
    /// NDB: `add_dependent`.
    pub fn add_dependent<D: Dependent<Output = T>>(&self, future: D) -> PutQ<'_, T, D> {
        PutQ::new(&self.side.core, future, D::into_dependent)
    }

    /// Adds a value, or the result of a future, when there is room for it.
    ///
    /// It is ready with `true` when the item is in the queue, and with `false` if nobody takes from
    /// the queue any more, or an exception was set: then a value is dropped, and a future is left
    /// to its context.
    ///
    /// NDB: `putq`, which never waits.
    pub fn putq<I: Item<T>>(&self, item: I) -> PutQ<'_, T, I> {
        PutQ::new(&self.side.core, item, I::into_content)
    }

    /// Adds a value, or a future, if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// Otherwise the item comes back.
    #[track_caller]
    pub fn try_putq<I: Item<T>>(&self, item: I) -> Result<(), TryPutError<I>> {
        let core = &self.side.core;
        // The room is taken first: to become a dependent may start a task.
        let room = core.change(|state, _| {
            let is_open = state.is_open();
            let (room, used) = state.room();
            match is_open {
                false => None,
                true if room.is_free(used) => Some(Ok(room.add_putter(used))),
                true => Some(Err(())),
            }
        });
        match room {
            None => Err(TryPutError::Closed(item)),
            Some(Err(())) => Err(TryPutError::Full(item)),
            Some(Ok(putter)) => {
                put_into_room(core, item.into_content(), putter);
                Ok(())
            }
        }
    }
}

/// Adds the item of a putter that has room. False if it is too late for that.
fn put_into_room<T: Send + 'static>(core: &Arc<Core<T>>, content: Content<T>, putter: Key) -> bool {
    core.add(content, |state| {
        state.room().0.take(putter);
        state.is_open()
    })
}

/// Why [`BoundedProducer::try_putq`] has not added the item, which is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryPutError<I> {
    /// There is no room now.
    Full(I),
    /// Nobody takes from the queue any more, or an exception was set.
    Closed(I),
}

impl<I> TryPutError<I> {
    /// The item.
    pub fn into_inner(self) -> I {
        match self {
            TryPutError::Full(item) | TryPutError::Closed(item) => item,
        }
    }
}

impl<I> fmt::Display for TryPutError<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "the queue is full",
            TryPutError::Closed(_) => "nobody takes from the queue any more",
        })
    }
}

impl<I: fmt::Debug> std::error::Error for TryPutError<I> {}

/// Future for [`BoundedProducer::putq`] and [`BoundedProducer::add_dependent`].
///
/// If it is dropped before it is ready, the item is not added, and goes with it.
#[must_use = "the item is not in the queue before this is awaited"]
pub struct PutQ<'a, T, I> {
    core: &'a Arc<Core<T>>,
    item: Option<I>,
    into_content: fn(I) -> Content<T>,
    /// The place in line, if it had to wait.
    waiting: Option<Key>,
}

impl<'a, T, I> PutQ<'a, T, I> {
    fn new(core: &'a Arc<Core<T>>, item: I, into_content: fn(I) -> Content<T>) -> Self {
        PutQ { core, item: Some(item), into_content, waiting: None }
    }
}

impl<T, I> Unpin for PutQ<'_, T, I> {}

/// What a putter is told.
enum Answer {
    Room,
    Closed,
}

impl<T: Send + 'static, I> Future for PutQ<'_, T, I> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = &mut *self;
        if this.item.is_none() {
            // Polled again after it was ready.
            return Poll::Ready(false);
        }
        let putter = match this.waiting {
            Some(putter) => putter,
            None => *this.waiting.insert(this.core.change(|state, _| {
                let (room, used) = state.room();
                room.add_putter(used)
            })),
        };
        let answer = std::task::ready!(this.core.poll(
            cx,
            |state, _| match (state.is_open(), state.room().0.has_granted(putter)) {
                (false, _) => Some(Answer::Closed),
                (true, true) => Some(Answer::Room),
                (true, false) => None,
            },
            |state, waker| state.room().0.set_waker(putter, waker),
        ));
        match (answer, this.item.take()) {
            (Answer::Room, Some(item)) => {
                let content = (this.into_content)(item);
                this.waiting = None;
                Poll::Ready(put_into_room(this.core, content, putter))
            }
            (Answer::Closed, Some(item)) => {
                drop(Kept::new(item));
                Poll::Ready(false)
            }
            (Answer::Room | Answer::Closed, None) => Poll::Ready(false),
        }
    }
}

impl<T, I> Drop for PutQ<'_, T, I> {
    fn drop(&mut self) {
        if let Some(putter) = self.waiting.take() {
            drop(self.core.change(|state, wakes| {
                let (room, used) = state.room();
                room.remove_putter(putter, used, wakes)
            }));
        }
    }
}

impl<T, I> fmt::Debug for PutQ<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutQ").field("is_waiting", &self.waiting.is_some()).finish_non_exhaustive()
    }
}

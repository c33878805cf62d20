//! The side of a queue that puts things in.

use std::fmt;
use std::sync::Arc;

use super::core::Core;
use super::item::{Dependent, Item};
use super::state::{Kind, State};
use crate::task::Kept;

/// The producing side of a [`MultiFuture`](crate::MultiFuture), a
/// [`QueueFuture`](crate::QueueFuture), a [`SerialQueueFuture`](crate::SerialQueueFuture) or a
/// [`ReducingFuture`](crate::ReducingFuture).
///
/// Clones of it are further producers, on any thread. The queue is complete when **each** of them
/// has called [`complete`](Self::complete), which uses it up: to complete twice, or to add
/// something to what is complete, does not compile.
///
/// A producer that is dropped without a word (it has panicked, or left by a `?`) is an error: when
/// the last one is gone, whoever waits at a queue gets what was added, and then a panic which tells
/// where the queue was made; a `MultiFuture` and a `ReducingFuture` panic at once. Nobody hangs,
/// and a list with gaps never passes for a whole one. To tell of an error instead, there is
/// [`set_exception`](Self::set_exception).
///
/// NDB: the methods of these classes that add something.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn double(x: u32) -> u32 {
///     std::future::ready(x * 2).await
/// }
///
/// let (producer, queue) = SerialQueueFuture::new();
/// let other = producer.clone();
/// producer.add_dependent(double(21));
/// producer.complete();
/// other.putq(43);
/// other.complete();
///
/// assert_eq!(queue.getq().get_result(), Some(42));
/// assert_eq!(queue.getq().get_result(), Some(43));
/// assert_eq!(queue.getq().get_result(), None);
/// ```
#[must_use = "whoever waits for the queue panics if a producer is dropped: `complete()` it"]
pub struct Producer<T> {
    side: Side<T>,
}

impl<T> Producer<T> {
    #[track_caller]
    pub(super) fn new(kind: Kind) -> (Producer<T>, Arc<Core<T>>) {
        let core = Core::new(kind, usize::MAX);
        (Producer { side: Side::new(Arc::clone(&core)) }, core)
    }
}

impl<T: Send + 'static> Producer<T> {
    /// Adds the result of a future, which is the queue's from now on: the queue owes it. It is
    /// finished also if nobody ever takes it; then its failure is reported by its context.
    ///
    /// `false` if nobody takes from the queue any more, or an exception was set. Then the future is
    /// left to its context, as [`TaskletFuture::defer`](crate::TaskletFuture::defer) does.
    ///
    /// NDB: `add_dependent`.
    #[track_caller]
    pub fn add_dependent(&self, future: impl Dependent<Output = T>) -> bool {
        self.side.core.add(future.into_dependent(), |state| state.is_open())
    }

    /// Adds a value, or the result of a future.
    ///
    /// Nobody slows this down: if consumers are slower, the queue grows. Where that may be much,
    /// take a bounded queue, [`QueueFuture::bounded`](crate::QueueFuture::bounded).
    ///
    /// `false` if nobody takes from the queue any more, or an exception was set. Then a value is
    /// dropped, and a future is left to its context.
    ///
    /// NDB: `putq`.
    #[track_caller]
    pub fn putq(&self, item: impl Item<T>) -> bool {
        self.side.core.add(item.into_content(), |state| state.is_open())
    }
}

/// What both kinds of producers hold.
pub(super) struct Side<T> {
    pub(super) core: Arc<Core<T>>,
    is_complete: bool,
}

impl<T> Side<T> {
    pub(super) fn new(core: Arc<Core<T>>) -> Side<T> {
        Side { core, is_complete: false }
    }

    pub(super) fn complete(mut self) {
        self.is_complete = true;
    }

    pub(super) fn set_last(mut self, last: T) -> bool {
        self.is_complete = true;
        let last = Kept::new(last);
        let set = self.core.change(|state, wakes| state.set_last(last, wakes));
        // What comes back is dropped here, without the lock.
        set.is_ok()
    }
}

impl<T> Clone for Side<T> {
    fn clone(&self) -> Self {
        self.core.change(|state, _| state.add_producer());
        Side::new(Arc::clone(&self.core))
    }
}

impl<T> Drop for Side<T> {
    fn drop(&mut self) {
        let is_complete = self.is_complete;
        drop(self.core.change(|state, wakes| state.remove_producer(is_complete, wakes)));
    }
}

/// What does not differ between the two kinds of producers.
macro_rules! producer {
    ($name:ident) => {
        impl<T> $name<T> {
            /// Says that this producer adds nothing more. The queue is complete when all of its
            /// producers have said so.
            ///
            /// NDB: `complete`.
            pub fn complete(self) {
                self.side.complete();
            }

            /// Whether nobody takes from the queue any more, or an exception was set: what is added
            /// now is lost.
            #[must_use]
            pub fn is_closed(&self) -> bool {
                !self.side.core.look(State::is_open)
            }
        }

        impl<T, E> $name<Result<T, E>> {
            /// Ends the queue with an error, for all producers: nothing is added after it.
            ///
            /// A queue delivers what was added before, and then the error, once, to the first who
            /// asks; then it is at its end. A `MultiFuture` and a `ReducingFuture` fail at once
            /// with it; what they still wait for is left to its context.
            ///
            /// `false`, and the error is dropped, if nobody takes from the queue any more, or an
            /// exception was set before.
            ///
            /// NDB: `set_exception`.
            pub fn set_exception(self, error: E) -> bool {
                self.side.set_last(Err(error))
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                $name { side: self.side.clone() }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.side.core.debug(stringify!($name), f)
            }
        }
    };
}

pub(super) use producer;

producer!(Producer);

//! The side of a queue that takes things out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::core::Core;
use super::slab::Key;
use super::state::{State, Taken};
use crate::context::{Context as TaskletContext, block::block_on};

/// What each consumer holds. When the last of a queue goes, so does what is in the queue: values
/// are dropped, futures are left to their contexts.
pub(super) struct Consumer<T> {
    pub(super) core: Arc<Core<T>>,
}

impl<T> Consumer<T> {
    /// The first item in line, and then the end.
    pub(super) fn poll_taken(&self, cx: &mut Context<'_>) -> Poll<Taken<T>> {
        self.core.poll(
            cx,
            |state, wakes| state.take_first(wakes),
            |state, waker| state.set_watcher(waker),
        )
    }

    /// The same for those to whom a panic may go on.
    pub(super) fn poll_first(&self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_taken(cx).map(|taken| self.core.give(taken))
    }

    /// The end: all has been added, and all of it has finished. `ender` is who waits for it.
    pub(super) fn poll_end(&self, ender: &mut Option<Key>, cx: &mut Context<'_>) -> Poll<()> {
        let key = match *ender {
            Some(key) => key,
            None => *ender.insert(self.core.change(|state, _| state.enders().join())),
        };
        self.core.poll(
            cx,
            |state, _| state.has_ended().then_some(()),
            |state, waker| state.enders().set_waker(key, waker),
        )
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        drop(self.core.change(State::remove_consumer));
    }
}

/// One item of a queue, sooner or later; what `getq()` returns.
///
/// It has its place in line from the call on: of several, the first that was made has the first
/// item, whichever is awaited first. It stays valid when the queue itself is gone. If it is
/// dropped, its item is for the next in line: nothing is lost.
///
/// NDB: the future that `getq` returns. At the end of the queue it is `None` instead of an
/// `EOFError`.
#[must_use = "it takes nothing unless it is awaited"]
pub struct GetQ<T> {
    consumer: Consumer<T>,
    /// Empty when it was ready.
    getter: Option<Key>,
}

impl<T> GetQ<T> {
    pub(super) fn new(core: &Arc<Core<T>>) -> GetQ<T> {
        let getter = core.change(|state, _| state.add_getter());
        GetQ { consumer: Consumer { core: Arc::clone(core) }, getter: Some(getter) }
    }

    /// Blocks until it is ready, driving the context meanwhile.
    ///
    /// # Panics
    ///
    /// As when it is awaited, and as [`TaskletFuture::get_result`](crate::TaskletFuture).
    #[track_caller]
    pub fn get_result(self) -> Option<T> {
        let context = TaskletContext::current();
        block_on(context.shared(), self)
    }
}

impl<T> Unpin for GetQ<T> {}

impl<T> Future for GetQ<T> {
    type Output = Option<T>;

    /// # Panics
    ///
    /// If the tasklet that the item is the result of did. If the queue is at its end, and one of
    /// its producers was dropped without `complete()`.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(getter) = self.getter else { return Poll::Ready(None) };
        let taken = std::task::ready!(self.consumer.core.poll(
            cx,
            |state, wakes| state.take_for(getter, wakes),
            |state, waker| state.set_getters_waker(getter, waker),
        ));
        self.getter = None;
        Poll::Ready(self.consumer.core.give(taken))
    }
}

impl<T> Drop for GetQ<T> {
    fn drop(&mut self) {
        if let Some(getter) = self.getter {
            drop(self.consumer.core.change(|state, wakes| state.remove_getter(getter, wakes)));
        }
    }
}

impl<T> fmt::Debug for GetQ<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.consumer.core.debug("GetQ", f)
    }
}

/// The end of a queue; what `finished()` returns.
#[must_use = "it waits for nothing unless it is awaited"]
pub struct Finished<'a, T> {
    consumer: &'a Consumer<T>,
    ender: Option<Key>,
}

impl<'a, T> Finished<'a, T> {
    pub(super) fn new(consumer: &'a Consumer<T>) -> Self {
        Finished { consumer, ender: None }
    }
}

impl<T> Future for Finished<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Finished { consumer, ender } = &mut *self;
        consumer.poll_end(ender, cx)
    }
}

impl<T> Drop for Finished<'_, T> {
    fn drop(&mut self) {
        if let Some(ender) = self.ender {
            drop(self.consumer.core.change(|state, _| state.enders().leave(ender)));
        }
    }
}

impl<T> fmt::Debug for Finished<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.consumer.core.debug("Finished", f)
    }
}

/// What does not differ between the two queues.
macro_rules! queue {
    ($name:ident, $kind:ident) => {
        impl<T> $name<T> {
            /// A queue and its first producer, without a limit.
            #[track_caller]
            pub fn new() -> (Producer<T>, $name<T>) {
                let (producer, core) = Producer::new(Kind::$kind);
                (producer, $name { consumer: Consumer { core } })
            }

            /// A queue that holds `capacity` items at most, and its first producer, which waits for
            /// room. A queue without any room would be of no use: 0 counts as 1.
            #[track_caller]
            pub fn bounded(capacity: usize) -> (BoundedProducer<T>, $name<T>) {
                let (producer, core) = BoundedProducer::new(Kind::$kind, capacity);
                (producer, $name { consumer: Consumer { core } })
            }

            /// Takes the next item. `None` is the end of the queue, and stays so.
            ///
            /// Each call stands in line, at once; each has an item of its own.
            ///
            /// NDB: `getq`.
            pub fn getq(&self) -> GetQ<T> {
                GetQ::new(&self.consumer.core)
            }

            /// Waits until each producer has called `complete()` and all that was added has
            /// finished, whether or not anybody has taken it.
            ///
            /// NDB: to yield the queue itself.
            pub fn finished(&self) -> Finished<'_, T> {
                Finished::new(&self.consumer)
            }

            /// Whether each producer has called `complete()` and all that was added has finished.
            /// Never waits.
            ///
            /// NDB: `done`.
            #[must_use]
            pub fn done(&self) -> bool {
                self.consumer.core.look(State::has_ended)
            }

            /// Leaves the rest of the queue to the contexts of its futures: toplevels wait for
            /// them, and report their errors. Values are dropped. So does dropping the queue.
            pub fn defer(self) {
                drop(self.consumer);
            }

            /// Drops the rest of the queue, and stops the tasklets that have not finished.
            pub fn cancel(self) {
                let $name { consumer } = self;
                consumer.core.cancel();
            }
        }

        /// Items as [`getq`](Self::getq) gives them; what stands in line by `getq` comes first.
        impl<T> Stream for $name<T> {
            type Item = T;

            fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
                self.consumer.poll_first(cx)
            }
        }

        /// All items that are left, in the order of the queue.
        impl<T> JoinAll for $name<T> {
            type Join = Join<JoinMulti<T, T, Never>>;

            fn join_all(self) -> Self::Join {
                Join::new(JoinMulti::each(self.consumer))
            }
        }

        /// All items that are left, in the order of the queue, or the first error; the others are
        /// waited for all the same.
        impl<T, E> TryJoinAll for $name<Result<T, E>> {
            type TryJoin = Join<TryJoinMulti<T, E>>;

            fn try_join_all(self) -> Self::TryJoin {
                Join::new(TryJoinMulti::each(self.consumer))
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.consumer.core.debug(stringify!($name), f)
            }
        }
    };
}

pub(super) use queue;

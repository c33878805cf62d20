//! The results of a map one by one, while the next ones are on their way.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_lite::Stream;

use super::{MAP, Permit, Permits, read, settle, start_item};
use crate::context::{current, start_in};
use crate::error::About;
use crate::future::handle::Handle;

/// Starts a tasklet for each item of a stream, and is the stream of their results, in the order of
/// the items.
///
/// As [`map`](super::map), it starts at once, and goes on while the consumer is busy with something
/// else; but only `ahead_max` items are under way or wait to be consumed: read-ahead is bounded,
/// however long the consumer takes. `ahead_max` is one at the least.
///
/// Errors are results as others, and stop nothing. A panic of a tasklet continues in the consumer
/// when its turn comes, and what comes after it can be consumed all the same; a panic of `each` or
/// of the stream is the last item. If this is dropped, no more items are read; those that run are
/// left to the context, as deferred ones.
///
/// NDB: `Context.iter_query`.
///
/// ```
/// use futures_lite::{StreamExt, stream};
/// use tasklet_core::{block_on, map_stream, tasklet};
///
/// #[tasklet]
/// async fn square(x: u32) -> u32 {
///     x * x
/// }
///
/// block_on(async {
///     let mut squares = map_stream(stream::iter(1..), 2, square);
///     assert_eq!(squares.next().await, Some(1));
///     assert_eq!(squares.next().await, Some(4));
/// });
/// ```
#[track_caller]
pub fn map_stream<S, R>(
    items: S,
    ahead_max: usize,
    each: impl FnMut(S::Item) -> R + Send + 'static,
) -> MapStream<R::Output>
where
    S: Stream<Item: Send> + Send + 'static,
    R: IntoFuture<Output: Send + 'static, IntoFuture: Send + 'static>,
{
    let place = Location::caller();
    let permits = Permits::new(ahead_max);
    let window = Arc::new(Window::new());
    let (reader, filled) = (Arc::clone(&permits), Closing(Arc::clone(&window)));
    let body = async move {
        let start = |future, permit| {
            let result = start_item(place, async move {
                settle(future).await.unwrap_or_else(|payload| resume_unwind(payload))
            });
            filled.0.push(Ahead { result: result.into_handle(), _permit: permit });
        };
        read(items, &reader, each, start).await;
    };
    current::with(|home| start_in(home, place, |_: Option<&()>| About::new(&MAP), || body)).defer();
    MapStream { permits, window, first: None }
}

/// The results of a [`map_stream`].
#[must_use = "results are for somebody to consume"]
pub struct MapStream<T> {
    permits: Arc<Permits>,
    window: Arc<Window<T>>,
    /// The one that is waited for.
    first: Option<Ahead<T>>,
}

/// What is under way, or waits to be consumed.
struct Ahead<T> {
    result: Handle<T>,
    _permit: Permit,
}

/// What is ahead of the consumer, in the order of items.
struct Window<T>(Mutex<State<T>>);

struct State<T> {
    ahead: VecDeque<Ahead<T>>,
    is_closed: bool,
    /// The consumer's.
    waker: Option<Waker>,
}

impl<T> Window<T> {
    fn new() -> Window<T> {
        Window(Mutex::new(State { ahead: VecDeque::new(), is_closed: false, waker: None }))
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, ahead: Ahead<T>) {
        let mut state = self.lock();
        state.ahead.push_back(ahead);
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    fn poll_pop(&self, cx: &Context<'_>) -> Poll<Option<Ahead<T>>> {
        let mut state = self.lock();
        if let Some(first) = state.ahead.pop_front() {
            return Poll::Ready(Some(first));
        }
        if state.is_closed {
            return Poll::Ready(None);
        }
        let old = state.waker.replace(cx.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

/// The reader's side: nothing more will come when it is gone.
struct Closing<T>(Arc<Window<T>>);

impl<T> Drop for Closing<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

// Results are moved out, never pinned.
impl<T> Unpin for MapStream<T> {}

impl<T> Stream for MapStream<T> {
    type Item = T;

    /// # Panics
    ///
    /// If the tasklet whose turn it is did.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let first = match self.first.take() {
            Some(first) => Some(first),
            None => std::task::ready!(self.window.poll_pop(cx)),
        };
        let Some(mut first) = first else { return Poll::Ready(None) };
        // If it panics it is used up, and its permit free.
        let polled = first.result.poll_result(cx);
        if polled.is_pending() {
            self.first = Some(first);
        }
        polled.map(Some)
    }
}

impl<T> Drop for MapStream<T> {
    fn drop(&mut self) {
        self.permits.stop();
        // The reader may still hold the window; nobody will consume what is in it.
        let ahead = std::mem::take(&mut self.window.lock().ahead);
        drop(ahead);
    }
}

impl<T> fmt::Debug for MapStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapStream").field("ahead", &self.window.lock().ahead.len()).finish()
    }
}

//! A tasklet for each item of a stream, a limited number of them at a time.
//!
//! A reader, which is a tasklet too, takes a permit, then an item, and starts that one's tasklet.
//! What differs is who gives the permit back: in [`map`] the tasklet when it has finished, in
//! [`map_stream`] the consumer when it has the result.

mod stream;

use std::any::Any;
use std::future::{Future, IntoFuture, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_lite::{FutureExt as _, Stream};

use crate::context::{current, start_in};
use crate::error::{About, Failure, Info};
use crate::future::TaskletFuture;
use crate::join::{JoinAll as _, TryJoinAll as _};
use crate::task::Kept;
pub use stream::{MapStream, map_stream};

static MAP: Info = Info::new("map", module_path!());
static ITEM: Info = Info::new("item of a map", module_path!());

/// After so many items a reader lets others run, though more are there.
const ITEMS_PER_TURN_MAX: usize = 256;

/// Starts a tasklet for each item of a stream, never more than `running_max` at the same time, and
/// gives their results in the order of the items.
///
/// It starts at once: it is a tasklet itself, and begins with the items that are there. `each` is
/// called as soon as there is an item, and room for it; what it returns is the future of a tasklet,
/// or any other one, which becomes a tasklet then. `running_max` is one at the least.
///
/// If a tasklet, `each` or the stream panics, no more items are read, those that run are waited
/// for, and then the panic that is first in the order of items continues in whoever awaits this;
/// the others are reported. Futures that are in the stream still are left to their contexts.
///
/// NDB: `Query.map_async`, `Context.map_query`.
///
/// ```
/// use futures_lite::stream;
/// use tasklet_core::{Context, map, tasklet};
///
/// #[tasklet]
/// async fn square(x: u32) -> u32 {
///     x * x
/// }
///
/// let squares = map(stream::iter(1..=4), 2, square);
/// assert_eq!(squares.get_result(), [1, 4, 9, 16]);
/// ```
#[track_caller]
pub fn map<S, R>(
    items: S,
    running_max: usize,
    each: impl FnMut(S::Item) -> R + Send + 'static,
) -> TaskletFuture<Vec<R::Output>>
where
    S: Stream<Item: Send> + Send + 'static,
    R: IntoFuture<Output: Send + 'static, IntoFuture: Send + 'static>,
{
    let about = |_: Option<&Vec<R::Output>>| About::new(&MAP);
    let place = Location::caller();
    let body =
        async move { run(items, running_max, each, |_| false, place).await.join_all().await };
    current::with(|home| start_in(home, place, about, || body))
}

/// The same for tasklets that may fail: their results, or the first error.
///
/// As soon as one fails, no more items are read; those that run are waited for. The error is that
/// of the first item that fails, in the order of items, whichever of them is faster. Futures that
/// are in the stream still are left to their contexts.
///
/// ```
/// use futures_lite::stream;
/// use tasklet_core::{tasklet, try_map};
///
/// #[tasklet]
/// async fn half(x: u32) -> Result<u32, String> {
///     if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) }
/// }
///
/// assert_eq!(try_map(stream::iter([2, 4]), 8, half).get_result(), Ok(vec![1, 2]));
/// assert_eq!(try_map(stream::iter(2..), 8, half).get_result(), Err("3 is odd".to_owned()));
/// ```
#[track_caller]
pub fn try_map<S, R, T, E>(
    items: S,
    running_max: usize,
    each: impl FnMut(S::Item) -> R + Send + 'static,
) -> TaskletFuture<Result<Vec<T>, E>>
where
    S: Stream<Item: Send> + Send + 'static,
    R: IntoFuture<Output = Result<T, E>, IntoFuture: Send + 'static>,
    T: Send + 'static,
    E: std::fmt::Display + Send + 'static,
{
    let about = |result: Option<&Result<Vec<T>, E>>| {
        let error = result.and_then(|result| result.as_ref().err());
        let failure = error.map(|error| Failure::error(error.to_string()));
        About { failure, ..About::new(&MAP) }
    };
    let place = Location::caller();
    let body = async move {
        run(items, running_max, each, Result::is_err, place).await.try_join_all().await
    };
    current::with(|home| start_in(home, place, about, || body))
}

/// Reads all items, and starts their tasklets; the last one may stand for a panic of the reader.
async fn run<S, R>(
    items: S,
    running_max: usize,
    each: impl FnMut(S::Item) -> R,
    has_failed: fn(&R::Output) -> bool,
    place: &'static Location<'static>,
) -> Vec<TaskletFuture<R::Output>>
where
    S: Stream,
    R: IntoFuture<Output: Send + 'static, IntoFuture: Send + 'static>,
{
    let permits = Permits::new(running_max);
    let mut started = Vec::new();
    let start = |future, permit: Permit| {
        started.push(start_item(place, async move {
            let outcome = settle(future).await;
            if outcome.as_ref().is_ok_and(|result| !has_failed(result)) {
                drop(permit);
            } else {
                permit.stop();
            }
            outcome.unwrap_or_else(|payload| resume_unwind(payload))
        }));
    };
    read(items, &permits, each, start).await;
    started
}

type Payload = Box<dyn Any + Send>;

/// Takes a permit, then an item, starts its tasklet; until there are no more items, or somebody has
/// said to stop. A panic of the stream or of `each` takes the place of an item, the last one.
async fn read<S: Stream, R: IntoFuture>(
    items: S,
    permits: &Arc<Permits>,
    mut each: impl FnMut(S::Item) -> R,
    mut start: impl FnMut(Result<R::IntoFuture, Payload>, Permit),
) {
    // What is left in it when somebody has said to stop is left to its contexts.
    let mut items = pin!(Kept::new(items));
    let mut items_left = ITEMS_PER_TURN_MAX;
    while let Some(permit) = poll_fn(|cx| permits.poll_permit(cx)).await {
        let next = poll_fn(|cx| {
            if permits.poll_stopped(cx) {
                return Poll::Ready(None);
            }
            items.as_mut().as_pin_mut().poll_next(cx)
        });
        let future = match AssertUnwindSafe(next).catch_unwind().await {
            Ok(None) => return,
            Ok(Some(item)) => catch_unwind(AssertUnwindSafe(|| each(item).into_future())),
            Err(payload) => Err(payload),
        };
        let is_last = future.is_err();
        start(future, permit);
        if is_last {
            return;
        }
        items_left -= 1;
        if items_left == 0 {
            items_left = ITEMS_PER_TURN_MAX;
            futures_lite::future::yield_now().await;
        }
    }
}

/// The result of an item's future, or the panic that it ends with.
async fn settle<F: Future>(future: Result<F, Payload>) -> Result<F::Output, Payload> {
    match future {
        Ok(future) => Kept::new(AssertUnwindSafe(future).catch_unwind()).await,
        Err(payload) => Err(payload),
    }
}

fn start_item<F>(place: &'static Location<'static>, future: F) -> TaskletFuture<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let about = |_: Option<&F::Output>| About::new(&ITEM);
    current::with(|home| start_in(home, place, about, || future))
}

/// So many items may be under way.
struct Permits(Mutex<State>);

struct State {
    free: usize,
    is_stopped: bool,
    /// The one reader's.
    waker: Option<Waker>,
}

impl Permits {
    fn new(free: usize) -> Arc<Permits> {
        let state = State { free: free.max(1), is_stopped: false, waker: None };
        Arc::new(Permits(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A permit when one is free; `None` if the reader is to stop.
    fn poll_permit(self: &Arc<Self>, cx: &Context<'_>) -> Poll<Option<Permit>> {
        let mut state = self.lock();
        if state.is_stopped {
            return Poll::Ready(None);
        }
        if state.free == 0 {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.free -= 1;
        Poll::Ready(Some(Permit(Arc::clone(self))))
    }

    /// Whether the reader is to stop; has it woken when it is.
    fn poll_stopped(&self, cx: &Context<'_>) -> bool {
        let mut state = self.lock();
        state.waker = Some(cx.waker().clone());
        state.is_stopped
    }

    /// Tells the reader to stop.
    fn stop(&self) {
        self.lock().is_stopped = true;
        self.wake();
    }

    fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// One item may be under way; dropped when it is no more.
struct Permit(Arc<Permits>);

impl Permit {
    /// No more items are wanted.
    fn stop(self) {
        self.0.stop();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lock().free += 1;
        self.0.wake();
    }
}

//! Many futures that become one value: each batch of results is reduced to one.

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::panic::Location;

use super::consumer::Consumer;
use super::item::{Content, Item};
use super::producer::Producer;
use super::state::Kind;
use crate::context::{current, start_in};
use crate::error::{About, Failure, Info};
use crate::future::{Awaiting, TaskletFuture};
use crate::join::always;
use crate::task::Describe;

/// A [`ReducingFuture`] has its reducer called with so many values at a time.
///
/// NDB: `batch_size=20`.
pub const REDUCER_BATCH: usize = 20;

static REDUCE: Info = Info::new("reducing future", module_path!());

/// The fewest values that can become fewer.
const REDUCER_BATCH_MIN: usize = 2;

/// One future for many: what a reducer makes of their results, a batch at a time.
///
/// Whenever there are [`REDUCER_BATCH`] values, the reducer is called with them, and what it
/// returns takes their place. At the end it is called with what is left, and that is the result; a
/// single value is the result as it is, and if there was none, it is `None`. So memory is needed
/// for a batch, not for everything.
///
/// The values of a batch come in any order: whatever has finished first. So the reducer should be
/// like a sum. It returns the value, or a [`TaskletFuture`] of it; then it goes on while further
/// batches are filled. It is called by a tasklet of the context that the `ReducingFuture` was made
/// in, which goes on whether or not anybody waits.
///
/// With [`try_new`](Self::try_new) values are `Result`s, and the first error is the result, at
/// once. What is still running then is left to its context. So is it if a tasklet or the reducer
/// panics.
///
/// NDB: `ReducingFuture`.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn length(text: &'static str) -> usize {
///     std::future::ready(text.len()).await
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// let (producer, sum) = ReducingFuture::new(|lengths: Vec<usize>| lengths.iter().sum::<usize>());
/// for text in ["one", "two", "three"] {
///     producer.add_dependent(length(text));
/// }
/// producer.putq(100);
/// producer.complete();
/// assert_eq!(sum.await, Some(111));
/// # }
/// # run();
/// ```
#[must_use = "a reducing future must be used up: `.await` it, `get_result()`, or `.defer()` it"]
pub struct ReducingFuture<R> {
    future: TaskletFuture<R>,
}

impl<T: Send + 'static> ReducingFuture<Option<T>> {
    /// A result that is to be, and its first producer.
    #[track_caller]
    pub fn new<F, I>(reducer: F) -> (Producer<T>, Self)
    where
        F: FnMut(Vec<T>) -> I + Send + 'static,
        I: Item<T> + 'static,
    {
        Self::with_batch(REDUCER_BATCH, reducer)
    }

    /// The same, with another number of values in a batch; at least two.
    #[track_caller]
    pub fn with_batch<F, I>(size: usize, reducer: F) -> (Producer<T>, Self)
    where
        F: FnMut(Vec<T>) -> I + Send + 'static,
        I: Item<T> + 'static,
    {
        start(size, reducer, Ok, always, |_| About::new(&REDUCE))
    }
}

impl<T, E> ReducingFuture<Result<Option<T>, E>>
where
    T: Send + 'static,
    E: fmt::Debug + Send + 'static,
{
    /// The same of values that may be errors: the first is the result.
    ///
    /// ```
    /// use tasklet_core::ReducingFuture;
    ///
    /// let (producer, sum) = ReducingFuture::try_new(|values: Vec<u8>| {
    ///     let sum = values.into_iter().try_fold(0, u8::checked_add);
    ///     sum.ok_or("too much")
    /// });
    /// producer.putq(Ok(200));
    /// producer.putq(Ok(100));
    /// producer.complete();
    /// assert_eq!(sum.get_result(), Err("too much"));
    /// ```
    #[track_caller]
    pub fn try_new<F, I>(reducer: F) -> (Producer<Result<T, E>>, Self)
    where
        F: FnMut(Vec<T>) -> I + Send + 'static,
        I: Item<Result<T, E>> + 'static,
    {
        Self::try_with_batch(REDUCER_BATCH, reducer)
    }

    /// The same, with another number of values in a batch; at least two.
    #[track_caller]
    pub fn try_with_batch<F, I>(size: usize, reducer: F) -> (Producer<Result<T, E>>, Self)
    where
        F: FnMut(Vec<T>) -> I + Send + 'static,
        I: Item<Result<T, E>> + 'static,
    {
        start(
            size,
            reducer,
            |item| item,
            |result| result,
            |result: Option<&Result<Option<T>, E>>| {
                let error = result.and_then(|result| result.as_ref().err());
                let failure = error.map(|error| Failure::error(format!("{error:?}")));
                About { info: &REDUCE, failure }
            },
        )
    }
}

/// Starts the tasklet that reduces. `split` tells values from errors, `finish` puts the two
/// together again, and `about` says what is wrong with the result.
#[track_caller]
fn start<T, U, E, R, F, I, A>(
    size: usize,
    mut reducer: F,
    split: fn(T) -> Result<U, E>,
    finish: fn(Result<Option<U>, E>) -> R,
    about: A,
) -> (Producer<T>, ReducingFuture<R>)
where
    T: Send + 'static,
    U: Send + 'static,
    E: Send + 'static,
    R: Send + 'static,
    F: FnMut(Vec<U>) -> I + Send + 'static,
    I: Item<T> + 'static,
    A: Describe<R> + 'static,
{
    let (producer, core) = Producer::new(Kind::Reducing);
    let mut reducing = Reducing {
        consumer: Consumer { core },
        size: size.max(REDUCER_BATCH_MIN),
        batch: Vec::new(),
        reducer: move |batch| reducer(batch).into_content(),
        split,
    };
    let place = Location::caller();
    let body = || async move { finish(reducing.run().await) };
    let future = current::with(|home| start_in(home, place, about, body));
    (producer, ReducingFuture { future })
}

/// The tasklet's state.
struct Reducing<T, U, E, F> {
    consumer: Consumer<T>,
    size: usize,
    batch: Vec<U>,
    reducer: F,
    split: fn(T) -> Result<U, E>,
}

impl<T, U, E, F> Reducing<T, U, E, F>
where
    T: Send + 'static,
    F: FnMut(Vec<U>) -> Content<T>,
{
    async fn run(&mut self) -> Result<Option<U>, E> {
        loop {
            while let Some(item) = poll_fn(|cx| self.consumer.poll_first(cx)).await {
                self.batch.push((self.split)(item)?);
                if self.size <= self.batch.len() {
                    self.reduce()?;
                }
            }
            if self.batch.len() < REDUCER_BATCH_MIN {
                return Ok(self.batch.pop());
            }
            self.reduce()?;
        }
    }

    /// Puts one value in the place of the batch: at once, or when it is there.
    fn reduce(&mut self) -> Result<(), E> {
        let reduced = (self.reducer)(std::mem::take(&mut self.batch));
        if reduced.is_finished() {
            let reduced = reduced.into_outcome().unwrap_or_else(|panic| panic.resume());
            self.batch.push((self.split)(reduced)?);
        } else {
            // It is an item as the others are, though all producers may have gone.
            self.consumer.core.add(reduced, |_| true);
        }
        Ok(())
    }
}

impl<R> ReducingFuture<R> {
    /// Whether the result is there. Never waits.
    ///
    /// NDB: `done`.
    #[must_use]
    pub fn done(&self) -> bool {
        self.future.done()
    }

    /// Blocks until the result is there, driving the context meanwhile.
    ///
    /// NDB: `get_result`.
    ///
    /// # Panics
    ///
    /// As when it is awaited, and as [`TaskletFuture::get_result`].
    #[track_caller]
    pub fn get_result(self) -> R {
        self.future.get_result()
    }

    /// Leaves it to the context that it was made in: the toplevel waits for it, and reports its
    /// error.
    pub fn defer(self) {
        self.future.defer();
    }

    /// Stops reducing. What was added is left to its context.
    pub fn cancel(self) {
        self.future.cancel();
    }
}

impl<R> IntoFuture for ReducingFuture<R> {
    type Output = R;
    type IntoFuture = Awaiting<R>;

    fn into_future(self) -> Awaiting<R> {
        self.future.into_future()
    }
}

impl<R> fmt::Debug for ReducingFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReducingFuture").field(&self.future).finish()
    }
}

//! Many items, one call: loads collect until the loop has nothing else to do, and leave together.
//!
//! A [`Batcher`] keeps a `State` in each context that it is used in: the batches that are not sent
//! yet (`pending`) and the cache (`cache`). Each load takes a seat at its batch's table (`seats`),
//! and a task waits in it. When the loop is idle, or a batch is full, `call` starts the call of the
//! batch as a tasklet of the context, and hands out what comes of it.

mod cache;
mod call;
mod error;
mod hand_over;
mod pending;
mod policy;
mod seats;
mod state;
#[cfg(test)]
mod tests;

use std::fmt::{self, Display};
use std::hash::Hash;
use std::panic::Location;
use std::sync::Arc;

pub use error::BatchError;
pub use policy::Policy;

use crate::context::{current, start_in};
use crate::error::{About, Info};
use crate::future::TaskletFuture;
use crate::future::handle::Handle;
use crate::task::{HomeRef, Known};
use cache::Found;
use seats::{Answer, Waiter};
use state::{Load, State};

/// So many items are in a batch at most, if they may be merged and nothing else was said.
///
/// NDB: `MAX_GET_KEYS`.
pub const READ_ITEMS_MAX: usize = 1000;

/// So many items are in a batch at most, if their order counts and nothing else was said.
///
/// NDB: `MAX_PUT_ENTITIES`, `MAX_DELETE_KEYS`, and the 500 of `allocate_ids`.
pub const WRITE_ITEMS_MAX: usize = 500;

/// So many calls of one batcher are under way in one context at most, if nothing else was said.
/// Those that come later wait, and take in what is loaded meanwhile.
pub const CALLS_IN_FLIGHT_MAX: usize = 64;

/// So many values of one batcher are cached in one context at most, if nothing else was said.
pub const CACHE_ENTRIES_MAX: usize = 10_000;

/// What becomes of items with the same [key](Batch::key).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameKey {
    /// In one batch they are one item, which all of them wait for. For reads. An item that nobody
    /// waits for any more when its batch is sent is left out.
    Merge,
    /// Each is an item of its own, and they are applied in the order of the calls: a batch has at
    /// most one item of a key, and is sent when the one with the earlier item has come back. For
    /// writes, which are sent also if their callers have gone. A call must not wait for another
    /// write of a key that it has itself: that one waits for the call.
    InOrder,
}

/// One call that serves many items: what a [`Batcher`] needs to know of a backend.
///
/// ```
/// use std::collections::HashMap;
/// use tasklet_core::prelude::*;
///
/// struct Users;
///
/// impl Batch for Users {
///     const NAME: &'static str = "get users";
///     type Item = u32;
///     type Key = u32;
///     type Options = ();
///     type Value = Option<String>;
///     type Error = std::io::Error;
///
///     fn key(&self, id: &u32) -> u32 {
///         *id
///     }
///
///     async fn call(&self, ids: Vec<u32>, _: ()) -> BatchResults<Option<String>, Self::Error> {
///         // SELECT id, name FROM users WHERE id = ANY($1)
///         let mut rows = HashMap::from([(1, "Ada".to_owned()), (2, "Grace".to_owned())]);
///         Ok(ids.iter().map(|id| Ok(rows.remove(id))).collect())
///     }
/// }
///
/// #[tasklet]
/// async fn greet(users: Batcher<Users>, id: u32) -> String {
///     match users.load(id).await {
///         Ok(Some(name)) => format!("Hello, {name}"),
///         Ok(None) => "Who are you?".to_owned(),
///         Err(error) => error.to_string(),
///     }
/// }
///
/// let users = Batcher::new(Users);
/// let greetings: Vec<_> = [1, 2, 3, 1].map(|id| greet(users.clone(), id)).into(); // one query
/// let greetings = greetings.join_all().get_result();
/// assert_eq!(greetings, ["Hello, Ada", "Hello, Grace", "Who are you?", "Hello, Ada"]);
/// ```
pub trait Batch: Send + Sync + 'static {
    /// What a call is named in reports.
    const NAME: &'static str;

    /// The module that reports name; say `module_path!()`.
    const MODULE: &'static str = "";

    /// What becomes of items with the same key.
    const SAME_KEY: SameKey = SameKey::Merge;

    /// What is asked for, or written.
    type Item: Send + 'static;

    /// What tells whether two items are about the same thing.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;

    /// What else a call depends on: items with different options go in different batches, first
    /// come, first served. `()` if there is nothing.
    type Options: Clone + PartialEq + Send + Sync + 'static;

    /// What an item's waiter gets. It is cloned for those who share an item, and for the cache.
    type Value: Clone + Send + Sync + 'static;

    /// What can go wrong, with an item or with the whole call.
    type Error: Display + Send + Sync + 'static;

    /// The key of an item: often the item itself.
    fn key(&self, item: &Self::Item) -> Self::Key;

    /// Serves a batch. The results are in the order of the items, one for each.
    ///
    /// It is a tasklet of the context that the items were loaded in, which waits for it; it may
    /// start and await others.
    ///
    /// # Errors
    ///
    /// An error of one item is its result, and goes to those who wait for it. An error of the call
    /// goes to all, as does a panic, and as does a [wrong number](BatchError::is_wrong_count) of
    /// results.
    fn call(
        &self,
        items: Vec<Self::Item>,
        options: Self::Options,
    ) -> impl Future<Output = BatchResults<Self::Value, Self::Error>> + Send;
}

/// What [`Batch::call`] comes to: a result for each item, in their order; or an error of the call.
pub type BatchResults<V, E> = Result<Vec<Result<V, E>>, E>;

/// The name of a batch, as tasks have it.
fn info_of<B: Batch>() -> &'static Info {
    const { &Info::new(B::NAME, B::MODULE) }
}

/// Collects items until the context's loop has nothing else to do, and serves all of them with one
/// call; see [`Batch`].
///
/// There is no time window: a batch leaves as soon as every tasklet of the context waits for
/// something, or when it is full, or at a [`flush`](Batcher::flush). So batching costs no latency;
/// and what a thousand tasklets ask for one by one is one call, however deep in the code they do.
/// A batch in flight does not hold up the next one.
///
/// A batcher is a handle; clones of it are the same one. It may be used in many contexts at once,
/// as a static or in a web server's state: items of different contexts never share a call. A
/// context waits for all of its loads, and sends what it holds before it ends; if one of them fails
/// and nobody looks, that is reported once, with the name of the batch and the place of the load.
///
/// A load may be cancelled without harm to others who wait for the same item.
///
/// NDB: `AutoBatcher`, `_batch.get_batch`.
pub struct Batcher<B: Batch> {
    inner: Arc<Inner<B>>,
}

/// What the clones of a batcher share.
struct Inner<B: Batch> {
    batch: B,
    items_max: usize,
    in_flight_max: usize,
    cache_policy: Option<Policy<B::Key, bool>>,
    cache_entries_max: usize,
}

impl<B: Batch> Batcher<B> {
    /// A batcher with the usual limits, and without a cache.
    #[must_use]
    pub fn new(batch: B) -> Batcher<B> {
        Batcher::builder(batch).build()
    }

    /// A batcher with settings of your own.
    pub fn builder(batch: B) -> BatcherBuilder<B> {
        let items_max = match B::SAME_KEY {
            SameKey::Merge => READ_ITEMS_MAX,
            SameKey::InOrder => WRITE_ITEMS_MAX,
        };
        BatcherBuilder {
            inner: Inner {
                batch,
                items_max,
                in_flight_max: CALLS_IN_FLIGHT_MAX,
                cache_policy: None,
                cache_entries_max: CACHE_ENTRIES_MAX,
            },
        }
    }

    /// What it was made of.
    #[must_use]
    pub fn batch(&self) -> &B {
        &self.inner.batch
    }

    /// Puts an item into the next batch of the current context.
    #[track_caller]
    pub fn load(&self, item: B::Item) -> TaskletFuture<Result<B::Value, BatchError<B::Error>>>
    where
        B::Options: Default,
    {
        self.with(B::Options::default()).load(item)
    }

    /// The same batcher with these options, for one load or several.
    ///
    /// ```
    /// # use std::convert::Infallible;
    /// # use tasklet_core::prelude::*;
    /// # struct Pages;
    /// # impl Batch for Pages {
    /// #     const NAME: &'static str = "pages";
    /// #     type Item = u32;
    /// #     type Key = u32;
    /// #     type Options = &'static str;
    /// #     type Value = String;
    /// #     type Error = Infallible;
    /// #     fn key(&self, id: &u32) -> u32 {
    /// #         *id
    /// #     }
    /// #     async fn call(
    /// #         &self,
    /// #         ids: Vec<u32>,
    /// #         language: &'static str,
    /// #     ) -> BatchResults<String, Infallible> {
    /// #         Ok(ids.iter().map(|id| Ok(format!("page {id} in {language}"))).collect())
    /// #     }
    /// # }
    /// let pages = Batcher::new(Pages);
    /// let (one, other) = (pages.with("French").load(1), pages.with("Dutch").load(1)); // two calls
    /// assert_eq!(one.get_result().unwrap(), "page 1 in French");
    /// assert_eq!(other.get_result().unwrap(), "page 1 in Dutch");
    /// ```
    pub fn with(&self, options: B::Options) -> With<'_, B> {
        With { batcher: self, options, use_cache: None }
    }

    /// The same batcher with or without its cache, whatever the policies say.
    pub fn use_cache(&self, use_cache: bool) -> With<'_, B>
    where
        B::Options: Default,
    {
        self.with(B::Options::default()).use_cache(use_cache)
    }

    /// Sends what was loaded in the current context, and does not wait for it. The calls run up to
    /// their first suspension before this returns, as far as
    /// [`in_flight_max`](BatcherBuilder::in_flight_max) allows.
    ///
    /// It is for code that goes on with something long: whoever awaits anything need not call it.
    /// [`Context::flush`](crate::Context::flush) is the same for all batchers.
    pub fn flush(&self) {
        current::with(|home| State::with(home, &self.inner, |state| state.flush()));
    }
}

impl<B: Batch> Clone for Batcher<B> {
    fn clone(&self) -> Batcher<B> {
        Batcher { inner: Arc::clone(&self.inner) }
    }
}

impl<B: Batch> fmt::Debug for Batcher<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher").field("name", &B::NAME).finish_non_exhaustive()
    }
}

/// A [`Batcher`] with options; see [`Batcher::with`].
#[derive(Clone)]
#[must_use = "it does nothing before `load`"]
pub struct With<'a, B: Batch> {
    batcher: &'a Batcher<B>,
    options: B::Options,
    use_cache: Option<bool>,
}

impl<B: Batch> With<'_, B> {
    /// Uses the cache of the context, or does not, whatever the policies say.
    ///
    /// NDB: the option `use_cache`.
    pub fn use_cache(mut self, use_cache: bool) -> Self {
        self.use_cache = Some(use_cache);
        self
    }

    /// Puts an item into the next batch of the current context.
    #[track_caller]
    pub fn load(&self, item: B::Item) -> TaskletFuture<Result<B::Value, BatchError<B::Error>>> {
        let place = Location::caller();
        current::with(|home| self.load_in(home, place, item))
    }

    fn load_in(
        &self,
        home: HomeRef<'_>,
        place: &'static Location<'static>,
        item: B::Item,
    ) -> TaskletFuture<Answer<B>> {
        let inner = &self.batcher.inner;
        State::with(home, inner, |state| {
            let (key, options) = (inner.batch.key(&item), self.options.clone());
            let is_cached = self.batcher.uses_cache(state, self.use_cache, &key);
            if is_cached {
                let found = state.lock_cache().find(&key, &options);
                match found {
                    Found::Value(value) => return ready::<B>(place, B::Value::clone(&value)),
                    Found::Loading(waiter) => return wait(home, place, waiter),
                    Found::Nothing => {}
                }
            }
            let cached = is_cached.then(|| key.clone());
            let waiter = state.load(home, inner, Load { item, key, options, cached, place });
            wait(home, place, waiter)
        })
    }
}

impl<B: Batch> fmt::Debug for With<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("batcher", &self.batcher).finish_non_exhaustive()
    }
}

/// The future of a value that is there.
fn ready<B: Batch>(place: &'static Location<'static>, value: B::Value) -> TaskletFuture<Answer<B>> {
    let about = |_: Option<&Answer<B>>| About::new(info_of::<B>());
    TaskletFuture::new(Handle::ready(Ok(value), Known::of(place, about)))
}

/// Starts the task that waits in a seat.
fn wait<B: Batch>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    waiter: Waiter<B>,
) -> TaskletFuture<Answer<B>> {
    let about = |unseen: Option<&Answer<B>>| {
        let failure = unseen.and_then(|unseen| unseen.as_ref().err()?.untold());
        About { failure, ..About::new(info_of::<B>()) }
    };
    start_in(home, place, about, || waiter)
}

/// Makes a [`Batcher`] with settings of your own; see [`Batcher::builder`].
#[must_use = "a builder makes nothing before `build`"]
pub struct BatcherBuilder<B: Batch> {
    inner: Inner<B>,
}

impl<B: Batch> BatcherBuilder<B> {
    /// How many items a batch has at most; one at the least. [`READ_ITEMS_MAX`] or
    /// [`WRITE_ITEMS_MAX`], unless set.
    pub fn items_max(mut self, items_max: usize) -> Self {
        self.inner.items_max = items_max.max(1);
        self
    }

    /// How many calls are under way at most in one context; one at the least.
    /// [`CALLS_IN_FLIGHT_MAX`], unless set.
    ///
    /// A call that waits for a load of its own batcher counts, too: do not set it lower than such
    /// calls are nested.
    pub fn in_flight_max(mut self, in_flight_max: usize) -> Self {
        self.inner.in_flight_max = in_flight_max.max(1);
        self
    }

    /// Keeps what is loaded in the context's cache, unless a policy of the context or a call says
    /// no.
    pub fn cached(self) -> Self {
        self.cache_policy(Policy::constant(true))
    }

    /// Keeps what `policy` says of each key in the context's cache.
    pub fn cache_policy(mut self, policy: Policy<B::Key, bool>) -> Self {
        self.inner.cache_policy = Some(policy);
        self
    }

    /// How many values are cached in one context; those that were not used for the longest time go
    /// first. [`CACHE_ENTRIES_MAX`], unless set.
    pub fn cache_entries_max(mut self, entries_max: usize) -> Self {
        self.inner.cache_entries_max = entries_max;
        self
    }

    /// Makes the batcher.
    #[must_use]
    pub fn build(self) -> Batcher<B> {
        Batcher { inner: Arc::new(self.inner) }
    }
}

impl<B: Batch> fmt::Debug for BatcherBuilder<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatcherBuilder")
            .field("name", &B::NAME)
            .field("items_max", &self.inner.items_max)
            .finish_non_exhaustive()
    }
}

//! A queue in the order of completion.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_lite::Stream;

use super::bounded::BoundedProducer;
use super::consumer::{Consumer, Finished, GetQ, queue};
use super::multi::{JoinMulti, TryJoinMulti};
use super::producer::Producer;
use super::state::{Kind, State};
use crate::join::{Join, JoinAll, Never, TryJoinAll};

/// Results one at a time, as soon as they are there: whichever is first.
///
/// Made together with its first producer, by [`new`](Self::new) or [`bounded`](Self::bounded).
/// Items are taken by [`getq`](Self::getq), or as a [`Stream`]; `None` is the end. An item that is
/// an error is an item as any other, and the queue goes on; a tasklet's panic continues in whoever
/// takes its item, and the queue goes on, too. [`join_all`](JoinAll::join_all) makes a list of all
/// that are left.
///
/// It owes what it holds: it must be emptied, or joined, or [deferred](Self::defer), or
/// [cancelled](Self::cancel). So a `?` on an item does not compile in the loop that takes them:
/// it would leave the rest behind. Say what is to become of that:
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn sum(queue: QueueFuture<Result<u32, String>>) -> Result<u32, String> {
///     let mut sum = 0;
///     while let Some(item) = queue.getq().await {
///         match item {
///             Ok(value) => sum += value,
///             Err(error) => {
///                 queue.cancel(); // or `defer()`; its producers learn of it
///                 return Err(error);
///             }
///         }
///     }
///     Ok(sum)
/// }
/// # let (producer, queue) = QueueFuture::new();
/// # producer.putq(Ok(1));
/// # producer.putq(Err("enough".to_owned()));
/// # producer.complete();
/// # assert_eq!(sum(queue).get_result(), Err("enough".to_owned()));
/// ```
///
/// NDB: `QueueFuture`. There, the same pending future added twice is one item; here, a future is
/// added once, and each clone of a [`SharedFuture`](crate::SharedFuture) is an item.
///
/// ```
/// use std::time::Duration;
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn fetch(seconds: u64) -> u64 {
///     sleep(Duration::from_secs(seconds)).await;
///     seconds
/// }
///
/// # tasklet_core::Context::builder().virtual_time().build().block_on(async {
/// let (producer, queue) = QueueFuture::new();
/// for seconds in [3, 1, 2] {
///     producer.add_dependent(fetch(seconds));
/// }
/// producer.complete();
///
/// let mut fetched = Vec::new();
/// while let Some(seconds) = queue.getq().await {
///     fetched.push(seconds);
/// }
/// assert_eq!(fetched, [1, 2, 3]);
/// # });
/// ```
#[must_use = "a queue owes what it holds: take its items, `.defer()` it or `.cancel()` it"]
pub struct QueueFuture<T> {
    consumer: Consumer<T>,
}

queue!(QueueFuture, Queue);

//! A queue in the order of addition.

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

/// As [`QueueFuture`](crate::QueueFuture), but results come in the order in which they were added.
///
/// Each item belongs to one [`getq`](Self::getq), the first to the first; so a later one may be
/// ready before.
///
/// NDB: `SerialQueueFuture`. There it is `done` as soon as it is complete; here, when its futures
/// are, too.
///
/// ```
/// use futures_lite::StreamExt;
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
/// let (producer, queue) = SerialQueueFuture::new();
/// for seconds in [3, 1, 2] {
///     producer.add_dependent(fetch(seconds));
/// }
/// producer.putq(4);
/// producer.complete();
///
/// let fetched: Vec<_> = queue.collect().await; // it is a `Stream`
/// assert_eq!(fetched, [3, 1, 2, 4]);
/// # });
/// ```
#[must_use = "a queue owes what it holds: take its items, `.defer()` it or `.cancel()` it"]
pub struct SerialQueueFuture<T> {
    consumer: Consumer<T>,
}

queue!(SerialQueueFuture, Serial);

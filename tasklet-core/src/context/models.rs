//! Models of who drives a context, and of its end: each is a situation of two or three threads, run
//! in all orders (`ci/loom.sh`).
//!
//! What they prove without saying so: two threads never drive at once, and nobody waits for ever.

mod drivers;
mod ending;

use std::future::{Future, poll_fn};
use std::task::Poll;

/// A future that is ready in its second poll, which it asks for itself.
fn after_a_turn<T>(value: T) -> impl Future<Output = T> {
    let (mut value, mut was_polled) = (Some(value), false);
    poll_fn(move |cx| {
        if std::mem::replace(&mut was_polled, true) {
            return Poll::Ready(value.take().expect("polled until it is ready"));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

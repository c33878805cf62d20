//! What the tests share: backends, a deadline for every test, a log of events, gates, and what
//! panics say.

pub mod backend;
mod deadline;
pub mod kv;
mod log;
pub mod rows;

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

pub use deadline::{run, within};
pub use futures_lite::future::yield_now;
pub use log::{Log, Logged};

use tasklet_core::{Completer, TaskletFuture};

/// A future that waits until its completer says so: the way to hold a tasklet at a known place.
#[track_caller]
pub fn gate() -> (Completer<()>, TaskletFuture<()>) {
    TaskletFuture::promise()
}

/// Polls a future once, with a waker that wakes nobody.
pub fn poll_now<F: Future + Unpin>(mut future: F) -> Poll<F::Output> {
    std::pin::Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What the panic of `body` says.
///
/// # Panics
///
/// If `body` does not.
#[track_caller]
pub fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => text_of(payload.as_ref()),
    }
}

/// What the panic of a future says.
///
/// # Panics
///
/// If the future does not.
pub async fn panic_of_future(future: impl IntoFuture) -> String {
    use futures_lite::FutureExt as _;

    match AssertUnwindSafe(future.into_future()).catch_unwind().await {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => text_of(payload.as_ref()),
    }
}

/// The text of a panic's payload.
///
/// # Panics
///
/// If it is not a text.
#[must_use]
pub fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a panic with a text")
}

/// The programs of the page are tests. Those of the README are so in `databases`.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../docs/DIAGNOSTICS.md")]
    mod diagnostics {}
}

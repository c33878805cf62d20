//! Futures of many: lists, queues, reductions. What they share is asked of each of them.

/// The list of all results, or the first error by position.
mod multi;

/// Items in the order of completion.
mod completion;

/// Items in the order of addition.
mod serial;

/// One value of all.
mod reducing;

/// Queues with a limit, and who waits for room.
mod bounded;

/// Getters that go away, and streams beside them.
mod getters;

/// Producers and consumers that go away: nobody hangs, and nothing is lost.
mod endings;

/// Several threads, contexts, and large numbers.
mod threads;

use std::time::Duration;

use tasklet_core::{sleep, tasklet};

/// `Ok` after so many seconds.
#[tasklet]
async fn after(seconds: u64) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// An error after so many seconds.
#[tasklet]
async fn fails_after(seconds: u64) -> Result<u64, String> {
    sleep(Duration::from_secs(seconds)).await;
    Err(format!("failed after {seconds}"))
}

/// The same as [`after`], where others fail.
#[tasklet]
async fn succeeds_after(seconds: u64) -> Result<u64, String> {
    Ok(after(seconds).await)
}

/// A panic after so many seconds.
#[tasklet]
async fn panics_after(seconds: u64) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    panic!("panicked after {seconds}");
}

/// A waker that calls this.
fn waker_fn(call: impl Fn() + Send + Sync + 'static) -> std::task::Waker {
    struct Calls<F>(F);
    impl<F: Fn() + Send + Sync> std::task::Wake for Calls<F> {
        fn wake(self: std::sync::Arc<Self>) {
            (self.0)();
        }
    }
    std::sync::Arc::new(Calls(call)).into()
}

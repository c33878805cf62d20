//! Tests with an end: one that hangs fails, also when it blocks its thread.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

/// No test takes a hundredth of this.
const TEST_MAX: Duration = Duration::from_secs(30);

/// Runs a test on a runtime such as servers have.
pub(crate) fn run(test: impl Future<Output = ()> + Send + 'static) {
    run_blocking(|| Runtime::new().expect("a runtime can be built").block_on(test));
}

/// Runs a test on a thread of its own.
pub(crate) fn run_blocking(test: impl FnOnce() + Send + 'static) {
    let (running, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _dropped_at_the_end = running;
        test();
    });
    if ended.recv_timeout(TEST_MAX) == Err(RecvTimeoutError::Timeout) {
        panic!("the test still runs after {TEST_MAX:?}");
    }
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
}

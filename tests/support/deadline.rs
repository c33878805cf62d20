//! A test that hangs fails: its body runs on a thread of its own, which is waited for so long.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tasklet_core::Context;

/// No test takes a hundredth of it. It is this long for machines that do ten things at once.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs a test's body on a thread of its own, with a deadline.
///
/// # Panics
///
/// If `body` does, or if it has not ended by the deadline. Then its thread is left behind.
#[track_caller]
pub fn within<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    let (ended, end) = channel();
    let name = thread::current().name().unwrap_or("test").to_owned();
    let run = move || {
        let result = body();
        // Whoever should receive it has given up after the deadline.
        let _late = ended.send(());
        result
    };
    let thread = thread::Builder::new().name(name).spawn(run).expect("a thread for the test");
    if end.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
        panic!("it hangs: not ended after {DEADLINE:?}");
    }
    thread.join().unwrap_or_else(|payload| resume_unwind(payload))
}

/// Runs an async test in a context with virtual time, with a deadline in real time.
///
/// # Panics
///
/// As [`within`].
#[track_caller]
pub fn run<R: Send + 'static>(body: impl AsyncFnOnce() -> R + Send + 'static) -> R {
    within(|| Context::builder().virtual_time().build().block_on(body()))
}

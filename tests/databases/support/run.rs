//! Where the tests run: a fresh context on a thread of its own, which must end in time.

use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;

use tasklet_core::Context;
use tokio::runtime::{Builder, Runtime};

use crate::DEADLINE;

/// The runtime that drives the sockets and timers of all tests of this process.
///
/// # Panics
///
/// If this machine has no thread left.
#[must_use]
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let make = || Builder::new_multi_thread().worker_threads(2).enable_all().build();
    RUNTIME.get_or_init(|| make().expect("a runtime"))
}

/// Runs a future that is in no context: what a program prepares.
///
/// # Panics
///
/// If it does.
pub fn run_in_runtime<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Runs an async test in a context of its own, and waits for all that it has started.
///
/// # Panics
///
/// If it does, or if it has not ended by the deadline. Then its thread is left behind.
#[track_caller]
pub fn run<R: Send + 'static>(body: impl AsyncFnOnce() -> R + Send + 'static) -> R {
    let (ended, end) = channel();
    let name = thread::current().name().unwrap_or("test").to_owned();
    let run = move || {
        let _in = runtime().enter();
        let context = Context::new();
        let result = context.block_on(context.scope_to_end(body()));
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

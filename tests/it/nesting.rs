//! Blocking inside of blocking: it works, down to a depth that has a name.

use std::thread;

use tasklet_core::{BLOCKING_DEPTH_MAX, synctasklet, tasklet};
use tests::{panic_of, within, yield_now};

#[tasklet]
async fn block_deeper(depth: u32) -> u32 {
    yield_now().await;
    if depth == 0 { 0 } else { block_deeper(depth - 1).get_result() + 1 }
}

#[synctasklet]
async fn block_at_once(depth: u32) -> u32 {
    if depth == 0 { 0 } else { block_at_once(depth - 1) + 1 }
}

/// Runs the body on a thread with the stack that a thread of std has.
fn on_a_small_stack<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    within(|| {
        let builder = thread::Builder::new().stack_size(2 << 20);
        builder.spawn(body).expect("a thread").join().expect("no panic")
    })
}

#[test]
fn as_many_blocking_waits_as_are_allowed_fit_a_small_stack() {
    let depth = BLOCKING_DEPTH_MAX - 1;
    assert_eq!(on_a_small_stack(move || block_deeper(depth).get_result()), depth);
}

#[test]
fn one_more_is_a_panic_that_says_what_to_do_and_no_overflow() {
    let message = on_a_small_stack(|| panic_of(|| block_deeper(BLOCKING_DEPTH_MAX).get_result()));
    assert!(message.contains("`.await` the tasklet instead of blocking"), "{message}");
    let chain = on_a_small_stack(|| panic_of(|| block_at_once(BLOCKING_DEPTH_MAX * 2)));
    assert!(chain.contains("`.await` the tasklet instead of blocking"), "{chain}");
}

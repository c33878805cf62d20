//! Waiting for what comes from outside: a deadline, another thread's promise, a waker elsewhere.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_lite::FutureExt as _;
use tasklet_core::{Completer, sleep, tasklet};

use super::Kind;
use crate::hands::Hands;
use crate::work::{Answer, Work};

pub(super) const KINDS: &[Kind] = &[
    |work| naps(work),
    |work| waits_for_a_promise(work),
    |work| waits_for_a_broken_promise(work),
    |work| is_woken_by_many(work),
];

/// What the panic says whose completer was dropped.
pub(crate) const BROKEN_PROMISE: &str = "was dropped without a result";

const NAP_MICROSECONDS_MAX: u64 = 2000;

#[tasklet]
async fn naps(mut work: Work) -> Answer {
    sleep(Duration::from_micros(work.dice.below(NAP_MICROSECONDS_MAX))).await;
    work.done()
}

#[tasklet]
async fn waits_for_a_promise(mut work: Work) -> Answer {
    let (completer, future) = Completer::new();
    let (seed, hands) = (work.seed, work.hands.clone());
    hands.ask(&mut work.dice, move || completer.set_result(seed));
    let answer = future.await;
    assert_eq!(answer, seed, "a result of another promise");
    work.done()
}

#[tasklet]
async fn waits_for_a_broken_promise(mut work: Work) -> Answer {
    let (completer, future) = Completer::<()>::new();
    let hands = work.hands.clone();
    hands.ask(&mut work.dice, move || drop(completer));
    let caught = AssertUnwindSafe(future.into_future()).catch_unwind().await;
    assert!(caught.is_err(), "a promise that nobody keeps is a panic");
    work.done()
}

/// Each poll gives away a few wakers, which are woken, woken again, or just dropped, elsewhere.
#[tasklet]
async fn is_woken_by_many(mut work: Work) -> Answer {
    let is_open = Arc::new(AtomicBool::new(false));
    let hands: Hands = work.hands.clone();
    poll_fn(|cx: &mut Context<'_>| {
        if is_open.load(Acquire) {
            return Poll::Ready(());
        }
        for _ in 0..work.dice.below(3) {
            let (waker, wakes) = (cx.waker().clone(), work.dice.below(3));
            hands.ask(&mut work.dice, move || (0..wakes).for_each(|_| waker.wake_by_ref()));
        }
        let (waker, is_open) = (cx.waker().clone(), Arc::clone(&is_open));
        hands.ask(&mut work.dice, move || {
            is_open.store(true, Release);
            waker.wake();
        });
        Poll::Pending
    })
    .await;
    work.done()
}

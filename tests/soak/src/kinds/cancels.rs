//! Handles that are not waited for: cancelled, deferred, dropped, or waited for no longer.

use std::time::Duration;

use futures_lite::future::yield_now;
use tasklet_core::{TaskletFuture, tasklet};

use super::{Kind, start};
use crate::work::{Answer, Work, look};

pub(super) const KINDS: &[Kind] = &[
    |work| cancels(work),
    |work| cancels_from_elsewhere(work),
    |work| defers(work),
    |work| drops_elsewhere(work),
    |work| loses_patience(work),
];

/// A cancelled tasklet's failure is not told to anybody; so it must not have one.
#[tasklet]
async fn cancels(mut work: Work) -> Answer {
    let child = start(work.calm_child());
    for _ in 0..work.dice.below(4) {
        yield_now().await;
    }
    child.cancel();
    work.done()
}

#[tasklet]
async fn cancels_from_elsewhere(mut work: Work) -> Answer {
    let child = start(work.calm_child());
    let hands = work.hands.clone();
    hands.ask(&mut work.dice, move || child.cancel());
    yield_now().await;
    work.done()
}

#[tasklet]
async fn defers(mut work: Work) -> Answer {
    start(work.child()).defer();
    yield_now().await;
    start(work.child()).defer();
    work.done()
}

/// No attribute sees what this function does: a handle may be dropped in it.
fn forget(child: TaskletFuture<Answer>) {
    drop(child);
}

/// Another thread may drop a handle before its tasklet has finished, or after.
#[tasklet]
async fn drops_elsewhere(mut work: Work) -> Answer {
    let child = start(work.child());
    let hands = work.hands.clone();
    hands.ask(&mut work.dice, move || forget(child));
    yield_now().await;
    work.done()
}

const PATIENCE_MICROSECONDS_MAX: u64 = 1000;

#[tasklet]
async fn loses_patience(mut work: Work) -> Answer {
    let child: TaskletFuture<Answer> = start(work.child());
    let limit = Duration::from_micros(work.dice.below(PATIENCE_MICROSECONDS_MAX));
    match child.timeout(limit).await {
        Ok(answer) => look(answer),
        Err(late) if work.dice.one_in(2) => late.into_inner().defer(),
        Err(late) => look(late.into_inner().await),
    }
    work.done()
}

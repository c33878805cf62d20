//! One future for many.

use tasklet_core::{JoinAll as _, SharedFuture, TaskletFuture, tasklet};

use super::{Kind, start};
use crate::work::{Answer, Work};

pub(super) const KINDS: &[Kind] = &[|work| shares(work), |work| shares_with_a_thread(work)];

const READERS_MAX: u64 = 4;

#[tasklet]
async fn reads(work: Work, shared: SharedFuture<Answer>, seed: u64) -> Answer {
    let answer = shared.await;
    assert!(answer.is_ok_and(|answer| answer == seed), "what all are told");
    work.done()
}

/// All are told of a failure, and it would be counted more than once; so there is none.
#[tasklet]
async fn shares(mut work: Work) -> Answer {
    let child = work.calm_child();
    let seed = child.seed;
    let shared = start(child).shared();
    let readers: Vec<TaskletFuture<Answer>> = (0..work.dice.below(READERS_MAX))
        .map(|_| reads(work.child(), shared.clone(), seed))
        .collect();
    if work.dice.one_in(3) {
        shared.defer();
    } else {
        assert!(shared.await.is_ok(), "a calm one");
    }
    assert!(readers.join_all().await.iter().all(Result::is_ok), "calm ones");
    work.done()
}

/// No attribute sees what this function does.
fn forget(shared: SharedFuture<Answer>) {
    drop(shared);
}

#[tasklet]
async fn shares_with_a_thread(mut work: Work) -> Answer {
    let shared = start(work.calm_child()).shared();
    let (elsewhere, hands) = (shared.clone(), work.hands.clone());
    hands.ask(&mut work.dice, move || forget(elsewhere));
    assert!(shared.await.is_ok(), "a calm one");
    work.done()
}

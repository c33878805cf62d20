//! Waiting for other tasklets: one, several, whichever is first, each in its way.

use tasklet_core::{JoinAll as _, TaskletFuture, TryJoinAll as _, join, tasklet, wait_any};

use super::{Kind, start};
use crate::work::{Answer, Work, look, settle};

pub(super) const KINDS: &[Kind] = &[
    |work| awaits(work),
    |work| passes_on(work),
    |work| joins_many(work),
    |work| joins_two(work),
    |work| tries_many(work),
    |work| waits_for_any(work),
    |work| changes_the_answer(work),
];

const CHILDREN_MAX: u64 = 5;

fn children(work: &mut Work) -> Vec<TaskletFuture<Answer>> {
    (0..work.dice.below(CHILDREN_MAX)).map(|_| start(work.child())).collect()
}

#[tasklet]
async fn awaits(mut work: Work) -> Answer {
    let one = work.child();
    let (seed, future) = (one.seed, start(one));
    let two = work.child();
    settle(two.seed, start(two)).await;
    settle(seed, future).await;
    work.done()
}

/// An error and a panic go through it to whoever waits for it.
#[tasklet]
async fn passes_on(mut work: Work) -> Answer {
    let child = start(work.child());
    let passed = child.await;
    let done = work.done();
    passed.and(done)
}

/// A panic of one goes through it; those of the others are reported. The errors beside it would be
/// dropped with all results: they are looked at before.
#[tasklet]
async fn joins_many(mut work: Work) -> Answer {
    let children: Vec<_> = children(&mut work).into_iter().map(|child| child.map(look)).collect();
    children.join_all().await;
    work.done()
}

#[tasklet]
async fn joins_two(mut work: Work) -> Answer {
    let (one, two) = (start(work.child()).map(look), start(work.child()).map(look));
    join!(one, two);
    work.done()
}

/// Only one may fail, since only the first error is handed on.
#[tasklet]
async fn tries_many(mut work: Work) -> Answer {
    let calm = work.dice.below(CHILDREN_MAX);
    let mut children: Vec<_> = (0..calm).map(|_| start(work.calm_child())).collect();
    children.push(start(work.child()));
    let tried = children.try_join_all().await;
    let done = work.done();
    tried.and(done)
}

/// The first is looked at; sometimes the rest too, sometimes nobody does.
#[tasklet]
async fn waits_for_any(mut work: Work) -> Answer {
    let mut waiting = wait_any(children(&mut work));
    while let Some((first, rest)) = waiting.await {
        look(first.await);
        if work.dice.one_in(4) {
            rest.into_iter().for_each(TaskletFuture::defer);
            break;
        }
        waiting = wait_any(rest);
    }
    work.done()
}

#[tasklet]
async fn changes_the_answer(mut work: Work) -> Answer {
    let child = start(work.child());
    let seed = work.seed;
    let changed = child.map(move |answer| answer.map(|_| seed)).await;
    let done = work.done();
    changed.and(done)
}

//! What the loop calls: callbacks of futures, queued calls, idle callbacks.

use std::time::Duration;

use tasklet_core::{Completer, Context, Idle, tasklet};

use super::{Kind, start};
use crate::ledger::{Call, Thing};
use crate::work::{Answer, Work, settle};

pub(super) const KINDS: &[Kind] =
    &[|work| has_callbacks(work), |work| queues_calls(work), |work| adds_idle_work(work)];

const DELAY_MICROSECONDS_MAX: u64 = 1000;

/// Added before the end or after it, here or on another thread: each is called once.
#[tasklet]
async fn has_callbacks(mut work: Work) -> Answer {
    let child = work.child();
    let (seed, future) = (child.seed, start(child));
    for _ in 0..work.dice.below(3) {
        let call = Call::owed();
        if work.dice.one_in(2) {
            future.add_callback(move || call.made());
        } else {
            future.add_immediate_callback(move || call.made());
        }
    }
    settle(seed, future).await;
    work.done()
}

#[tasklet]
async fn queues_calls(mut work: Work) -> Answer {
    let context = Context::current();
    let (now, later) = (Call::owed(), Call::owed());
    context.queue_call(None, move || now.made());
    let delay = Duration::from_micros(work.dice.below(DELAY_MICROSECONDS_MAX));
    let hands = work.hands.clone();
    let (completer, is_queued) = Completer::new();
    hands.ask(&mut work.dice, move || {
        context.queue_call(Some(delay), move || later.made());
        completer.set_result(());
    });
    // A toplevel that had ended before would owe nothing to that call.
    is_queued.await;
    work.done()
}

#[tasklet]
async fn adds_idle_work(mut work: Work) -> Answer {
    let (thing, mut rest) = (Thing::new(), work.dice.below(4));
    Context::current().add_idle(move || {
        let _held = &thing;
        match rest.checked_sub(1) {
            Some(less) => {
                rest = less;
                Idle::Worked
            }
            None => Idle::Finished,
        }
    });
    let child = work.child();
    settle(child.seed, start(child)).await;
    work.done()
}

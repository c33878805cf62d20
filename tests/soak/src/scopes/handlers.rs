//! Handlers whose callers wait: async and blocking ones, one inside the other.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_lite::FutureExt as _;
use tasklet_core::{tasklet, toplevel};
use tokio::task::spawn_blocking;

use super::{Running, Scope};
use crate::kinds::start;
use crate::work::{Answer, Work, look_at, settle};

pub(super) const SCOPES: &[Scope] = &[served, served_on_a_thread, nested];

/// Passes on what its tree has come to, and leaves another one to its end.
#[toplevel]
async fn handler(mut work: Work) -> Answer {
    start(work.child()).defer();
    let answer = start(work.child()).await;
    let done = work.done();
    answer.and(done)
}

#[toplevel]
fn blocking_handler(mut work: Work) -> Answer {
    start(work.child()).defer();
    let answer = start(work.child()).get_result();
    let done = work.done();
    answer.and(done)
}

fn served(work: Work) -> Running {
    Box::pin(async { look_at(AssertUnwindSafe(handler(work)).catch_unwind().await) })
}

fn served_on_a_thread(work: Work) -> Running {
    Box::pin(async {
        let caught = spawn_blocking(|| catch_unwind(AssertUnwindSafe(|| blocking_handler(work))));
        look_at(caught.await.expect("what it panics with was caught"));
    })
}

#[tasklet]
async fn calls_a_handler(mut work: Work) -> Answer {
    let answer = handler(work.child()).await;
    let done = work.done();
    answer.and(done)
}

/// A handler whose tasklets call handlers.
#[toplevel]
async fn outer(mut work: Work) -> Answer {
    let one = calls_a_handler(work.child());
    let two = work.child();
    settle(two.seed, start(two)).await;
    let answer = one.await;
    let done = work.done();
    answer.and(done)
}

fn nested(work: Work) -> Running {
    Box::pin(async { look_at(AssertUnwindSafe(outer(work)).catch_unwind().await) })
}

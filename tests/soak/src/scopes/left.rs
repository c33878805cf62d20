//! Handlers whose callers go away in the middle: finished in the background, or stopped.

use std::future::Future;

use futures_lite::future::poll_once;
use tasklet_core::toplevel;
use tokio::task::yield_now;

use super::{Running, Scope};
use crate::kinds::start;
use crate::work::{Work, settle};

pub(super) const SCOPES: &[Scope] = &[left_to_finish, left_and_stopped];

const POLLS_MAX: u64 = 6;

/// Looks at its own failures, since nobody else does.
#[toplevel]
async fn finishes(mut work: Work) {
    start(work.child()).defer();
    let child = work.child();
    settle(child.seed, start(child)).await;
    // It has no caller who would look: nothing that it comes to is an error.
    let _ended = work.done();
}

#[toplevel(on_drop = "cancel")]
async fn stops(mut work: Work) {
    start(work.child()).defer();
    let child = work.child();
    settle(child.seed, start(child)).await;
    let _ended = work.done();
}

/// Polls a handler a few times, and drops it.
async fn leave(polls: u64, handler: impl Future<Output = ()>) {
    let mut handler = std::pin::pin!(handler);
    for _ in 0..polls {
        if poll_once(handler.as_mut()).await.is_some() {
            return;
        }
        yield_now().await;
    }
}

fn left_to_finish(mut work: Work) -> Running {
    let polls = work.dice.below(POLLS_MAX);
    Box::pin(leave(polls, finishes(work)))
}

fn left_and_stopped(mut work: Work) -> Running {
    let polls = work.dice.below(POLLS_MAX);
    Box::pin(leave(polls, stops(work)))
}

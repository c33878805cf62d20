//! Contexts of one's own: driven by whoever waits, moved between threads, dropped with work in
//! them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tasklet_core::{Context, TaskletFuture};
use tokio::task::spawn_blocking;

use super::{Running, Scope};
use crate::kinds::start;
use crate::ledger::Thing;
use crate::work::{Answer, Work, look_at};

pub(super) const SCOPES: &[Scope] = &[run_to_the_end, moved, driven_by_several, dropped_with_work];

fn get(future: TaskletFuture<Answer>) {
    look_at(catch_unwind(AssertUnwindSafe(|| future.get_result())));
}

/// A context that holds something, which must be dropped with it.
fn context() -> Context {
    let (context, thing) = (Context::new(), Thing::new());
    context.add_idle(move || {
        let _held = &thing;
        tasklet_core::Idle::Nothing
    });
    context
}

fn on_a_thread(job: impl FnOnce() + Send + 'static) -> Running {
    Box::pin(async { spawn_blocking(job).await.expect("what panics in it was caught") })
}

/// The body of the scope is no tasklet, but ends all the same.
fn end(work: Work) {
    let _ended = work.done();
}

fn run_to_the_end(mut work: Work) -> Running {
    on_a_thread(move || {
        let context = context();
        context.enter(|| (0..3).for_each(|_| start(work.child()).defer()));
        context.run();
        assert_eq!(context.pending(), 0, "all was run");
        end(work);
    })
}

/// Begun on one thread, ended on another.
fn moved(mut work: Work) -> Running {
    Box::pin(async move {
        let context = context();
        let future = context.enter(|| start(work.child()));
        for _ in 0..work.dice.below(3) {
            context.run0();
        }
        let ended = spawn_blocking(move || {
            get(future);
            context.run();
            assert_eq!(context.pending(), 0, "all was run");
            end(work);
        });
        ended.await.expect("what panics in it was caught");
    })
}

/// Two threads wait, each for its own tree in one context; each drives when the other does not.
fn driven_by_several(mut work: Work) -> Running {
    Box::pin(async move {
        let context = context();
        let (one, two) = context.enter(|| (start(work.child()), start(work.child())));
        let other = spawn_blocking({
            let (context, child) = (context.clone(), work.child());
            move || {
                get(two);
                get(context.enter(|| start(child)));
            }
        });
        let this = spawn_blocking(move || {
            get(one);
            end(work);
        });
        this.await.expect("what panics in it was caught");
        other.await.expect("what panics in it was caught");
        drop(context);
    })
}

/// What is left is finished in the background; a handle may still be waited for.
fn dropped_with_work(mut work: Work) -> Running {
    Box::pin(async move {
        let context = context();
        let future = context.enter(|| {
            start(work.child()).defer();
            start(work.child())
        });
        drop(context);
        if work.dice.one_in(2) {
            spawn_blocking(move || get(future)).await.expect("what panics in it was caught");
        } else {
            future.defer();
        }
        end(work);
    })
}

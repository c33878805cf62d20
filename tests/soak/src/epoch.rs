//! One epoch: a server's runtime and its threads, many scopes on them, and then nothing left.

use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::{drain, live};
use tokio::runtime::Builder;

use crate::dice::Dice;
use crate::hands::Hands;
use crate::scopes;
use crate::work::Work;
use crate::{give_up, ledger, now};

/// So many scopes in one epoch.
pub(crate) const SCOPES: u64 = 256;
/// Of which so many run at a time.
const AT_A_TIME: u64 = 32;
/// How deep a tree may grow.
const DEPTH_MAX: u64 = 12;
/// For threads of the runtime that block.
const WORKERS: usize = 4;
/// All that was left in the background must be finished in this time, all memory given back.
const REST: Duration = Duration::from_secs(60);

/// Runs an epoch, and checks that nothing is left of it.
pub(crate) fn run(seed: u64) {
    let mut dice = Dice::new(seed);
    let (hands, threads) = Hands::new();
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).build().expect("a runtime");
    for _ in 0..SCOPES / AT_A_TIME {
        let scopes: Vec<_> = (0..AT_A_TIME)
            .map(|_| {
                let depth = u32::try_from(dice.below(DEPTH_MAX)).expect("small");
                runtime.spawn(scopes::run(Work::root(dice.any(), depth, &hands)))
            })
            .collect();
        for scope in scopes {
            runtime.block_on(scope).expect("what panics in it was caught");
        }
    }
    // What is left is finished on the runtime; or, if that is gone, on a thread of the library.
    if dice.one_in(2) {
        block_on(rest());
        drop(runtime);
    } else {
        drop(runtime);
        block_on(rest());
    }
    // A thread that finishes the last of it may still be at it.
    let begin = now();
    while !(ledger::is_balanced() && live() == 0) {
        if REST < begin.elapsed() {
            give_up("an epoch has ended, and something of it is left");
        }
        thread::park_timeout(Duration::from_millis(1));
    }
    hands.stop(threads);
}

async fn rest() {
    if let Err(unfinished) = drain(REST).await {
        give_up(&format!("an epoch has ended, but for this: {unfinished}"));
    }
}

//! What does it cost to batch: 10,000 chains of three loads, each of which depends on the one
//! before, per load; and how many calls of the backend does that take?
//!
//! The backend is a multiplication, so that all the rest is the batcher's. Each peer runs in the
//! way that suits it best and still makes three calls: async-graphql with a delay of zero (of its
//! own 1 ms, which it would spend three times, nothing else would be seen), dataloader with two
//! yields in place of ten, async_dataloader as it is; none of them caches, and no limit is reached.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_dataloader::{batched, def_batch_loader};
use async_graphql::dataloader::{DataLoader, Loader};
use benches::executors::{on_tokio, tokio_current_thread};
use benches::goals::{BATCH, BATCH_CALLS};
use benches::{Contender, Kind, Question};
use dataloader::BatchFn;
use dataloader::non_cached::Loader as YieldingLoader;
use futures_lite::future::block_on;
use futures_util::future::join_all;
use tasklet_core::prelude::*;

const LEVELS: u64 = 3;
/// More than there are chains, so that nobody sends because a batch is full.
const ITEMS_MAX: usize = 20_000;

const OURS: &str = "Batcher";
const GRAPHQL: &str = "async-graphql DataLoader (delay 0)";
const DATALOADER: &str = "dataloader (two yields)";
const ASYNC_DATALOADER: &str = "async_dataloader";

/// Calls of the backend that each contender has made.
static CALLS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

fn main() {
    let mut question = Question::from_args();
    let chains = question.load(10_000, 10);
    let contenders = || {
        [
            Contender::ours(OURS, ours(chains)),
            Contender::spawner(GRAPHQL, graphql(chains)),
            Contender::spawner(DATALOADER, yielding(chains)),
            Contender::joiner(ASYNC_DATALOADER, polling(chains)),
        ]
    };
    question.race(BATCH, chains * LEVELS, contenders().into());

    let names = [OURS, GRAPHQL, DATALOADER, ASYNC_DATALOADER];
    let kinds = [Kind::Ours, Kind::Spawner, Kind::Spawner, Kind::Joiner];
    let runs = [ours(chains), graphql(chains), yielding(chains), polling(chains)];
    for (((mut run, calls), name), kind) in runs.into_iter().zip(&CALLS).zip(names).zip(kinds) {
        calls.store(0, Relaxed);
        run();
        question.keep(BATCH_CALLS, "calls", kind, name, vec![calls.load(Relaxed) as f64]);
    }
    question.finish();
}

/// What the backend answers to a number; what is asked next depends on it.
fn answer(number: u64) -> u64 {
    number * 2 + 1
}

/// What the last load of all chains comes to.
fn check(chains: u64, results: impl IntoIterator<Item = u64>) {
    let expected = (0..chains).map(|number| (0..LEVELS).fold(number, |last, _| answer(last)));
    assert_eq!(
        results.into_iter().sum::<u64>(),
        expected.sum::<u64>(),
        "each chain has its answer"
    );
}

type Run = Box<dyn FnMut()>;

struct Backend;

impl Batch for Backend {
    const NAME: &'static str = "backend";
    type Item = u64;
    type Key = u64;
    type Options = ();
    type Value = u64;
    type Error = Infallible;

    fn key(&self, number: &u64) -> u64 {
        *number
    }

    async fn call(&self, numbers: Vec<u64>, _: ()) -> BatchResults<u64, Infallible> {
        CALLS[0].fetch_add(1, Relaxed);
        Ok(numbers.into_iter().map(|number| Ok(answer(number))).collect())
    }
}

#[tasklet]
async fn chain(batcher: Batcher<Backend>, mut number: u64) -> u64 {
    for _ in 0..LEVELS {
        number = batcher.load(number).await.expect("it cannot fail");
    }
    number
}

fn ours(chains: u64) -> Run {
    let batcher = Batcher::builder(Backend).items_max(ITEMS_MAX).build();
    Box::new(move || {
        let started: Vec<_> = (0..chains).map(|number| chain(batcher.clone(), number)).collect();
        check(chains, started.join_all().get_result());
    })
}

impl Loader<u64> for Backend {
    type Value = u64;
    type Error = Infallible;

    async fn load(&self, numbers: &[u64]) -> Result<HashMap<u64, u64>, Infallible> {
        CALLS[1].fetch_add(1, Relaxed);
        Ok(numbers.iter().map(|&number| (number, answer(number))).collect())
    }
}

fn graphql(chains: u64) -> Run {
    let runtime = tokio_current_thread();
    Box::new(move || {
        let loader = DataLoader::new(Backend, tokio::spawn);
        let loader = Arc::new(loader.delay(Duration::ZERO).max_batch_size(ITEMS_MAX));
        on_tokio(&runtime, async move {
            let chain = |mut number| {
                let loader = Arc::clone(&loader);
                tokio::spawn(async move {
                    for _ in 0..LEVELS {
                        number = loader.load_one(number).await.unwrap().expect("it has an answer");
                    }
                    number
                })
            };
            let spawned: Vec<_> = (0..chains).map(chain).collect();
            check(chains, in_turn(spawned).await);
        });
    })
}

impl BatchFn<u64, u64> for Backend {
    async fn load(&mut self, numbers: &[u64]) -> HashMap<u64, u64> {
        CALLS[2].fetch_add(1, Relaxed);
        numbers.iter().map(|&number| (number, answer(number))).collect()
    }
}

fn yielding(chains: u64) -> Run {
    let runtime = tokio_current_thread();
    Box::new(move || {
        let loader = YieldingLoader::new(Backend);
        let loader = loader.with_max_batch_size(ITEMS_MAX).with_yield_count(2);
        on_tokio(&runtime, async move {
            let chain = |mut number| {
                let loader = loader.clone();
                tokio::spawn(async move {
                    for _ in 0..LEVELS {
                        number = loader.load(number).await;
                    }
                    number
                })
            };
            let spawned: Vec<_> = (0..chains).map(chain).collect();
            check(chains, in_turn(spawned).await);
        });
    })
}

async fn in_turn(tasks: Vec<tokio::task::JoinHandle<u64>>) -> Vec<u64> {
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.expect("no task panics"));
    }
    results
}

def_batch_loader! {
    async fn polled(numbers: u64) -> u64 {
        CALLS[3].fetch_add(1, Relaxed);
        numbers.map(|number| answer(*number))
    }
}

fn polling(chains: u64) -> Run {
    Box::new(move || {
        let chain = |mut number| async move {
            for _ in 0..LEVELS {
                number = *polled(number).await;
            }
            number
        };
        check(chains, block_on(batched(join_all((0..chains).map(chain)))));
    })
}

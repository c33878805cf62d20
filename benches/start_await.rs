//! What does it cost to start one tasklet that does not suspend, and to await it?
//!
//! The body is a coroutine, since it contains an `.await`; what it awaits is ready.

use std::future::ready;
use std::hint::black_box;
use std::pin::Pin;

use benches::executors::{
    on_local_executor, on_local_set, on_queue, on_tokio, spawn_on_queue, tokio_current_thread,
};
use benches::goals::{BOX_OF_CELL, START_AWAIT};
use benches::{Contender, Question};
use futures_concurrency::future::FutureGroup;
use futures_lite::StreamExt as _;
use futures_lite::future::block_on;
use futures_util::stream::FuturesUnordered;
use tasklet_core::prelude::*;
use tokio::task::JoinSet;

/// As large as the cell of the tasklet below: 72 bytes of header and its future of 24.
type SizeOfCell = [u64; 12];

fn main() {
    let mut question = Question::from_args();
    let n = question.load(20_000, 10);
    let mut contenders = vec![Contender::ours("#[tasklet]", move || run(n))];
    contenders.extend(spawning(n));
    contenders.extend(polling(n));
    contenders.extend(baselines(n));
    question.race(START_AWAIT, n, contenders);
    question.finish();
}

#[synctasklet]
async fn run(n: u64) {
    for i in 0..n {
        check(i, tasklet(black_box(i)).await);
    }
}

#[tasklet]
async fn tasklet(i: u64) -> u64 {
    ready(black_box(i)).await
}

async fn plain(i: u64) -> u64 {
    ready(black_box(i)).await
}

fn check(expected: u64, answer: u64) {
    assert_eq!(black_box(answer), expected, "a task answers what it was asked");
}

fn spawning(n: u64) -> Vec<Contender> {
    let [local_set, current_thread, join_set] = [(); 3].map(|()| tokio_current_thread());
    vec![
        Contender::spawner("tokio LocalSet", move || {
            on_local_set(&local_set, async move {
                for i in 0..n {
                    let task = tokio::task::spawn_local(plain(black_box(i)));
                    check(i, task.await.expect("no task panics"));
                }
            });
        }),
        Contender::spawner("tokio spawn (current_thread)", move || {
            on_tokio(&current_thread, async move {
                for i in 0..n {
                    let task = tokio::spawn(plain(black_box(i)));
                    check(i, task.await.expect("no task panics"));
                }
            });
        }),
        Contender::spawner("tokio JoinSet (current_thread)", move || {
            on_tokio(&join_set, async move {
                let mut tasks = JoinSet::new();
                for i in 0..n {
                    tasks.spawn(plain(black_box(i)));
                    let joined = tasks.join_next().await.expect("one task was spawned");
                    check(i, joined.expect("no task panics"));
                }
            });
        }),
        Contender::spawner("async-executor LocalExecutor", move || {
            on_local_executor(move |executor| async move {
                for i in 0..n {
                    check(i, executor.spawn(plain(black_box(i))).await);
                }
            });
        }),
        Contender::spawner("async-task + VecDeque", move || {
            on_queue(async move {
                for i in 0..n {
                    check(i, spawn_on_queue(plain(black_box(i))).await);
                }
            });
        }),
        Contender::spawner("moro", move || {
            block_on(moro::async_scope!(|scope| {
                for i in 0..n {
                    check(i, scope.spawn(plain(black_box(i))).await);
                }
            }));
        }),
    ]
}

fn polling(n: u64) -> Vec<Contender> {
    vec![
        Contender::joiner("FuturesUnordered", move || {
            block_on(async move {
                let mut futures = FuturesUnordered::new();
                for i in 0..n {
                    futures.push(plain(black_box(i)));
                    check(i, futures.next().await.expect("one future was pushed"));
                }
            });
        }),
        Contender::joiner("futures-concurrency FutureGroup", move || {
            block_on(async move {
                let mut futures = FutureGroup::new();
                for i in 0..n {
                    futures.insert(Box::pin(plain(black_box(i))));
                    check(i, futures.next().await.expect("one future was inserted"));
                }
            });
        }),
    ]
}

fn baselines(n: u64) -> Vec<Contender> {
    vec![
        Contender::baseline(BOX_OF_CELL, move || {
            for i in 0..n {
                let mut cell: Box<SizeOfCell> = Box::new([i; 12]);
                check(i, black_box(&mut cell)[0]);
            }
        }),
        Contender::baseline("`Box::pin` + await", move || {
            block_on(async move {
                for i in 0..n {
                    let future: Pin<Box<dyn Future<Output = u64>>> = Box::pin(plain(black_box(i)));
                    check(i, black_box(future).await);
                }
            });
        }),
        Contender::baseline("await in place (lazy)", move || {
            block_on(async move {
                for i in 0..n {
                    check(i, plain(black_box(i)).await);
                }
            });
        }),
    ]
}

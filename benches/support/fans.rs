//! The peers' ways to start many tasks and await them all, for any body that a task may have.

use std::hint::black_box;

use futures_concurrency::future::Join as _;
use futures_lite::StreamExt as _;
use futures_lite::future::block_on;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use tokio::task::JoinSet;

use crate::Contender;
use crate::executors::{
    on_local_executor, on_local_set, on_queue, on_tokio, spawn_on_queue, tokio_current_thread,
};

/// What the tasks of a fan do; each is given its number and answers with it.
pub trait Body: Fn(u64) -> Self::Future + Copy + Send + Sync + 'static {
    /// One task's future.
    type Future: Future<Output = u64> + Send + 'static;
}

impl<B, F> Body for B
where
    B: Fn(u64) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = u64> + Send + 'static,
{
    type Future = F;
}

/// How many tasks of which body, and how often one turn starts and awaits them all.
#[derive(Debug, Clone, Copy)]
pub struct Fan<B> {
    /// Tasks that are under way at the same time.
    pub width: u64,
    /// How often in one turn.
    pub repeats: u64,
    /// What each task does.
    pub body: B,
}

impl<B: Body> Fan<B> {
    /// A contender per peer.
    pub fn peers(self) -> Vec<Contender> {
        let mut contenders = self.tokio();
        contenders.extend(self.executors());
        contenders.extend(self.joins());
        contenders
    }

    fn futures(self) -> impl Iterator<Item = B::Future> + Send {
        (0..self.width).map(move |i| (self.body)(black_box(i)))
    }

    fn tokio(self) -> Vec<Contender> {
        let [local_set, current_thread, join_set] = [(); 3].map(|()| tokio_current_thread());
        vec![
            Contender::spawner("tokio LocalSet", move || {
                on_local_set(&local_set, async move {
                    for _ in 0..self.repeats {
                        let tasks: Vec<_> = self.futures().map(tokio::task::spawn_local).collect();
                        check(self.width, in_turn(tasks).await.map(Result::unwrap));
                    }
                });
            }),
            Contender::spawner("tokio spawn (current_thread)", move || {
                on_tokio(&current_thread, async move {
                    for _ in 0..self.repeats {
                        let tasks: Vec<_> = self.futures().map(tokio::spawn).collect();
                        check(self.width, in_turn(tasks).await.map(Result::unwrap));
                    }
                });
            }),
            Contender::spawner("tokio JoinSet (current_thread)", move || {
                on_tokio(&join_set, async move {
                    for _ in 0..self.repeats {
                        let tasks: JoinSet<_> = self.futures().collect();
                        check(self.width, tasks.join_all().await);
                    }
                });
            }),
        ]
    }

    fn executors(self) -> Vec<Contender> {
        vec![
            Contender::spawner("async-executor LocalExecutor", move || {
                on_local_executor(move |executor| async move {
                    for _ in 0..self.repeats {
                        let tasks: Vec<_> = self.futures().map(|f| executor.spawn(f)).collect();
                        check(self.width, in_turn(tasks).await);
                    }
                });
            }),
            Contender::spawner("async-task + VecDeque", move || {
                on_queue(async move {
                    for _ in 0..self.repeats {
                        let tasks: Vec<_> = self.futures().map(spawn_on_queue).collect();
                        check(self.width, in_turn(tasks).await);
                    }
                });
            }),
            Contender::spawner("moro", move || {
                block_on(async move {
                    for _ in 0..self.repeats {
                        let results = moro::async_scope!(|scope| {
                            let tasks: Vec<_> = self.futures().map(|f| scope.spawn(f)).collect();
                            in_turn(tasks).await.collect::<Vec<_>>()
                        });
                        check(self.width, results.await);
                    }
                });
            }),
        ]
    }

    fn joins(self) -> Vec<Contender> {
        vec![
            Contender::joiner("FuturesUnordered", move || {
                block_on(async move {
                    for _ in 0..self.repeats {
                        let futures: FuturesUnordered<_> = self.futures().collect();
                        check(self.width, futures.collect::<Vec<_>>().await);
                    }
                });
            }),
            Contender::joiner("futures join_all", move || {
                block_on(async move {
                    for _ in 0..self.repeats {
                        check(self.width, join_all(self.futures()).await);
                    }
                });
            }),
            Contender::joiner("futures-buffered join_all", move || {
                block_on(async move {
                    for _ in 0..self.repeats {
                        check(self.width, futures_buffered::join_all(self.futures()).await);
                    }
                });
            }),
            Contender::joiner("futures-concurrency Vec::join", move || {
                block_on(async move {
                    for _ in 0..self.repeats {
                        check(self.width, self.futures().collect::<Vec<_>>().join().await);
                    }
                });
            }),
        ]
    }
}

/// Checks that `results`, in whatever order, are what the tasks 0, 1, 2, … answered.
///
/// # Panics
///
/// When they are not.
pub fn check(width: u64, results: impl IntoIterator<Item = u64>) {
    assert_eq!(results.into_iter().sum::<u64>(), width * (width - 1) / 2, "every task answers");
}

async fn in_turn<T: Future>(tasks: Vec<T>) -> impl Iterator<Item = T::Output> {
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await);
    }
    results.into_iter()
}

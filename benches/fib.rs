//! What does a tree of tasks cost, per task? fib(16) as NDB's programmers would write it: each call
//! starts two others and awaits both, 3,193 tasklets in all.
//!
//! google-cloud-ndb takes 22 ms for it on such a machine: 7 µs per tasklet.

use std::hint::black_box;
use std::pin::Pin;

use async_executor::LocalExecutor;
use benches::executors::{
    on_local_executor, on_local_set, on_queue, on_tokio, spawn_on_queue, tokio_current_thread,
};
use benches::goals::FIB;
use benches::{Contender, Question};
use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tokio::task::JoinHandle;

fn main() {
    let mut question = Question::from_args();
    let n = question.load(16, 8);
    let [local_set, current_thread] = [(); 2].map(|()| tokio_current_thread());
    let contenders = vec![
        Contender::ours("#[tasklet], join!", move || check(n, fib(black_box(n)).get_result())),
        Contender::spawner("tokio LocalSet", move || {
            let root = async move { check(n, on_set(black_box(n)).await.expect("no panic")) };
            on_local_set(&local_set, root);
        }),
        Contender::spawner("tokio spawn (current_thread)", move || {
            let root = async move { check(n, spawned(black_box(n)).await.expect("no panic")) };
            on_tokio(&current_thread, root);
        }),
        Contender::spawner("async-executor LocalExecutor", move || {
            on_local_executor(move |executor| async move {
                check(n, on_executor(executor, black_box(n)).await);
            });
        }),
        Contender::spawner("async-task + VecDeque", move || {
            on_queue(async move { check(n, queued(black_box(n)).await) });
        }),
        Contender::baseline("`Box::pin` + await, one by one", move || {
            check(n, block_on(boxed(black_box(n))));
        }),
    ];
    question.race(FIB, tasks(n), contenders);
    question.finish();
}

/// How many calls it takes: 3,193 for 16.
fn tasks(n: u64) -> u64 {
    if n < 2 { 1 } else { 1 + tasks(n - 1) + tasks(n - 2) }
}

fn check(n: u64, result: u64) {
    // The number of the leaves that are one.
    assert_eq!(result, (0..n).fold((0, 1), |(a, b), _| (b, a + b)).0);
}

#[tasklet]
async fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (one, other) = join!(fib(n - 1), fib(n - 2));
    one + other
}

fn on_set(n: u64) -> JoinHandle<u64> {
    tokio::task::spawn_local(async move {
        if n < 2 {
            return n;
        }
        let (one, other) = (on_set(n - 1), on_set(n - 2));
        one.await.expect("no panic") + other.await.expect("no panic")
    })
}

fn spawned(n: u64) -> JoinHandle<u64> {
    tokio::spawn(async move {
        if n < 2 {
            return n;
        }
        let (one, other) = (spawned(n - 1), spawned(n - 2));
        one.await.expect("no panic") + other.await.expect("no panic")
    })
}

fn on_executor(executor: &'static LocalExecutor<'static>, n: u64) -> async_task::Task<u64> {
    executor.spawn(async move {
        if n < 2 {
            return n;
        }
        let (one, other) = (on_executor(executor, n - 1), on_executor(executor, n - 2));
        one.await + other.await
    })
}

fn queued(n: u64) -> async_task::Task<u64> {
    spawn_on_queue(async move {
        if n < 2 {
            return n;
        }
        let (one, other) = (queued(n - 1), queued(n - 2));
        one.await + other.await
    })
}

fn boxed(n: u64) -> Pin<Box<dyn Future<Output = u64>>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        boxed(n - 1).await + boxed(n - 2).await
    })
}

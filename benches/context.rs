//! What does a context per request cost, when nothing happens in it, and when one tasklet is
//! started in it and left for its end to wait for?
//!
//! The peers' nearest thing is a scope or a set of their own per request, waited for at its end.

use std::hint::black_box;

use benches::executors::{on_tokio, tokio_current_thread};
use benches::goals::{CONTEXT_EMPTY, CONTEXT_ONE};
use benches::{Contender, Question};
use futures_lite::StreamExt as _;
use futures_lite::future::{block_on, yield_now};
use futures_util::stream::FuturesUnordered;
use tasklet_core::prelude::*;
use tokio::task::JoinSet;

fn main() {
    let mut question = Question::from_args();
    let n = question.load(10_000, 10);
    let mut empty = empty_peers(n);
    empty.insert(0, Contender::ours("#[toplevel]", move || block_on(empty_requests(n))));
    question.race(CONTEXT_EMPTY, n, empty);
    let mut one = peers_with_one_task(n);
    one.insert(0, Contender::ours("#[toplevel]", move || block_on(requests_with_one_task(n))));
    question.race(CONTEXT_ONE, n, one);
    question.finish();
}

async fn empty_requests(n: u64) {
    for i in 0..n {
        check(i, empty_request(black_box(i)).await);
    }
}

#[toplevel]
async fn empty_request(i: u64) -> u64 {
    black_box(i)
}

async fn requests_with_one_task(n: u64) {
    for i in 0..n {
        check(i, request_with_one_task(black_box(i)).await);
    }
}

#[toplevel]
async fn request_with_one_task(i: u64) -> u64 {
    suspends_once(black_box(i)).defer();
    black_box(i)
}

#[tasklet]
async fn suspends_once(i: u64) {
    yield_now().await;
    black_box(i);
}

async fn plain(i: u64) {
    yield_now().await;
    black_box(i);
}

fn check(expected: u64, answer: u64) {
    assert_eq!(black_box(answer), expected, "a request answers what it was asked");
}

fn empty_peers(n: u64) -> Vec<Contender> {
    let runtime = tokio_current_thread();
    vec![
        Contender::spawner("tokio JoinSet", move || {
            on_tokio(&runtime, async move {
                for i in 0..n {
                    let tasks: JoinSet<()> = black_box(JoinSet::new());
                    tasks.join_all().await;
                    check(i, black_box(i));
                }
            });
        }),
        Contender::spawner("moro", move || {
            block_on(async move {
                for i in 0..n {
                    check(i, moro::async_scope!(|_scope| black_box(i)).await);
                }
            });
        }),
        Contender::joiner("FuturesUnordered", move || {
            block_on(async move {
                for i in 0..n {
                    let mut tasks = black_box(FuturesUnordered::<std::future::Ready<()>>::new());
                    while tasks.next().await.is_some() {}
                    check(i, black_box(i));
                }
            });
        }),
    ]
}

fn peers_with_one_task(n: u64) -> Vec<Contender> {
    let runtime = tokio_current_thread();
    vec![
        Contender::spawner("tokio JoinSet", move || {
            on_tokio(&runtime, async move {
                for i in 0..n {
                    let mut tasks = JoinSet::new();
                    tasks.spawn(plain(black_box(i)));
                    tasks.join_all().await;
                    check(i, black_box(i));
                }
            });
        }),
        Contender::spawner("moro", move || {
            block_on(async move {
                for i in 0..n {
                    let request = moro::async_scope!(|scope| {
                        drop(scope.spawn(plain(black_box(i))));
                        black_box(i)
                    });
                    check(i, request.await);
                }
            });
        }),
        Contender::joiner("FuturesUnordered", move || {
            block_on(async move {
                for i in 0..n {
                    let mut tasks = FuturesUnordered::new();
                    tasks.push(plain(black_box(i)));
                    while tasks.next().await.is_some() {}
                    check(i, black_box(i));
                }
            });
        }),
    ]
}

//! What does a tasklet cost whose body never awaits?
//!
//! Such a body is no coroutine: it runs inline and gives a finished future. The body reads memory
//! that the compiler cannot see through, as a cache lookup would.

use std::hint::black_box;

use benches::goals::READY;
use benches::{Contender, Question};
use futures_lite::future::block_on;
use tasklet_core::prelude::*;

fn main() {
    let mut question = Question::from_args();
    let n = question.load(500_000, 10);
    question.race(
        READY,
        n,
        vec![
            Contender::ours("#[tasklet]", move || run(n)),
            Contender::baseline("a plain call", move || {
                for i in 0..n {
                    check(i, black_box(plain(black_box(i))));
                }
            }),
            Contender::baseline("an async fn, awaited in place", move || {
                block_on(async move {
                    for i in 0..n {
                        check(i, lazy(black_box(i)).await);
                    }
                });
            }),
            Contender::baseline("`Box::pin` + await", move || {
                block_on(async move {
                    for i in 0..n {
                        check(i, black_box(Box::pin(lazy(black_box(i)))).await);
                    }
                });
            }),
        ],
    );
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
    black_box(i)
}

async fn lazy(i: u64) -> u64 {
    black_box(i)
}

fn plain(i: u64) -> u64 {
    black_box(i)
}

fn check(expected: u64, answer: u64) {
    assert_eq!(black_box(answer), expected, "a call answers what it was asked");
}

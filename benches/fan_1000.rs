//! What does it cost to start 1,000 tasklets and await them all, per tasklet, when each of them
//! suspends once, and when none does?

use std::future::ready;
use std::hint::black_box;

use benches::fans::{Fan, check};
use benches::goals::{FAN_READY, FAN_YIELDING};
use benches::{Contender, Question};
use futures_lite::future::yield_now;
use tasklet_core::prelude::*;

const WIDTH: u64 = 1_000;

fn main() {
    let mut question = Question::from_args();
    let repeats = question.load(20, 1);

    let body = |i| async move {
        yield_now().await;
        black_box(i)
    };
    let mut suspending = Fan { width: WIDTH, repeats, body }.peers();
    suspending.insert(0, Contender::ours("#[tasklet], join_all", move || fan_suspending(repeats)));
    question.race(FAN_YIELDING, WIDTH * repeats, suspending);

    let body = |i| async move { ready(black_box(i)).await };
    let mut ready = Fan { width: WIDTH, repeats, body }.peers();
    ready.insert(0, Contender::ours("#[tasklet], join_all", move || fan_ready(repeats)));
    question.race(FAN_READY, WIDTH * repeats, ready);

    question.finish();
}

#[synctasklet]
async fn fan_suspending(repeats: u64) {
    for _ in 0..repeats {
        let futures: Vec<_> = (0..WIDTH).map(|i| suspends_once(black_box(i))).collect();
        check(WIDTH, futures.join_all().await);
    }
}

#[tasklet]
async fn suspends_once(i: u64) -> u64 {
    yield_now().await;
    black_box(i)
}

#[synctasklet]
async fn fan_ready(repeats: u64) {
    for _ in 0..repeats {
        let futures: Vec<_> = (0..WIDTH).map(|i| never_suspends(black_box(i))).collect();
        check(WIDTH, futures.join_all().await);
    }
}

#[tasklet]
async fn never_suspends(i: u64) -> u64 {
    ready(black_box(i)).await
}

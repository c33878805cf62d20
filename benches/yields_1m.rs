//! What does one suspension and its wake-up cost, when 1,000 tasklets suspend 1,000 times each?

use std::hint::black_box;

use benches::fans::{Fan, check};
use benches::goals::YIELD;
use benches::{Contender, Question};
use futures_lite::future::yield_now;
use tasklet_core::prelude::*;

const WIDTH: u64 = 1_000;

fn main() {
    let mut question = Question::from_args();
    let yields = question.load(1_000, 3);
    let body = move |i| async move {
        for _ in 0..yields {
            yield_now().await;
        }
        black_box(i)
    };
    let mut contenders = Fan { width: WIDTH, repeats: 1, body }.peers();
    contenders.insert(0, Contender::ours("#[tasklet]", move || run(yields)));
    question.race(YIELD, WIDTH * yields, contenders);
    question.finish();
}

#[synctasklet]
async fn run(yields: u64) {
    let futures: Vec<_> = (0..WIDTH).map(|i| yields_often(black_box(i), yields)).collect();
    check(WIDTH, futures.join_all().await);
}

#[tasklet]
async fn yields_often(i: u64, yields: u64) -> u64 {
    for _ in 0..yields {
        yield_now().await;
    }
    black_box(i)
}

//! Ends of all sorts: at once, after a while, with an error, by a panic.

use futures_lite::future::yield_now;
use tasklet_core::tasklet;

use super::Kind;
use crate::work::{Answer, Work};

pub(super) const KINDS: &[Kind] = &[
    |work| never_awaits(work),
    |work| is_ready(work),
    |work| yields(work),
    |work| fails(work),
    |work| fails_late(work),
    |work| panics(work),
    |work| panics_late(work),
];

#[tasklet]
async fn never_awaits(work: Work) -> Answer {
    work.done()
}

#[tasklet]
async fn is_ready(work: Work) -> Answer {
    std::future::ready(()).await;
    work.done()
}

#[tasklet]
async fn yields(mut work: Work) -> Answer {
    for _ in 0..work.dice.below(8) {
        yield_now().await;
    }
    work.done()
}

#[tasklet]
async fn fails(work: Work) -> Answer {
    std::future::ready(()).await;
    work.fail()
}

#[tasklet]
async fn fails_late(work: Work) -> Answer {
    yield_now().await;
    work.fail()
}

#[tasklet]
async fn panics(work: Work) -> Answer {
    std::future::ready(()).await;
    work.panic()
}

#[tasklet]
async fn panics_late(work: Work) -> Answer {
    yield_now().await;
    work.panic()
}

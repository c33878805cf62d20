//! Tasklets that block inside of others, as NDB's programs do: the loop turns meanwhile.

use std::cell::Cell;

use tasklet_core::tasklet;

use super::{Kind, start};
use crate::work::{Answer, Work};

pub(super) const KINDS: &[Kind] = &[|work| gets_the_result(work)];

/// So many may block on one stack; the others await.
const NESTED_MAX: u32 = 4;

thread_local! {
    static NESTED: Cell<u32> = const { Cell::new(0) };
}

/// Counts one blocking tasklet, until it is over, or a panic goes through it.
struct Nested;

impl Nested {
    fn enter() -> Option<Nested> {
        let depth = NESTED.get();
        (depth < NESTED_MAX).then(|| {
            NESTED.set(depth + 1);
            Nested
        })
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        NESTED.set(NESTED.get() - 1);
    }
}

#[tasklet]
async fn gets_the_result(mut work: Work) -> Answer {
    let is_nested = work.dice.one_in(4);
    let child = start(work.child());
    let nested = if is_nested { Nested::enter() } else { None };
    let got = if nested.is_some() {
        let got = child.get_result();
        drop(nested);
        got
    } else {
        child.await
    };
    let done = work.done();
    got.and(done)
}

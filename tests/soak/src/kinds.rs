//! The kinds of tasklets, one file for those that belong together. A new kind is a tasklet that
//! takes a `Work`, and a line in its file's list.

mod blocking;
mod callbacks;
mod cancels;
mod joins;
mod leaves;
mod sharing;
mod waits;

use tasklet_core::TaskletFuture;

use crate::work::{Answer, Work};

pub(crate) use waits::BROKEN_PROMISE;

/// How a tasklet of one kind is called.
pub(crate) type Kind = fn(Work) -> TaskletFuture<Answer>;

/// Those that call no others.
const LEAVES: [&[Kind]; 2] = [leaves::KINDS, waits::KINDS];

/// Those that do.
const BRANCHES: [&[Kind]; 5] =
    [joins::KINDS, cancels::KINDS, sharing::KINDS, callbacks::KINDS, blocking::KINDS];

/// Calls a tasklet of any kind.
pub(crate) fn start(mut work: Work) -> TaskletFuture<Answer> {
    let groups: &[&[Kind]] =
        if work.depth == 0 || work.dice.one_in(3) { &LEAVES } else { &BRANCHES };
    let kinds = work.dice.pick(groups);
    let kind = *work.dice.pick(kinds);
    kind(work)
}

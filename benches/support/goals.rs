//! The works by name, and what this project wants of itself in each of them.

use std::fmt;

use crate::table::{number, rows_of};
use crate::{Kind, Row};

/// Start one task that does not suspend, await it.
pub const START_AWAIT: &str = "start + await, no suspension";
/// The same for a tasklet whose body never awaits.
pub const READY: &str = "a tasklet that never awaits";
/// How often such a tasklet allocates.
pub const READY_ALLOCATIONS: &str = "allocations of a tasklet that never awaits";
/// Start 1,000 tasks that suspend once each, await all.
pub const FAN_YIELDING: &str = "1,000 wide, each suspends once, per task";
/// Start 1,000 tasks that do not suspend, await all.
pub const FAN_READY: &str = "1,000 wide, none suspends, per task";
/// One suspension and its wake-up, among 1,000 tasks.
pub const YIELD: &str = "one suspension and wake-up (1,000 tasks × 1,000)";
/// A tree of tasks, each of which starts two and awaits both.
pub const FIB: &str = "fib(16), 3,193 tasks, per task";
/// Loads that are batched, each depending on the one before.
pub const BATCH: &str = "10,000 chains of 3 batched loads, per load";
/// How many calls of the backend that takes.
pub const BATCH_CALLS: &str = "calls of the backend for these";
/// A request's scope, empty.
pub const CONTEXT_EMPTY: &str = "a scope per request, nothing in it";
/// A request's scope in which one task is started and left to the scope's end.
pub const CONTEXT_ONE: &str = "a scope per request, one task left to its end";
/// Memory of a task that waits.
pub const IDLE_BYTES: &str = "an idle task with a 24-byte future";
/// Allocations of a task that waits.
pub const IDLE_ALLOCATIONS: &str = "allocations of an idle task";
/// Requests per second of a handler that answers at once.
pub const AXUM: &str = "axum handler, requests per second";
/// The same as a share of plain axum's.
pub const AXUM_SHARE: &str = "axum handler, share of plain axum's rate";
/// Transactions per second of two inserts each, on PostgreSQL.
pub const TRANSACTION: &str = "a transaction of two inserts, per second";
/// The same as a share of hand-written sqlx's.
pub const TRANSACTION_SHARE: &str = "a transaction of two inserts, share of sqlx's rate by hand";
/// `cargo check` of a crate of 1,000 functions.
pub const COMPILE_ALL: &str = "`cargo check`, 1,000 functions";
/// The same after one of them was edited.
pub const COMPILE_EDIT: &str = "`cargo check`, one of 1,000 functions edited";

/// The contender that [`Rule::AtMostTimes`] compares the cost of a start with.
pub const BOX_OF_CELL: &str = "`Box::new` + drop, as large as the cell";
/// The contender that [`Rule::AtMostTimes`] compares the time to compile with.
pub const INSTRUMENT: &str = "`#[tracing::instrument]`";

/// Every work, in the order in which the table shows them.
pub const WORKS: [&str; 19] = [
    START_AWAIT,
    READY,
    READY_ALLOCATIONS,
    FAN_YIELDING,
    FAN_READY,
    YIELD,
    FIB,
    BATCH,
    BATCH_CALLS,
    CONTEXT_EMPTY,
    CONTEXT_ONE,
    IDLE_BYTES,
    IDLE_ALLOCATIONS,
    AXUM,
    AXUM_SHARE,
    TRANSACTION,
    TRANSACTION_SHARE,
    COMPILE_ALL,
    COMPILE_EDIT,
];

/// What is wanted of one work.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The work's name.
    pub work: &'static str,
    /// What is wanted.
    pub rule: Rule,
}

/// What may be wanted of a figure of ours.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// At most this many of the work's unit.
    AtMost(f64),
    /// At least this many of the work's unit.
    AtLeast(f64),
    /// Faster than each peer, spawning or not.
    FasterThanPeers,
    /// At least this many times faster than each peer whose tasks go on by themselves.
    TimesFasterThanSpawners(f64),
    /// At least this many times faster than the fastest of tokio's ways.
    TimesFasterThanTokio(f64),
    /// At most this many times the cost of the baseline of that name.
    AtMostTimes(f64, &'static str),
}

/// Every goal; those of one work in the order in which the table shows them.
pub const GOALS: &[Goal] = &[
    Goal { work: START_AWAIT, rule: Rule::TimesFasterThanSpawners(3.0) },
    Goal { work: START_AWAIT, rule: Rule::TimesFasterThanTokio(15.0) },
    Goal { work: START_AWAIT, rule: Rule::AtMostTimes(1.5, BOX_OF_CELL) },
    Goal { work: READY, rule: Rule::AtMost(3.0) },
    Goal { work: READY_ALLOCATIONS, rule: Rule::AtMost(0.0) },
    Goal { work: FAN_YIELDING, rule: Rule::FasterThanPeers },
    Goal { work: YIELD, rule: Rule::FasterThanPeers },
    Goal { work: YIELD, rule: Rule::AtMost(12.0) },
    Goal { work: FIB, rule: Rule::FasterThanPeers },
    Goal { work: BATCH, rule: Rule::FasterThanPeers },
    Goal { work: BATCH_CALLS, rule: Rule::AtMost(3.0) },
    Goal { work: CONTEXT_EMPTY, rule: Rule::AtMost(150.0) },
    Goal { work: IDLE_BYTES, rule: Rule::AtMost(96.0) },
    Goal { work: IDLE_ALLOCATIONS, rule: Rule::AtMost(1.0) },
    Goal { work: AXUM_SHARE, rule: Rule::AtLeast(98.0) },
    Goal { work: TRANSACTION_SHARE, rule: Rule::AtLeast(97.0) },
    Goal { work: COMPILE_ALL, rule: Rule::AtMostTimes(1.0, INSTRUMENT) },
    Goal { work: COMPILE_EDIT, rule: Rule::AtMostTimes(1.0, INSTRUMENT) },
];

impl Goal {
    /// Whether `ours` meets the goal among `rows`; `None` where nobody is there to compare with.
    #[must_use]
    pub fn is_met(&self, ours: &Row, rows: &[Row]) -> Option<bool> {
        let figure = ours.figure();
        let others = || rows_of(rows, self.work);
        Some(match self.rule {
            Rule::AtMost(limit) => figure <= limit,
            Rule::AtLeast(limit) => figure >= limit,
            Rule::FasterThanPeers => {
                Row::fastest(others().filter(|row| row.is_peer()))?.figure() > figure
            }
            Rule::TimesFasterThanSpawners(times) => {
                let spawners = others().filter(|row| row.kind == Kind::Spawner);
                Row::fastest(spawners)?.figure() >= times * figure
            }
            Rule::TimesFasterThanTokio(times) => {
                Row::fastest(others().filter(|row| row.is_tokio()))?.figure() >= times * figure
            }
            Rule::AtMostTimes(times, baseline) => {
                figure <= times * others().find(|row| row.contender == baseline)?.figure()
            }
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AtMost(limit) => write!(f, "≤ {}", number(limit)),
            Self::AtLeast(limit) => write!(f, "≥ {}", number(limit)),
            Self::FasterThanPeers => write!(f, "faster than every peer"),
            Self::TimesFasterThanSpawners(times) => {
                write!(f, "{times} × faster than every spawning peer")
            }
            Self::TimesFasterThanTokio(times) => write!(f, "{times} × faster than tokio"),
            Self::AtMostTimes(times, baseline) => write!(f, "≤ {times} × {baseline}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_that_has_a_goal_is_shown() {
        assert!(GOALS.iter().all(|goal| WORKS.contains(&goal.work)));
    }
}

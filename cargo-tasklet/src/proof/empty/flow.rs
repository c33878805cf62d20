//! The ways through a function: a coroutine goes on where it was suspended.

use crate::ir::opcode;
use crate::proof::body::{Body, Spot, stored};

use super::branch::{case, condition};

/// The blocks that follow each block.
#[derive(Debug)]
pub(super) struct Flow {
    next: Vec<Vec<usize>>,
    /// Whether it is that of a coroutine, all of whose variables lie in one place.
    is_coroutine: bool,
}

impl Flow {
    pub(super) fn of(body: &Body<'_>) -> Flow {
        let mut next: Vec<Vec<usize>> =
            body.blocks.iter().map(|block| block.next.clone()).collect();
        let resumed = resumed(body);
        let is_coroutine = resumed.is_some();
        if let Some(resumed) = resumed {
            // The entry leads to the beginning alone, and each suspension to where it is resumed.
            next[0].retain(|to| resumed.iter().all(|(_, target)| target != to));
            for (suspended, target) in resumed {
                next[suspended].push(target);
            }
        }
        Flow { next, is_coroutine }
    }

    pub(super) fn is_coroutine(&self) -> bool {
        self.is_coroutine
    }

    pub(super) fn next(&self, block: usize) -> &[usize] {
        &self.next[block]
    }
}

/// The blocks in which a coroutine is suspended, each with the block in which it goes on. `None` if
/// the function is none, or if it is not plain where it goes on.
fn resumed(body: &Body<'_>) -> Option<Vec<(usize, usize)>> {
    if !body.is_coroutine {
        return None;
    }
    let entry = body.blocks.first()?;
    let switch = entry.lines.last().filter(|line| opcode(line.text) == "switch")?.text;
    let state = body.loaded(condition(switch)?)?;
    let mut found = Vec::new();
    for (number, block) in body.blocks.iter().enumerate() {
        if block.lines.last().is_none_or(|line| opcode(line.text) != "ret") {
            continue;
        }
        let stores = block.lines.iter().rev().filter_map(|line| constant(body, line.text, &state));
        // 1 is the state of one that has finished.
        match stores.into_iter().next()? {
            1 => {}
            suspended => found.push((number, *entry.next.get(case(switch, suspended))?)),
        }
    }
    // Each state but the beginning, the end and a panic is one that somebody leaves it in.
    let states = entry.next.len().checked_sub(4)?;
    let mut targets: Vec<_> = found.iter().map(|(_, target)| *target).collect();
    targets.sort_unstable();
    targets.dedup();
    (states > 0 && targets.len() == states).then_some(found)
}

/// The constant that an instruction stores to a place.
pub(super) fn constant(body: &Body<'_>, line: &str, place: &Spot) -> Option<i64> {
    if opcode(line) != "store" {
        return None;
    }
    let (value, to) = stored(line)?;
    let value = match value {
        "true" => 1,
        "false" => 0,
        number => number.parse().ok()?,
    };
    (body.spot(to) == *place).then_some(value)
}

//! What a drop depends on: a flag that tells whether the value is still there, the variant of the
//! enum that it is in. A way that has seen `None` does not come to what `Some` holds.

use super::branch::{asked, edge_if};
use super::flow::{Flow, constant};
use super::reach::Reach;
use crate::ir::opcode;
use crate::proof::body::{Body, Spot, address, operands, stored};

/// How many things a drop is taken to depend on at most.
const MOST: usize = 4;

/// A flag or the tag of an enum.
#[derive(Debug)]
struct Control {
    tag: Spot,
    decoded: Option<i64>,
    /// Who may write to it.
    reach: Reach,
}

/// What is known of each control: 0 or 1.
pub(super) type Known = [Option<u8>; MOST];

/// All that a drop depends on.
#[derive(Debug)]
pub(super) struct Controls(Vec<Control>);

impl Controls {
    /// What is asked on the last steps of the way to a block.
    pub(super) fn of(body: &Body<'_>, drop: usize) -> Controls {
        let mut controls = Vec::new();
        let mut steps = vec![drop];
        // An `invoke` or a jump stands between two questions here and there.
        for _ in 0..2 * MOST {
            let before = |to: &usize| {
                let to = *to;
                let blocks = body.blocks.iter().enumerate();
                blocks.filter(move |(_, block)| block.next.contains(&to)).map(|(block, _)| block)
            };
            let mut befores: Vec<usize> = steps.iter().flat_map(before).collect();
            befores.sort_unstable();
            befores.dedup();
            for block in &befores {
                if let Some((spot, tag)) = asked(body, *block)
                    && controls.len() < MOST
                {
                    let decoded = tag.decoded;
                    let is_same = |it: &Control| it.tag == spot && it.decoded == decoded;
                    if !controls.iter().any(is_same) {
                        let reach = Reach::of_place(body, spot.clone());
                        controls.push(Control { tag: spot, decoded, reach });
                    }
                }
            }
            // Where many ways meet, what came before is another question.
            if befores.len() > MOST {
                break;
            }
            steps = befores;
        }
        Controls(controls)
    }

    /// What is known after an instruction.
    pub(super) fn after(&self, body: &Body<'_>, line: &str, known: &mut Known) {
        for (control, known) in self.0.iter().zip(known) {
            match constant(body, line, &control.tag) {
                Some(value @ (0 | 1)) if control.decoded.is_none() => *known = Some(value as u8),
                None if !control.may_be_written(body, line) => {}
                _ => *known = None,
            }
        }
    }

    /// The blocks that follow, with what is known there.
    pub(super) fn next(
        &self,
        body: &Body<'_>,
        flow: &Flow,
        block: usize,
        known: Known,
    ) -> Vec<(usize, Known)> {
        let mut ways: Vec<_> = flow.next(block).iter().map(|to| (*to, known)).collect();
        for (place, control) in self.0.iter().enumerate() {
            let edge = |value| edge_if(body, block, &control.tag, control.decoded, value);
            let (Some(zero), Some(one)) = (edge(0), edge(1)) else { continue };
            if zero == one {
                continue;
            }
            ways.retain_mut(|(to, known)| {
                let learned = if *to == zero { 0 } else { u8::from(*to == one) };
                let is_possible = known[place].is_none_or(|known| known == learned);
                known[place] = Some(learned);
                is_possible && (*to == zero || *to == one)
            });
        }
        ways
    }
}

impl Control {
    /// Whether an instruction may write to the tag, be it as a part of something larger.
    fn may_be_written(&self, body: &Body<'_>, line: &str) -> bool {
        let is_variable = body.is_variable(&self.tag);
        let reaches = |pointer: &str| {
            let spot = body.spot(pointer);
            let distance = self.tag.offset() - spot.offset();
            // Behind a parameter (a coroutine's own memory) lie many things side by side. A flag,
            // or the number of a variant, is the first thing in what it belongs to.
            spot.has_base_of(&self.tag)
                && (is_variable || distance == 0 || self.decoded.is_some() && distance > 0)
        };
        match opcode(line) {
            "store" => stored(line).is_some_and(|(_, to)| reaches(to)),
            "call" | "invoke" if line.contains("@llvm.memcpy.") => {
                operands(line).first().is_some_and(|to| reaches(to))
            }
            "call" | "invoke" | "tail" if !line.contains("@llvm.") => {
                let mut operands = operands(line).into_iter();
                operands.any(|it| reaches(it) || self.reach.is_way(body, &body.spot(it)))
            }
            "atomicrmw" | "cmpxchg" => address(line).is_some_and(reaches),
            _ => false,
        }
    }
}

//! Through which pointers a place may be changed: those to it and to its parts, those to what it is
//! a part of, and those to where a pointer to it is kept.

use super::flow::Flow;
use crate::ir::opcode;
use crate::names::{self, Event};
use crate::proof::body::{Body, Spot, address, operands, stored};

/// A place, and what leads to it.
#[derive(Debug)]
pub(super) struct Reach {
    place: Spot,
    /// A pointer to one of these gets to the place: what it is a part of, and where pointers are.
    ways: Vec<Spot>,
    /// The pointers by which the place is known. When one is set anew, it is another place.
    links: Vec<Spot>,
    is_coroutine: bool,
}

impl Reach {
    pub(super) fn of(body: &Body<'_>, flow: &Flow, pointer: &str) -> Reach {
        let place = body.spot(pointer);
        let is_coroutine = flow.is_coroutine();
        let links = body.sources(pointer);
        let mut reach = Reach { place, ways: Vec::new(), links, is_coroutine };
        let wholes = reach.wholes(body, pointer);
        reach.ways = wholes.into_iter().skip(1).chain(reach.links.iter().cloned()).collect();
        reach.find_holders(body);
        reach
    }

    /// A place of which it is asked only where pointers to it are kept.
    pub(super) fn of_place(body: &Body<'_>, place: Spot) -> Reach {
        let (ways, links) = (Vec::new(), Vec::new());
        let mut reach = Reach { place, ways, links, is_coroutine: false };
        reach.find_holders(body);
        reach
    }

    /// What a pointer leads to, and what that is a part of: but for a coroutine itself, to which no
    /// pointer is handed out by its own code.
    fn wholes(&self, body: &Body<'_>, pointer: &str) -> Vec<Spot> {
        let mut wholes = body.wholes(pointer);
        if self.is_coroutine && wholes.len() > 1 && !body.is_variable(&wholes[0]) {
            wholes.pop();
        }
        wholes
    }

    /// Where pointers to the place are stored, or pointers to these.
    fn find_holders(&mut self, body: &Body<'_>) {
        let lines = body.blocks.iter().flat_map(|block| &block.lines).map(|line| line.text);
        let kept = lines.filter_map(|line| match opcode(line) {
            "store" => {
                let pointer = stored(line).filter(|(value, _)| value.starts_with('%'));
                pointer.map(|(value, to)| (value, to, false))
            }
            "call" if line.contains("@llvm.memcpy.") => match operands(line).as_slice() {
                [to, from, ..] => Some((*from, *to, true)),
                _ => None,
            },
            _ => None,
        });
        let mut kept: Vec<(Spot, Spot, bool)> =
            kept.map(|(value, to, is_copy)| (body.spot(value), body.spot(to), is_copy)).collect();
        loop {
            let before = self.ways.len();
            kept.retain(|(value, to, is_copy)| {
                // A copy of the place itself is another place.
                let leads_there =
                    self.is_way(body, value) || !is_copy && body.may_overlap(value, &self.place);
                if leads_there && !body.may_overlap(to, &self.place) && !self.ways.contains(to) {
                    self.ways.push(to.clone());
                }
                !leads_there
            });
            if self.ways.len() == before {
                return;
            }
        }
    }

    /// Whether a place is one from which a pointer leads to it.
    pub(super) fn is_way(&self, body: &Body<'_>, spot: &Spot) -> bool {
        self.ways.iter().any(|way| body.may_overlap(spot, way))
    }

    /// Whether a pointer is one to the place, or to a part of it.
    fn is_inside(&self, body: &Body<'_>, pointer: &str) -> bool {
        let mut wholes = self.wholes(body, pointer).into_iter();
        wholes.any(|whole| body.may_overlap(&whole, &self.place))
    }

    /// Whether an instruction may change what is at the place.
    pub(super) fn is_touched_by(&self, body: &Body<'_>, line: &str) -> bool {
        let is_it = |pointer: &str| self.is_inside(body, pointer);
        match opcode(line) {
            "store" => stored(line).is_some_and(|(value, to)| {
                is_it(to) || is_it(value) || self.links.contains(&body.spot(to))
            }),
            // It only reads what it copies.
            "call" if line.contains("@llvm.memcpy.") => operands(line)
                .first()
                .is_some_and(|to| is_it(to) || self.is_way(body, &body.spot(to))),
            "call" | "invoke" | "tail" => {
                let is_marker = line.contains("@llvm.lifetime.") || line.contains("@llvm.dbg.");
                let event = body.called(line).and_then(names::event);
                let is_look = matches!(event, Some(Event::Same | Event::Inside));
                let leads_there =
                    |pointer: &&str| is_it(pointer) || self.is_way(body, &body.spot(pointer));
                match (is_marker, is_look) {
                    (true, _) => false,
                    (_, true) => operands(line).into_iter().any(is_it),
                    _ => operands(line).iter().any(leads_there),
                }
            }
            "atomicrmw" | "cmpxchg" => address(line).is_some_and(is_it),
            _ => false,
        }
    }
}

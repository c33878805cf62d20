//! Drops of what is known to be empty: a future that was ready, an iterator that gave `None`, a
//! place that all was taken out of.
//!
//! Such a drop is passed over if every way to it leads through an edge that shows the place empty
//! (the arm of `Ready`, of `None`), or an instruction that leaves it so, and nothing touches the
//! place after that.

mod branch;
mod control;
mod flow;
mod reach;

use std::collections::{HashMap, HashSet};

use control::{Controls, Known};
use flow::Flow;
use reach::Reach;

use super::body::{Body, Spot, operands, written_result};
use crate::names::{self, Event};

pub(super) use branch::{Tag, asked};

/// What is known of types.
pub(super) struct Types<'a> {
    /// Whether a value of this type may owe.
    pub(super) may_owe: &'a dyn Fn(&str) -> bool,
    /// Whether the compiler has made this future.
    pub(super) is_coroutine: &'a dyn Fn(&str) -> bool,
    /// How the variants of an enum are stored.
    pub(super) tag: &'a dyn Fn(&str) -> Option<Tag>,
}

/// An instruction: its block, and its place there.
type At = (usize, usize);

/// Where the place is left empty.
#[derive(Debug, Default)]
struct Cuts {
    /// On the way from one block to another.
    edges: HashSet<(usize, usize)>,
    /// By an instruction.
    lines: HashSet<At>,
    /// Ways that are never taken.
    dead: HashSet<(usize, usize)>,
}

/// Whether what the instruction drops is empty on every way to it.
pub(super) fn is_empty(body: &Body<'_>, drop: At, types: &Types<'_>) -> bool {
    let line = body.line(drop).text;
    let pointer = operands(line).first().copied();
    let place = pointer.map(|pointer| body.spot(pointer));
    let of = body.called(line).and_then(names::glue);
    let Some((place, of)) = place.zip(of) else { return false };
    let flow = Flow::of(body);
    let cuts = Cuts::of(body, &place, of, types);
    let reach = Reach::of(body, &flow, pointer.unwrap_or_default());
    !cuts.is_reached_full(body, &flow, drop, &reach)
}

impl Cuts {
    fn of(body: &Body<'_>, place: &Spot, of: &str, types: &Types<'_>) -> Cuts {
        let mut cuts = Cuts::default();
        if let Some(discriminant) = names::empty_variant(of, types.may_owe)
            && let Some(Tag { offset, decoded }) = (types.tag)(of)
        {
            let tag = place.behind(offset);
            let to = |block| branch::edge_if(body, block, &tag, decoded, discriminant);
            let edges = (0..body.blocks.len()).filter_map(|block| Some((block, to(block)?)));
            cuts.edges.extend(edges);
            if decoded.is_none() {
                cuts.lines.extend(assigned(body, &tag, discriminant));
            }
        }
        if names::is_queue(of) {
            cuts.edges.extend(empty_queue(body, place));
        }
        for (block, lines) in body.blocks.iter().enumerate() {
            for (at, line) in lines.lines.iter().enumerate() {
                let Some(function) = body.called(line.text) else { continue };
                if names::is_never(function)
                    && let Some((from, taken)) = branch::edge_of(body, (block, at), 0)
                {
                    let next = body.blocks[from].next.iter().filter(|to| **to != taken);
                    cuts.dead.extend(next.map(|to| (from, *to)));
                }
                let Some(event) = event(function, of, types) else { continue };
                if subject(line.text).is_none_or(|pointer| body.spot(pointer) != *place) {
                    continue;
                }
                match event {
                    Event::Take => {
                        cuts.lines.insert((block, at));
                    }
                    Event::Asked(empty) => {
                        cuts.edges.extend(branch::edge_of(body, (block, at), empty));
                    }
                    _ => cuts.edges.extend(branch::edge_of(body, (block, at), 0)),
                }
            }
        }
        cuts
    }

    /// Whether a way leads from the entry to the drop at whose end the place may be full: it was
    /// never left empty, or something touched it afterwards.
    fn is_reached_full(&self, body: &Body<'_>, flow: &Flow, drop: At, reach: &Reach) -> bool {
        let controls = Controls::of(body, drop.0);
        let touching = self.touching(body, reach);
        let mut seen = HashSet::new();
        let mut open = vec![(0, Known::default(), false)];
        while let Some((block, mut known, mut is_empty)) = open.pop() {
            if !seen.insert((block, known, is_empty)) {
                continue;
            }
            for (at, line) in body.blocks[block].lines.iter().enumerate() {
                if (block, at) == drop && !is_empty {
                    return true;
                }
                if let Some(leaves_empty) = touching.get(&(block, at)) {
                    is_empty = *leaves_empty;
                }
                controls.after(body, line.text, &mut known);
            }
            for (to, known) in controls.next(body, flow, block, known) {
                let edge = (block, to);
                if !self.dead.contains(&edge) {
                    open.push((to, known, is_empty || self.edges.contains(&edge)));
                }
            }
        }
        false
    }

    /// The instructions that touch the place, and whether they leave it empty.
    fn touching(&self, body: &Body<'_>, reach: &Reach) -> HashMap<At, bool> {
        let lines = all_lines(body).filter_map(|(at, line)| {
            let leaves_empty = self.lines.contains(&at);
            (leaves_empty || reach.is_touched_by(body, line)).then_some((at, leaves_empty))
        });
        lines.collect()
    }
}

/// What a call tells of a place whose type is `of`.
fn event<'a>(function: &'a str, of: &str, types: &Types<'_>) -> Option<Event<'a>> {
    // A future that the compiler has made is polled by a function of the type's own name.
    if names::is_body_of(function, of) && (types.is_coroutine)(of) {
        return Some(Event::Poll(function));
    }
    // A part of a value may be empty without the whole.
    names::event(function).filter(|event| match event {
        Event::Poll(polled) => *polled == of && names::is_finished(of, types.is_coroutine),
        Event::Next(asked) => *asked == of && names::is_exhausted(of, types.may_owe),
        Event::Take | Event::Asked(_) => names::about(function) == Some(of),
        Event::Same | Event::Inside => false,
    })
}

/// Where the number of a variant is stored to a tag.
fn assigned(body: &Body<'_>, tag: &Spot, discriminant: i64) -> Vec<At> {
    let is_it = |line: &str| flow::constant(body, line, tag) == Some(discriminant);
    all_lines(body).filter(|(_, line)| is_it(line)).map(|(at, _)| at).collect()
}

/// The edges that are taken when the queue at a place, the only one that the function asks, has
/// given `None`.
fn empty_queue(body: &Body<'_>, place: &Spot) -> Vec<(usize, usize)> {
    let asks = |line: &str| body.called(line).is_some_and(names::asks_queue);
    let is_it = |line: &str| subject(line).is_some_and(|queue| body.spot(queue) == *place);
    if !all_lines(body).filter(|(_, line)| asks(line)).all(|(_, line)| is_it(line)) {
        return Vec::new();
    }
    let polls = all_lines(body).filter(|(_, line)| {
        let event = body.called(line).and_then(names::event);
        matches!(event, Some(Event::Poll(of)) if names::is_of_queue(of))
    });
    polls.filter_map(|(at, _)| branch::none_edge(body, at)).collect()
}

fn all_lines<'b>(body: &'b Body<'_>) -> impl Iterator<Item = (At, &'b str)> {
    let blocks = body.blocks.iter().enumerate();
    blocks.flat_map(|(block, lines)| {
        lines.lines.iter().enumerate().map(move |(at, line)| ((block, at), line.text))
    })
}

/// The first operand that is not there for the result.
fn subject(line: &str) -> Option<&str> {
    let skip = usize::from(written_result(line).is_some());
    operands(line).get(skip).copied()
}

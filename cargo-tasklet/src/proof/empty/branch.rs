//! Which way a function goes when a call has given `None` or `Ready`.
//!
//! These are the first variants of their enums: discriminant 0. The compiler asks for the
//! discriminant right behind the call, either as it is stored, or, where a pointer's null or the
//! like stands for it, by a comparison and a `select` that makes a number of it.

use std::cell::Cell;

use super::At;
use crate::ir::{opcode, result_of};
use crate::proof::body::{
    Body, Spot, address, converted, operands, result_size, stored, written_result,
};

/// The edge that is taken if the result of the call is the variant of that number.
pub(super) fn edge_of(body: &Body<'_>, call: At, discriminant: i64) -> Option<(usize, usize)> {
    let line = body.line(call).text;
    let block = if opcode(line) == "invoke" { *body.blocks[call.0].next.first()? } else { call.0 };
    first_edge(body, &Answer::of(body, line, discriminant), block)
}

/// The edge that is taken in the first `match` on what a polled future has given, if that is the
/// first variant: `None`, where the future is one of a queue's.
pub(super) fn none_edge(body: &Body<'_>, poll: At) -> Option<(usize, usize)> {
    let (_, ready) = edge_of(body, poll, 0)?;
    first_edge(body, &Answer::of(body, body.line(poll).text, 0), ready)
}

/// The edge that is taken at the first branch from this block on, if that asks for the answer.
fn first_edge(body: &Body<'_>, answer: &Answer<'_, '_>, from: usize) -> Option<(usize, usize)> {
    let mut block = from;
    // As many blocks as stand between a call and its `match` at most.
    for _ in 0..8 {
        let last = body.blocks[block].lines.last()?.text;
        let next = &body.blocks[block].next;
        match (opcode(last), next.as_slice()) {
            ("br" | "invoke", [only]) => block = *only,
            ("br" | "switch", _) => {
                let value = answer.value(condition(last)?)?;
                return target(last, next, value).map(|to| (block, to));
            }
            _ => return None,
        }
    }
    None
}

/// How the variant of an enum is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proof) struct Tag {
    /// Behind the beginning of the enum, in bytes.
    pub(in crate::proof) offset: i64,
    /// What it is compared with to make a number of it; none where the number itself is stored.
    /// One byte may be the tag of an enum and of another one inside of it, and is compared with
    /// different things.
    pub(in crate::proof) decoded: Option<i64>,
}

/// The tag of the enum that is asked about at the end of a block, and where in memory it is.
pub(in crate::proof) fn asked(body: &Body<'_>, block: usize) -> Option<(Spot, Tag)> {
    let last = body.blocks[block].lines.last()?.text;
    let spot = leaf(body, condition(last)?, 16)?;
    let answer = Answer::at(body, &spot, 0);
    answer.value(condition(last)?)?;
    let tag = Tag { offset: spot.offset(), decoded: answer.decoded.get() };
    Some((spot, tag))
}

/// Where the end of a block leads if the tag at a place tells the variant of that number.
pub(super) fn edge_if(
    body: &Body<'_>,
    block: usize,
    tag: &Spot,
    decoded: Option<i64>,
    discriminant: i64,
) -> Option<usize> {
    let last = body.blocks[block].lines.last()?.text;
    let answer = Answer::at(body, tag, discriminant);
    let value = answer.value(condition(last)?)?;
    (answer.decoded.get() == decoded)
        .then(|| target(last, &body.blocks[block].next, value))
        .flatten()
}

/// The place that a condition was loaded from.
fn leaf(body: &Body<'_>, value: &str, depth: u32) -> Option<Spot> {
    let line = body.maker(value).filter(|_| depth > 0)?;
    let (_, rest) = line.split_once(" = ")?;
    let first = match opcode(line) {
        "load" => return Some(body.spot(address(rest)?)),
        "zext" | "trunc" | "sext" | "ptrtoint" | "ptrtoaddr" | "freeze" => converted(rest)?,
        "icmp" | "add" | "sub" | "and" | "or" | "xor" => pair(rest)?.0,
        "select" => rest.split_once(" i1 ")?.1.split(',').next()?,
        _ => return None,
    };
    leaf(body, first, depth - 1)
}

/// Where a `br` or `switch` goes for a value.
fn target(line: &str, next: &[usize], value: i64) -> Option<usize> {
    match (opcode(line), next) {
        ("br", [yes, no]) => Some(if value & 1 == 1 { *yes } else { *no }),
        ("switch", _) => next.get(case(line, value)).copied(),
        _ => None,
    }
}

/// The value that a `br` or `switch` looks at.
pub(super) fn condition(line: &str) -> Option<&str> {
    line.split_once(", label ")?.0.split_whitespace().last()
}

/// The position of the label for a value, the one for all others being first.
pub(super) fn case(line: &str, value: i64) -> usize {
    let cases = line.split_once('[').map_or("", |(_, cases)| cases);
    let mut values = cases.lines().filter_map(|case| {
        case.split_once(", label ")?.0.split_whitespace().last()?.parse::<i64>().ok()
    });
    values.position(|found| found == value).map_or(0, |position| position + 1)
}

/// What is known of a value if the discriminant is what is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Is(i64),
    /// As the variant is stored.
    Stored,
    /// A comparison of that with something, and how it ends if the variants are stored as they are
    /// numbered.
    Compared {
        with: Option<i64>,
        plain: Option<i64>,
    },
}

/// The most that one instruction stores of an enum.
const WORD: i64 = 8;

/// An enum: the result of a call, wherever it was put down, or what is at a place.
struct Answer<'b, 'a> {
    body: &'b Body<'a>,
    /// The number of the variant that is asked about.
    discriminant: i64,
    /// The place, if it is not the result of a call.
    place: Option<&'b Spot>,
    /// What the stored form was compared with, where a `select` made the discriminant.
    decoded: Cell<Option<i64>>,
    /// The result, and the parts that were taken out of it.
    values: Vec<&'a str>,
    /// The places that it was written to, and how many bytes it takes there.
    variables: Vec<(&'a str, i64)>,
}

impl<'b, 'a> Answer<'b, 'a> {
    fn of(body: &'b Body<'a>, call: &'a str, discriminant: i64) -> Answer<'b, 'a> {
        let mut answer = Answer {
            body,
            discriminant,
            place: None,
            decoded: Cell::new(None),
            values: Vec::new(),
            variables: Vec::new(),
        };
        answer.variables.extend(written_result(call).zip(result_size(call)));
        answer.values.extend(result_of(call));
        let lines = body.blocks.iter().flat_map(|block| &block.lines).map(|line| line.text);
        let result = result_of(call);
        for line in lines {
            match opcode(line) {
                "extractvalue" if result.is_some() && aggregate(line) == result => {
                    answer.values.extend(result_of(line));
                }
                // A flag is stored as a byte.
                "zext" if result.is_some() && converted(line) == result => {
                    answer.values.extend(result_of(line));
                }
                "store" => match stored(line) {
                    Some((value, to)) if answer.values.contains(&value) => {
                        answer.variables.push((to, WORD));
                    }
                    _ => {}
                },
                "call" if line.contains("@llvm.memcpy.") => {
                    if let [to, from, size, ..] = operands(line)[..]
                        && answer.holds(&body.spot(from))
                    {
                        answer.variables.extend(size.parse().ok().map(|size| (to, size)));
                    }
                }
                _ => {}
            }
        }
        answer
    }

    /// Whether a place is in one of the variables.
    fn holds(&self, place: &Spot) -> bool {
        self.variables.iter().any(|(variable, size)| {
            let variable = self.body.spot(variable);
            let distance = place.offset() - variable.offset();
            variable.has_base_of(place)
                && (self.body.is_variable(place) || (0..*size).contains(&distance))
        })
    }

    fn at(body: &'b Body<'a>, place: &'b Spot, discriminant: i64) -> Answer<'b, 'a> {
        Answer {
            body,
            discriminant,
            place: Some(place),
            decoded: Cell::new(None),
            values: Vec::new(),
            variables: Vec::new(),
        }
    }

    fn value(&self, value: &str) -> Option<i64> {
        match self.known(value, 16)? {
            Known::Is(number) => Some(number),
            // The discriminant itself.
            Known::Stored => Some(self.discriminant),
            Known::Compared { plain, .. } => plain,
        }
    }

    fn known(&self, value: &str, depth: u32) -> Option<Known> {
        match value {
            "false" | "null" => return Some(Known::Is(0)),
            "true" => return Some(Known::Is(1)),
            _ => {}
        }
        if let Ok(number) = value.parse() {
            return Some(Known::Is(number));
        }
        if self.values.contains(&value) {
            return Some(Known::Stored);
        }
        let line = self.body.maker(value).filter(|_| depth > 0)?;
        let of = |value: &str| self.known(value, depth - 1);
        let (_, rest) = line.split_once(" = ")?;
        match opcode(line) {
            "load" => {
                let from = self.body.spot(address(rest)?);
                let is_place = self.place.is_some_and(|place| *place == from);
                (is_place || self.holds(&from)).then_some(Known::Stored)
            }
            "zext" | "trunc" | "sext" | "ptrtoint" | "ptrtoaddr" | "freeze" | "bitcast" => {
                of(converted(rest)?)
            }
            "add" | "sub" | "and" | "or" | "xor" => {
                let (left, _) = pair(rest)?;
                matches!(of(left)?, Known::Stored).then_some(Known::Stored)
            }
            "icmp" => {
                let (left, right) = pair(rest)?;
                match (of(left)?, of(right)?) {
                    (Known::Is(left), Known::Is(right)) => {
                        compare(rest, left, right).map(Known::Is)
                    }
                    // A plain discriminant, or a pointer whose null is the first variant.
                    (Known::Stored, Known::Is(right @ (0 | 1))) => {
                        let plain = compare(rest, self.discriminant, right);
                        Some(Known::Compared { with: Some(right), plain })
                    }
                    (Known::Stored, Known::Is(right)) => {
                        Some(Known::Compared { with: Some(right), plain: None })
                    }
                    _ => None,
                }
            }
            // What a comparison of the stored form decides is the discriminant.
            "select" => {
                let condition = rest.split_once(" i1 ")?.1.split(',').next()?;
                let Known::Compared { with, .. } = of(condition)? else { return None };
                self.decoded.set(Some(with?));
                Some(Known::Is(self.discriminant))
            }
            _ => None,
        }
    }
}

/// The value that a part is taken out of.
fn aggregate(line: &str) -> Option<&str> {
    line.split(", !").next()?.rsplit_once(", ")?.0.split_whitespace().last()
}

/// Both operands of `icmp eq i64 %a, 0`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let line = line.split(", !").next()?;
    let (left, right) = line.rsplit_once(", ")?;
    Some((left.split_whitespace().last()?, right.trim()))
}

fn compare(line: &str, left: i64, right: i64) -> Option<i64> {
    let mut words = line.split_whitespace().skip(1);
    let is_true = match words.find(|word| *word != "samesign")? {
        "eq" => left == right,
        "ne" => left != right,
        "ult" | "slt" => left < right,
        "ule" | "sle" => left <= right,
        "ugt" | "sgt" => left > right,
        "uge" | "sge" => left >= right,
        _ => return None,
    };
    Some(i64::from(is_true))
}

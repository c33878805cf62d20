//! A function read for a second time, with its values: which place in memory a pointer means.

use std::collections::HashMap;

use crate::ir::{self, Block, Line, opcode, result_of};
use crate::names::{self, Event};

/// A place in memory: so many bytes behind what a value points to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    base: String,
    offset: i64,
}

impl Spot {
    pub(super) fn offset(&self) -> i64 {
        self.offset
    }

    /// The place so many bytes behind this one.
    pub(super) fn behind(&self, bytes: i64) -> Spot {
        Spot { base: self.base.clone(), offset: self.offset + bytes }
    }

    /// Whether both lie in the same variable, or behind the same pointer.
    pub(super) fn has_base_of(&self, other: &Spot) -> bool {
        self.base == other.base
    }
}

/// A function's blocks, and where each value comes from.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    /// Whether it is the body of a future that the compiler has made.
    pub(super) is_coroutine: bool,
    /// The instruction that makes a value: its block, and its place there.
    makers: HashMap<&'a str, (usize, usize)>,
    /// What is stored to a local variable, by the variable's name.
    stores: HashMap<&'a str, Vec<&'a str>>,
    /// The demangled names of what is called.
    names: HashMap<&'a str, String>,
}

impl<'a> Body<'a> {
    /// `text` was understood before.
    pub(super) fn read(text: &'a str) -> Option<Body<'a>> {
        let blocks = ir::blocks(text)?;
        let mut body = Body {
            makers: HashMap::new(),
            stores: HashMap::new(),
            names: HashMap::new(),
            blocks,
            is_coroutine: false,
        };
        for (place, block) in body.blocks.iter().enumerate() {
            for (at, line) in block.lines.iter().enumerate() {
                if let Some(result) = result_of(line.text) {
                    body.makers.insert(result, (place, at));
                }
                if opcode(line.text) == "store"
                    && let Some((value, to)) = stored(line.text)
                {
                    body.stores.entry(to).or_default().push(value);
                }
                if let Some(callee) = callee(line.text) {
                    body.names.entry(callee).or_insert_with(|| names::demangle(callee));
                }
            }
        }
        Some(body)
    }

    /// The instruction of that number.
    pub(super) fn find(&self, index: u32) -> Option<(usize, usize)> {
        let block = self
            .blocks
            .iter()
            .position(|block| block.lines.last().is_some_and(|last| index <= last.index))?;
        let at = self.blocks[block].lines.iter().position(|line| line.index == index)?;
        Some((block, at))
    }

    pub(super) fn line(&self, (block, at): (usize, usize)) -> Line<'a> {
        self.blocks[block].lines[at]
    }

    /// The instruction that makes a value; none for a parameter.
    pub(super) fn maker(&self, value: &str) -> Option<&'a str> {
        self.makers.get(value).map(|at| self.line(*at).text)
    }

    /// The demangled name of the function that a line calls by name.
    pub(super) fn called(&self, line: &str) -> Option<&str> {
        Some(self.names.get(callee(line)?)?)
    }

    /// All that is stored to a local variable.
    pub(super) fn stored_to(&self, variable: &str) -> &[&'a str] {
        self.stores.get(variable).map_or(&[], Vec::as_slice)
    }

    /// The place that a value was loaded from, as it is or made wider or narrower.
    pub(super) fn loaded(&self, value: &str) -> Option<Spot> {
        let line = self.maker(value)?;
        match opcode(line) {
            "load" => Some(self.spot(address(line)?)),
            "zext" | "trunc" => self.loaded(converted(line)?),
            _ => None,
        }
    }

    /// Whether a pointer to the one place may change what is at the other. A parameter is one large
    /// place with many in it, a local variable is one thing.
    pub(super) fn may_overlap(&self, one: &Spot, other: &Spot) -> bool {
        one.base == other.base && (self.is_variable(one) || one.offset == other.offset)
    }

    /// Whether a place is in a local variable, and not behind a parameter or another pointer.
    pub(super) fn is_variable(&self, place: &Spot) -> bool {
        self.maker(&place.base).is_some_and(|line| opcode(line) == "alloca")
    }

    /// The place that a pointer means.
    pub(super) fn spot(&self, pointer: &str) -> Spot {
        self.spot_within(pointer, 16)
    }

    fn spot_within(&self, pointer: &str, depth: u32) -> Spot {
        let itself = || Spot { base: pointer.to_owned(), offset: 0 };
        let Some(line) = self.maker(pointer).filter(|_| depth > 0) else { return itself() };
        match opcode(line) {
            "getelementptr" => match stepped(line) {
                Some((from, offset)) => {
                    let from = self.spot_within(from, depth - 1);
                    Spot { offset: from.offset + offset, ..from }
                }
                None => itself(),
            },
            "load" => match address(line) {
                Some(from) => self.inside(from, depth),
                None => itself(),
            },
            "call" | "invoke" => {
                let event = self.called(line).and_then(names::event);
                match (event, operands(line).first()) {
                    (Some(Event::Same), Some(from)) => self.spot_within(from, depth - 1),
                    (Some(Event::Inside), Some(from)) => self.inside(from, depth),
                    _ => itself(),
                }
            }
            _ => itself(),
        }
    }

    /// The places that a pointer is made from by steps: of what it is a part.
    pub(super) fn wholes(&self, pointer: &str) -> Vec<Spot> {
        let mut found = vec![self.spot(pointer)];
        let mut last = pointer;
        while let Some((from, _)) = self.maker(last).and_then(step_of) {
            if found.len() > 16 {
                break;
            }
            found.push(self.spot(from));
            last = from;
        }
        found
    }

    /// The places that a pointer was loaded from, one after the other, with what they are parts of.
    pub(super) fn sources(&self, pointer: &str) -> Vec<Spot> {
        let mut found = Vec::new();
        let mut open = vec![pointer];
        while let Some(last) = open.pop() {
            let Some(line) = self.maker(last).filter(|_| found.len() < 32) else { continue };
            let from = match opcode(line) {
                "getelementptr" => {
                    open.extend(step_of(line).map(|(from, _)| from));
                    continue;
                }
                "load" => address(line),
                "call" | "invoke" => match self.called(line).and_then(names::event) {
                    Some(Event::Same) => {
                        open.extend(operands(line).first());
                        continue;
                    }
                    Some(Event::Inside) => operands(line).first().copied(),
                    _ => None,
                },
                _ => None,
            };
            if let Some(from) = from {
                found.extend(self.wholes(from));
                open.push(from);
                if let [only] = self.stored_to(from) {
                    open.push(only);
                }
            }
        }
        found
    }

    /// What the pointer at that address points to.
    fn inside(&self, address: &str, depth: u32) -> Spot {
        match self.stored_to(address) {
            [only] => self.spot_within(only, depth - 1),
            _ => {
                let Spot { base, offset } = self.spot_within(address, depth - 1);
                Spot { base: format!("*{base}+{offset}"), offset: 0 }
            }
        }
    }
}

/// The name that a line calls, without its sign.
pub(super) fn callee(line: &str) -> Option<&str> {
    if !matches!(opcode(line), "call" | "invoke" | "tail" | "musttail" | "notail") {
        return None;
    }
    let at = line.find('@')?;
    let open = line.find('(')?;
    // Attributes such as `sret([24 x i8])` stand in parentheses, too, but behind the name; those
    // of the result (`range(i8 0, 2)`) before it.
    let is_before = at < open || line[..at].trim_end().ends_with(')') || line[at..].contains('(');
    is_before.then(|| ir::symbols(&line[at..]).next()).flatten()
}

/// The values of a call's operands, with their signs, in order. What is no value of the function
/// (a constant, a global) is there, too.
pub(super) fn operands(line: &str) -> Vec<&str> {
    let Some(list) = called_from(line).and_then(enclosed) else { return Vec::new() };
    split(list).into_iter().filter_map(|operand| operand.split_whitespace().last()).collect()
}

/// The operand that the callee writes its result to, if it does.
pub(super) fn written_result(line: &str) -> Option<&str> {
    let list = enclosed(called_from(line)?)?;
    let operand = split(list).into_iter().find(|operand| operand.contains(" sret("))?;
    operand.split_whitespace().last()
}

/// How many bytes the callee writes there.
pub(super) fn result_size(line: &str) -> Option<i64> {
    line.split_once(" sret([")?.1.split_once(' ')?.0.parse().ok()
}

/// A call from its callee on: a name, or a value, `%0(ptr %x)`.
fn called_from(line: &str) -> Option<&str> {
    let value = line.match_indices('%').map(|(at, _)| at).find(|at| {
        let rest = line[at + 1..].trim_start_matches(|c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-')
        });
        rest.starts_with('(')
    });
    let name = line.find('@');
    let at = value.into_iter().chain(name).min()?;
    Some(&line[at..])
}

/// What stands in the parenthesis of a call.
fn enclosed(from: &str) -> Option<&str> {
    let quoted = match from.strip_prefix("@\"") {
        Some(rest) => rest.find('"')? + 2,
        None => 0,
    };
    let open = quoted + from[quoted..].find('(')?;
    let mut depth = 0;
    for (at, c) in from[open..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&from[open + 1..open + at]);
        }
    }
    None
}

fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut from) = (0, 0);
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[from..].trim());
    parts
}

/// The value and the address of `store T %value, ptr %address`.
pub(super) fn stored(line: &str) -> Option<(&str, &str)> {
    let (value, rest) = line.split_once(", ptr ")?;
    let address = rest.split([',', ' ']).next()?;
    Some((value.split_whitespace().last()?, address))
}

/// The address of `load T, ptr %address`.
pub(super) fn address(line: &str) -> Option<&str> {
    line.split_once(", ptr ")?.1.split([',', ' ']).next()
}

/// The value that `zext i1 %value to i8` begins with.
pub(super) fn converted(line: &str) -> Option<&str> {
    line.split_once(" to ")?.0.split_whitespace().last()
}

fn step_of(line: &str) -> Option<(&str, i64)> {
    (opcode(line) == "getelementptr").then(|| stepped(line)).flatten()
}

/// The base and the distance of `getelementptr i8, ptr %base, i64 8`.
fn stepped(line: &str) -> Option<(&str, i64)> {
    let (before, rest) = line.split_once(", ptr ")?;
    if !before.ends_with(" i8") {
        return None;
    }
    let mut parts = rest.split(", ");
    let base = parts.next()?;
    let distance = parts.next()?.split_whitespace().last()?.parse().ok()?;
    Some((base, distance))
}

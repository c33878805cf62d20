//! A function: its blocks, the edges between them, and what it calls.

use std::collections::HashMap;
use std::ops::Range;

use super::debug::Meta;
use super::module::Symbol;
use super::scan::{self, number};

/// How a function makes use of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It calls it.
    Call,
    /// It takes its address, or that of a table in which it stands.
    Taken,
    /// It takes the address of a table of `Debug` or its like, in which it stands as the glue.
    Formatted,
}

/// A use of a function, in a block that is reached without unwinding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) target: Symbol,
    pub(crate) how: Use,
    pub(crate) location: Option<Meta>,
    /// Which of the function's instructions it is, counted through all blocks.
    pub(crate) index: u32,
}

/// What is kept of a function that was read.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) symbol: Symbol,
    pub(crate) subprogram: Option<Meta>,
    /// Its text in the file, in bytes: from `define` to the closing brace.
    pub(crate) text: Range<usize>,
    pub(crate) sites: Vec<Site>,
}

/// One instruction, with its continuation lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    /// Counted through all blocks.
    pub(crate) index: u32,
}

/// A basic block.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    label: &'a str,
    pub(crate) lines: Vec<Line<'a>>,
    /// Where it goes on without unwinding; by position.
    pub(crate) next: Vec<usize>,
}

/// The instructions that rustc is known to write. What is none of them is an error.
const OPCODES: &[&str] = &[
    "add",
    "addrspacecast",
    "alloca",
    "and",
    "ashr",
    "atomicrmw",
    "bitcast",
    "br",
    "call",
    "catchpad",
    "catchret",
    "catchswitch",
    "cleanuppad",
    "cleanupret",
    "cmpxchg",
    "extractelement",
    "extractvalue",
    "fadd",
    "fcmp",
    "fdiv",
    "fence",
    "fmul",
    "fneg",
    "fpext",
    "fptosi",
    "fptoui",
    "fptrunc",
    "freeze",
    "frem",
    "fsub",
    "getelementptr",
    "icmp",
    "insertelement",
    "insertvalue",
    "inttoptr",
    "invoke",
    "landingpad",
    "load",
    "lshr",
    "mul",
    "musttail",
    "notail",
    "or",
    "phi",
    "ptrtoaddr",
    "ptrtoint",
    "resume",
    "ret",
    "sdiv",
    "select",
    "sext",
    "shl",
    "shufflevector",
    "sitofp",
    "srem",
    "store",
    "sub",
    "switch",
    "tail",
    "trunc",
    "udiv",
    "uitofp",
    "unreachable",
    "urem",
    "va_arg",
    "xor",
    "zext",
];

/// The instruction's name: `call` of `%1 = call …`.
pub(crate) fn opcode(line: &str) -> &str {
    let line = line.trim_start();
    let line = match line.split_once(" = ") {
        Some((result, rest)) if line.starts_with('%') && !result.contains(' ') => rest,
        _ => line,
    };
    let end = line.find([' ', ',', '\n']).unwrap_or(line.len());
    &line[..end]
}

/// The name that the instruction gives to its result, with its sign.
pub(crate) fn result_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (result, _) = line.strip_prefix('%').and(line.split_once(" = "))?;
    (!result.contains(' ')).then_some(result)
}

/// What could not be read, and in which line of the text.
pub(super) struct Unread {
    pub(super) line: usize,
    pub(super) what: String,
}

impl<'a> Block<'a> {
    /// The blocks of a function's text, whose first line is `define …`. The first one is the entry.
    pub(super) fn all(text: &'a str) -> Result<Vec<Block<'a>>, Unread> {
        let mut blocks: Vec<Block<'a>> = Vec::new();
        let mut index = 0;
        // The instruction that is being read, and the line that it began in.
        let mut open: Option<(usize, usize, usize)> = None;
        let mut offset = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let (from, plain) = (offset, line.trim_end());
            offset += line.len();
            if number == 0 || plain.is_empty() || plain.starts_with(';') {
                continue;
            }
            if plain.starts_with("    ") || plain.starts_with("  ]") {
                let (_, end, _) = open
                    .as_mut()
                    .ok_or_else(|| Unread { line: number, what: not_understood(plain) })?;
                *end = from + plain.len();
                continue;
            }
            if let Some((start, end, at)) = open.take() {
                push(&mut blocks, &text[start..end], &mut index, at)?;
            }
            if plain == "}" {
                break;
            } else if plain.starts_with("  ") {
                // Comments of the printer stand between instructions, too.
                if !plain.trim_start().starts_with([';', '#']) {
                    open = Some((from, from + plain.len(), number));
                }
            } else if let Some(label) = label_of(plain) {
                blocks.push(Block { label, lines: Vec::new(), next: Vec::new() });
            } else {
                return Err(Unread { line: number, what: not_understood(plain) });
            }
        }
        Block::connect(&mut blocks)?;
        Ok(blocks)
    }

    fn connect(blocks: &mut [Block<'a>]) -> Result<(), Unread> {
        let places: HashMap<&str, usize> =
            blocks.iter().enumerate().map(|(place, block)| (block.label, place)).collect();
        for block in blocks {
            let Some(last) = block.lines.last() else {
                let what = format!("the block `{}` is empty", block.label);
                return Err(Unread { line: 0, what });
            };
            let to_place = |label| {
                let what = || format!("there is no block `{label}`");
                places.get(label).copied().ok_or_else(|| Unread { line: 0, what: what() })
            };
            block.next = targets(last.text).map(to_place).collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// Which of the blocks are reached from the entry without unwinding.
    pub(super) fn reached(blocks: &[Block<'_>]) -> Vec<bool> {
        let mut reached = vec![false; blocks.len()];
        let mut open = vec![0];
        while let Some(block) = open.pop() {
            if !std::mem::replace(&mut reached[block], true) {
                open.extend(&blocks[block].next);
            }
        }
        reached
    }
}

fn push<'a>(
    blocks: &mut Vec<Block<'a>>,
    text: &'a str,
    index: &mut u32,
    line: usize,
) -> Result<(), Unread> {
    if OPCODES.binary_search(&opcode(text)).is_err() {
        return Err(Unread { line, what: not_understood(text) });
    }
    if blocks.is_empty() {
        blocks.push(Block { label: "", lines: Vec::new(), next: Vec::new() });
    }
    if let Some(block) = blocks.last_mut() {
        block.lines.push(Line { text, index: *index });
        *index += 1;
    }
    Ok(())
}

pub(super) fn not_understood(line: &str) -> String {
    let line = line.trim();
    let end = line.char_indices().nth(60).map_or(line.len(), |(at, _)| at);
    format!("this line of LLVM's text is not understood: `{}`", &line[..end])
}

fn label_of(line: &str) -> Option<&str> {
    let (label, _) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\":")?,
        None => line.split_once(':')?,
    };
    Some(label)
}

/// The labels that the last instruction of a block names, but for those of unwinding.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let leaves = matches!(
        opcode(line),
        "br" | "switch" | "invoke" | "catchret" | "catchswitch" | "cleanupret"
    );
    let mut rest = if leaves { line } else { "" };
    std::iter::from_fn(move || {
        loop {
            let at = rest.find("label %")?;
            let is_unwind = rest[..at].ends_with("unwind ");
            let (label, after) = scan::name(&rest[at + 7..])?;
            rest = after;
            if !is_unwind {
                return Some(label);
            }
        }
    })
}

/// The number of the location at the end of an instruction.
pub(super) fn location_of(line: &str) -> Option<Meta> {
    number(&line[line.rfind("!dbg !")? + 6..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "define void @f(ptr %x) personality ptr @p !dbg !3 {
start:
  %c = icmp eq i64 1, 2, !dbg !4
  br i1 %c, label %one, label %\"a b\", !dbg !4

one:                                              ; preds = %start
; invoke a comment
  invoke void @g(ptr %x)
          to label %\"a b\" unwind label %cleanup, !dbg !5

\"a b\":
  switch i8 0, label %one [
    i8 1, label %start
  ], !dbg !6

cleanup:
  %l = landingpad { ptr, i32 }
          cleanup
  resume { ptr, i32 } %l
}
";

    #[test]
    fn edges_of_unwinding_are_not_followed() {
        let blocks = Block::all(TEXT).ok().expect("it is understood");
        let next: Vec<_> = blocks.iter().map(|block| block.next.clone()).collect();
        assert_eq!(next, [vec![1, 2], vec![2], vec![1, 0], vec![]]);
        assert_eq!(Block::reached(&blocks), [true, true, true, false]);
        assert_eq!(location_of(blocks[1].lines[0].text), Some(5));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let strange = TEXT.replace("  resume", "  reconsider");
        let Err(unread) = Block::all(&strange) else { panic!("nobody knows this instruction") };
        assert_eq!(unread.what, not_understood("reconsider { ptr, i32 } %l"));
        let missing = TEXT.replace("label %one,", "label %elsewhere,");
        assert!(Block::all(&missing).is_err());
    }

    #[test]
    fn the_table_of_instructions_is_sorted() {
        assert!(OPCODES.is_sorted());
    }
}

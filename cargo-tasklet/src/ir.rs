//! The reader of the text that the compiler leaves: LLVM IR, line by line.
//!
//! It knows as much of the language as the proof needs, and says so where a text has more: a line
//! that it does not understand is an error, never passed over.

mod debug;
mod function;
mod module;
mod scan;

pub(crate) use debug::Spot;
pub(crate) use function::{Block, Function, Line, Site, Use, opcode, result_of};
pub(crate) use module::{Module, read};
pub(crate) use scan::symbols;

use std::fmt;
use std::path::PathBuf;

/// The blocks of one function's text; `None` if it is not understood.
pub(crate) fn blocks(text: &str) -> Option<Vec<Block<'_>>> {
    Block::all(text).ok()
}

/// A text that is not understood, or could not be read.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) file: PathBuf,
    /// From 1; none if the file as a whole is meant.
    pub(crate) line: Option<usize>,
    pub(crate) what: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Error {}

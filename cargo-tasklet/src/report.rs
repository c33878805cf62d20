//! What a person, or a program, is told.
//!
//! [`words`] has the sentences, [`chain`] the way down to the drop, [`source`] the lines and
//! what to underline in them; [`human`] and [`json`] put them together.

mod chain;
mod human;
mod json;
mod source;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::cli::{Color, Format};
use crate::proof::Proof;

/// How to tell it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) format: Format,
    pub(crate) color: Color,
    /// Without the summary; a program gets it all the same.
    pub(crate) quiet: bool,
    /// The workspace's folder: files in it are named relative to it.
    pub(crate) root: PathBuf,
}

/// What all of it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Nothing was found, and everything could be told.
    Proved,
    /// There are findings; whatever else could not be told.
    Findings,
    /// There are none, but something could not be told.
    Unknown,
}

impl Verdict {
    pub(crate) fn of(proof: &Proof) -> Verdict {
        match (proof.findings.is_empty(), proof.unknown.is_empty()) {
            (false, _) => Verdict::Findings,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Proved,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Verdict::Proved => 0,
            Verdict::Findings => 1,
            Verdict::Unknown => 2,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> ExitCode {
        ExitCode::from(verdict.code())
    }
}

/// Tells it, on the stream that the format is for.
pub(crate) fn print(proof: &Proof, options: &Options) -> io::Result<Verdict> {
    match options.format {
        Format::Json => write(&json::report(proof, options)?, io::stdout().lock())?,
        Format::Human => {
            let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0);
            let text = human::report(proof, options, width.map(usize::from));
            let choice = match options.color {
                Color::Auto => AutoStream::choice(&io::stderr()),
                Color::Always => ColorChoice::Always,
                Color::Never => ColorChoice::Never,
            };
            write(&text, AutoStream::new(io::stderr().lock(), choice))?;
        }
    }
    Ok(Verdict::of(proof))
}

/// A reader that has gone away has seen enough: that is no error.
fn write(text: &str, mut stream: impl Write) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

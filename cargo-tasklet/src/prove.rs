//! The subcommand from end to end: build, prove unless nothing has changed, tell.

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;
use std::time::Instant;

use crate::build::{self, Build};
use crate::cache::{self, Key};
use crate::cli::Options;
use crate::proof::{self, Proof};
use crate::report;

/// Why it could not be told.
#[derive(Debug)]
pub(crate) enum Error {
    Build(build::Error),
    Proof(proof::Error),
    Report(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Build(error) => error.fmt(f),
            Error::Proof(error) => error.fmt(f),
            Error::Report(error) => write!(f, "the result cannot be written: {error}"),
        }
    }
}

/// Builds the program and proves it; the exit code tells the result.
pub(crate) fn run(options: &Options) -> Result<ExitCode, Error> {
    let build = build::build(options).map_err(Error::Build)?;
    let key = Key::new(asked(options), &build.program).map_err(Error::Build)?;
    let proof = match cache::read(&build.folder, &key) {
        Some(proof) => proof,
        None => {
            let proof = prove(options, &build)?;
            cache::write(&build.folder, &key, &proof).map_err(Error::Build)?;
            proof
        }
    };
    let told = report::Options {
        format: options.message_format,
        color: options.color,
        quiet: options.quiet,
        root: build.root,
    };
    report::print(&proof, &told).map(ExitCode::from).map_err(Error::Report)
}

/// What was selected, as what, and where: several workspaces may share a target folder, and cargo
/// selects by the folder that it is started in.
fn asked(options: &Options) -> Vec<OsString> {
    let mut asked = options.selection();
    asked.extend(options.graph());
    asked.extend(std::env::current_dir().map(OsString::from));
    asked.extend(options.manifest.manifest_path.clone().map(OsString::from));
    asked
}

#[expect(clippy::disallowed_methods, reason = "a person is told how long it took, no more")]
fn prove(options: &Options, build: &Build) -> Result<Proof, Error> {
    let tell = |verb, text: &str| {
        if !options.quiet {
            options.color.progress_line(verb, text);
        }
    };
    tell("Proving", &format!("{} ({})", build.subject, build.program.size()));
    let start = Instant::now();
    let proof = proof::prove(&build.program).map_err(Error::Proof)?;
    tell("Finished", &format!("proof in {:.2}s", start.elapsed().as_secs_f32()));
    Ok(proof)
}

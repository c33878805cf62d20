//! Puts the must-await analysis on every function of other people's crates, and asks that nothing
//! changes: no warning more, none less, no error. Then tokio's `JoinHandle` owes, and all that is
//! found is listed.
//!
//! `foreign FOLDER PROJECT [CRATE …]` works in FOLDER and takes tasklet-core from PROJECT.

mod annotate;
mod check;
mod product;
mod report;
mod rounds;
mod sources;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::check::check;
use crate::rounds::Run;
use crate::sources::Workspace;

fn main() -> io::Result<ExitCode> {
    let mut args = env::args_os().skip(1);
    let mut path = || std::path::absolute(PathBuf::from(args.next().expect("two folders")));
    let (folder, project) = (path()?, path()?);
    let wanted: Vec<_> = args.map(|name| name.into_string().expect("a crate's name")).collect();
    let target = folder.join("target");

    let mut sources = sources::fetch(&folder)?;
    sources.retain(|source| wanted.is_empty() || wanted.contains(&source.name));
    let lock = folder.join("fetched/Cargo.lock");
    let copied = |name, is_owing| {
        let product = folder.join(format!("{name}-product"));
        product::copy(&project, &product, is_owing)?;
        Workspace::copy(folder.join(name), &sources, &product, &lock)
    };
    let unchanged = copied("unchanged", false)?;
    let before = check(&unchanged, &sources, &target)?;
    report::baseline(&sources, &before);

    let mut is_clean = true;
    for (name, is_owing) in [("annotated", false), ("owing", true)] {
        let run = Run::new(&unchanged, copied(name, is_owing)?, &sources)?;
        let run = run.rounds(&before, &target)?;
        let findings = report::findings(&unchanged.folder, &run);
        fs::write(folder.join(name).with_extension("md"), findings)?;
        report::summary(name, &run);
        is_clean &= is_owing || run.findings.is_empty();
    }
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes a file, unless it is there with that content: cargo goes by the time.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().expect("a folder"))?;
    fs::write(path, content)
}

//! From the text of a program to what it drops: read, find the glue, ask who reaches it, and blame.

mod blame;
mod body;
mod canary;
mod drops;
mod empty;
mod error;
mod finding;
mod graph;
mod held;
mod owing;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use error::Error;
pub(crate) use finding::{Cause, Finding, Frame, Place, Proof};

use crate::build::Program;
use crate::ir::{self, Module};
use crate::names;
use blame::{Blame, Blamed};
use drops::Drops;
use graph::{Graph, Id, Kind};
use held::Coroutines;
use owing::Owing;

/// Proves that a program drops no future that owes, or tells where it may.
///
/// # Errors
///
/// If a text is not understood, or if the canary is not found: then nothing was proved.
pub(crate) fn prove(program: &Program) -> Result<Proof, Error> {
    let files: Vec<&Path> =
        program.units.iter().flat_map(|unit| &unit.files).map(PathBuf::as_path).collect();
    let graph = Graph::new(read_all(&files)?, program);
    let owing = Owing::of(&graph);
    let coroutines = Coroutines::of(&graph);
    let blame = Blame { graph: &graph, owing: &owing, coroutines: &coroutines };
    let mut found = Vec::new();
    for (drop, glue) in Drops::of(&graph, &owing).not_empty()? {
        found.extend(blame.of(drop, glue));
    }
    let found = canary::check(&graph, found)?;
    Ok(Proof {
        findings: sorted(found),
        functions: functions(&graph),
        crates: program.units.len(),
        unknown: unknown(&graph, program),
    })
}

/// Reads all files, on as many threads as there are cores, each file by one of them: no more text
/// is in memory than these read at a time.
fn read_all(files: &[&Path]) -> Result<Vec<Module>, Error> {
    let next = AtomicUsize::new(0);
    let read = Mutex::new(Vec::with_capacity(files.len()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let module = ir::read(file);
                    read.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(module);
                }
            });
        }
    });
    let read = read.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut modules = read.into_iter().collect::<Result<Vec<_>, _>>()?;
    modules.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(modules)
}

/// In the order of places. What is dropped at one place in several ways is told once, with the
/// shortest way to the drop.
fn sorted(found: Vec<Blamed>) -> Vec<Finding> {
    let mut findings: Vec<_> = found.into_iter().map(|blamed| blamed.finding).collect();
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.place.clone(), finding.via.len());
        key(one).cmp(&key(other)).then_with(|| one.cmp(other))
    });
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let Finding { place, cause, future, dropped, .. } = finding;
        let dropped = if *cause == Cause::Held { String::new() } else { dropped.clone() };
        seen.insert((place.clone(), *cause, future.clone(), dropped))
    });
    findings
}

/// How many functions of the user's there are, each counted once for all types it is made for.
fn functions(graph: &Graph) -> usize {
    let users = graph.all().filter(|function| graph.kind(*function) == Kind::User);
    let users = users.filter(|function| !names::is_canary(graph.symbol(*function)));
    let heads = users.filter_map(|function| graph.head(function));
    let mut places: Vec<_> = heads.map(|head| (head.file, head.line)).collect();
    places.sort_unstable();
    places.dedup();
    places.len()
}

/// The functions of the crates that were read whose code is nowhere to be found.
fn unknown(graph: &Graph, program: &Program) -> Vec<String> {
    let missing = graph.all().filter(|function| {
        graph.kind(*function) == Kind::Declared
            && !graph.callers(*function).is_empty()
            && names::is_current(graph.symbol(*function))
    });
    let is_ours = |function: &Id| {
        let name = graph.name(*function);
        program.units.iter().any(|unit| names::mentions(name, &unit.crate_name))
    };
    let mut unknown: Vec<String> = missing
        .filter(is_ours)
        .map(|function| {
            format!("the code of `{}` was not found", names::short(graph.name(function)))
        })
        .collect();
    unknown.sort();
    unknown
}

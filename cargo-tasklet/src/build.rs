//! From a package to the text of its compiled code: cargo builds it, and a wrapper around rustc
//! keeps what it has made.
//!
//! [`Plan`] tells whose code is read, and is kept for the next run; [`wrap`] is rustc with a few
//! arguments more, for these crates alone; [`build`] runs cargo and finds what it has left.

mod arguments;
mod cargo;
mod error;
mod graph;
mod memory;
mod plan;
mod record;
mod units;
mod wrapper;

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub(crate) use cargo::{Build, Folder, build};
pub(crate) use error::Error;
pub(crate) use plan::Plan;
pub(crate) use wrapper::wrap;

/// Whose code a crate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    /// `tasklet-core` itself.
    Runtime,
    /// A member of the workspace, or a path dependency.
    User,
    /// A registry's or repository's crate that depends on the runtime.
    Dependency,
}

/// The compiled code of one crate.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) crate_name: String,
    pub(crate) role: Role,
    /// The package's folder.
    pub(crate) root: PathBuf,
    /// LLVM's text of it, a file for each codegen unit.
    pub(crate) files: Vec<PathBuf>,
}

/// A package that knows nothing of the runtime: its generic code may drop a future all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Other {
    pub(crate) root: PathBuf,
    /// Whether it is the user's own: a member of the workspace, or a path dependency.
    pub(crate) is_users: bool,
}

/// All that is read for one proof.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) units: Vec<Unit>,
    /// All other packages, which may lie inside of the user's own folder.
    pub(crate) others: Vec<Other>,
}

impl Program {
    /// What is read, for a line of progress: `3 crates, 53 MB`.
    pub(crate) fn size(&self) -> String {
        let crates = self.units.len();
        let plural = if crates == 1 { "" } else { "s" };
        format!("{crates} crate{plural}, {} MB", self.bytes().div_ceil(1_000_000))
    }

    fn bytes(&self) -> u64 {
        let files = self.units.iter().flat_map(|unit| &unit.files);
        files.filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
    }
}

//! The last result of each selection, so that a program that has not changed is not read again.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::build::{Error, Folder, Other, Program, Role};
use crate::proof::Proof;
use crate::stamp::{Stamp, replace};

/// All that a result depends on. This program's version is in the folder's name; the compiler's is
/// in the files' names, since cargo compiles all anew with another one.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Cargo's arguments, and where.
    asked: Vec<String>,
    /// This program itself.
    tool: Option<Stamp>,
    /// Whose code each crate is, and where its sources are.
    units: Vec<(Role, PathBuf)>,
    others: Vec<Other>,
    files: Vec<(PathBuf, Stamp)>,
}

/// As it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<K, P> {
    key: K,
    proof: P,
}

impl Key {
    pub(crate) fn new(asked: Vec<OsString>, program: &Program) -> Result<Key, Error> {
        let asked = asked.into_iter().map(|a| a.to_string_lossy().into_owned()).collect();
        // A tool under development changes without its version.
        let tool = Stamp::of_this_program();
        let units = program.units.iter().map(|unit| (unit.role, unit.root.clone())).collect();
        let others = program.others.clone();
        let files = program.units.iter().flat_map(|unit| &unit.files);
        let files = files.map(|path| Ok((path.clone(), stamp(path)?)));
        Ok(Key { asked, tool, units, others, files: files.collect::<Result<_, _>>()? })
    }

    fn path(&self, folder: &Folder) -> PathBuf {
        let mut asked = DefaultHasher::new();
        self.asked.hash(&mut asked);
        folder.path().join(format!("proof-{:016x}.json", asked.finish()))
    }
}

fn stamp(path: &Path) -> Result<Stamp, Error> {
    Stamp::of(path).map_err(|error| Error::io("read", path, error))
}

/// The result for this very text; none if there is none, or none that can be read.
pub(crate) fn read(folder: &Folder, key: &Key) -> Option<Proof> {
    let text = fs::read(key.path(folder)).ok()?;
    let kept: Kept<Key, Proof> = serde_json::from_slice(&text).ok()?;
    (kept.key == *key).then_some(kept.proof)
}

/// Keeps the result until the next one of this selection.
pub(crate) fn write(folder: &Folder, key: &Key, proof: &Proof) -> Result<(), Error> {
    let path = key.path(folder);
    let text = serde_json::to_vec(&Kept { key, proof }).expect("names, numbers and paths");
    replace(&path, &text).map_err(|error| Error::io("write", &path, error))
}

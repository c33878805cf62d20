//! Whether a file has changed: by its length and its time, as cargo itself tells.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// A file as it was when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: SystemTime,
}

impl Stamp {
    pub(crate) fn of(path: &Path) -> io::Result<Stamp> {
        let file = fs::metadata(path)?;
        Ok(Stamp { bytes: file.len(), modified: file.modified()? })
    }

    /// None if it cannot be found any more.
    pub(crate) fn of_this_program() -> Option<Stamp> {
        Stamp::of(&std::env::current_exe().ok()?).ok()
    }

    pub(crate) fn is_older_than(&self, time: SystemTime) -> bool {
        self.modified < time
    }
}

/// Writes a whole file. Another run may read it meanwhile: it sees the old text or the new.
pub(crate) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, text)?;
    fs::rename(&new, path)
}

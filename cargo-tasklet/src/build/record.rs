//! What the wrapper leaves beside the output of each crate, for the driver to find: where the text
//! is, and what the crate links.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;

const EXTENSION: &str = "tasklet";

/// A note on one crate that was compiled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// What the names of its files begin with: folder, crate and cargo's hash.
    pub(super) prefix: PathBuf,
    /// Whether it is part of the program; a procedural macro and a build script are not.
    pub(super) is_read: bool,
    /// The prefixes of the crates that it links.
    pub(super) externs: Vec<PathBuf>,
}

impl Record {
    /// Leaves it beside the crate's output.
    pub(super) fn write(&self) -> Result<(), Error> {
        let path = path(&self.prefix);
        fs::write(&path, self.text()).map_err(|error| Error::io("write", &path, error))
    }

    /// What stands in for an executable that nobody will run: cargo wants a file there.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("paths that cargo passed as text")
    }

    /// The record of the crate whose output this is: itself a record, or beside it, or beside the
    /// file that it is another name of.
    pub(super) fn of_output(output: &Path) -> Option<Record> {
        let parent = output.parent()?;
        let stem = prefix_of_file(output)?;
        let beside = [parent.join(&stem), parent.join("deps").join(&stem)];
        let beside = || beside.iter().find_map(|prefix| read(&path(prefix)));
        read(output).or_else(beside).or_else(|| Record::of_twin(output))
    }

    /// The record beside the file that this output is another name of, where this one has no
    /// hash: `libNAME.a` is `deps/libNAME-HASH.a`. Of several it is the one whose file is the same.
    fn of_twin(output: &Path) -> Option<Record> {
        let (stem, extension) = (output.file_stem()?.to_str()?, output.extension()?);
        let this = fs::metadata(output).ok()?;
        let files = fs::read_dir(output.parent()?.join("deps")).ok()?.filter_map(Result::ok);
        let same = files.map(|file| file.path()).filter(|file| {
            let name = file.file_stem().and_then(|name| name.to_str());
            let hash = name.and_then(|name| name.strip_prefix(stem)?.strip_prefix('-'));
            file.extension() == Some(extension) && hash.is_some_and(|hash| !hash.contains('-'))
        });
        let same = same.filter_map(|file| Some((fs::metadata(&file).ok()?, file)));
        let same = same.filter(|(file, _)| file.len() == this.len());
        // A copy has a time of its own: then the last one that was made.
        let made = |file: &fs::Metadata| file.modified().ok();
        let twin = same.max_by_key(|(file, _)| (made(file) == made(&this), made(file)))?.1;
        read(&path(&twin.parent()?.join(prefix_of_file(&twin)?)))
    }

    /// The record of a build script, which cargo reports under a name without the hash: alone in
    /// its folder.
    pub(super) fn of_script(output: &Path) -> Option<Record> {
        let mut files = fs::read_dir(output.parent()?).ok()?.filter_map(Result::ok);
        let is_record = |path: &PathBuf| path.extension().is_some_and(|e| e == EXTENSION);
        files.find_map(|file| read(&Some(file.path()).filter(is_record)?))
    }

    /// The text of the crate, a file for each codegen unit.
    pub(super) fn files(&self) -> io::Result<Vec<PathBuf>> {
        let folder = self.prefix.parent().unwrap_or(Path::new("."));
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if self.is_text(&path) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// `PREFIX.ll` or `PREFIX.<codegen unit>.rcgu.ll`.
    fn is_text(&self, file: &Path) -> bool {
        let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned());
        let (Some(name), Some(prefix)) = (name(file), name(&self.prefix)) else { return false };
        let rest = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".ll"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A name that is not a link to something else: `deps/libNAME-HASH.rmeta` → `deps/NAME-HASH`.
pub(super) fn prefix_of_file(file: &Path) -> Option<PathBuf> {
    let stem = file.file_stem()?.to_str()?;
    // An executable may be called `library`, but has a record in its own text.
    let is_library = file.extension().is_some_and(|extension| extension != "exe");
    let stem = if is_library { stem.strip_prefix("lib").unwrap_or(stem) } else { stem };
    Some(PathBuf::from(stem))
}

fn path(prefix: &Path) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(".");
    path.push(EXTENSION);
    path.into()
}

/// None also for a library itself, which is no JSON.
fn read(path: &Path) -> Option<Record> {
    /// Longer than any record, shorter than a library is worth reading.
    const BYTES_MAX: u64 = 1 << 20;
    if BYTES_MAX < fs::metadata(path).ok()?.len() {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

//! Why there is no code to read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no code to read.
#[derive(Debug)]
pub(crate) enum Error {
    /// The folder, the manifest or the graph is not as cargo wants it; in cargo's words.
    Metadata(String),
    /// Nothing in the workspace depends on the runtime.
    NoRuntime,
    /// Nothing that was selected depends on the runtime.
    NoneSelected,
    /// Cargo has said why.
    Failed,
    /// A crate was built, and its text is missing.
    NoText { package: String, target: String, folder: PathBuf },
    /// Something that this program itself reads, writes or runs.
    Io { what: String, error: io::Error },
}

impl Error {
    pub(crate) fn io(what: &str, path: &Path, error: io::Error) -> Error {
        Error::Io { what: format!("cannot {what} `{}`", path.display()), error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Metadata(text) => f.write_str(text),
            Error::NoRuntime => f.write_str(
                "no package of this workspace depends on `tasklet-core`: there is nothing to \
                 prove. Run this where a package has it among its dependencies, with the features \
                 that turn it on, or name a manifest with --manifest-path",
            ),
            Error::NoneSelected => f.write_str(
                "nothing that was selected depends on `tasklet-core`: there is nothing to prove. \
                 Select a package that does with --package, or all with --workspace",
            ),
            Error::Failed => f.write_str("the build failed, so nothing is proved"),
            Error::NoText { package, target, folder } => write!(
                f,
                "the compiled code of `{target}` (package `{package}`) was not kept, so nothing \
                 is proved. Remove `{}` and run this again",
                folder.display()
            ),
            Error::Io { what, error } => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for Error {}

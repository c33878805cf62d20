//! Why nothing could be proved.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::ir;

/// Why nothing could be proved.
#[derive(Debug)]
pub(crate) enum Error {
    /// A text is not understood.
    Text(ir::Error),
    /// A file went away meanwhile.
    Gone(PathBuf, io::Error),
    /// What must be found, and was not; or the other way round.
    Canary(String),
}

impl From<ir::Error> for Error {
    fn from(error: ir::Error) -> Self {
        Error::Text(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Text(error) => error.fmt(f),
            Error::Gone(file, error) => write!(f, "{}: {error}", file.display()),
            Error::Canary(what) => write!(
                f,
                "{what}: this version of cargo-tasklet does not know this compiler's names; use \
                 the version of cargo-tasklet that belongs to your tasklet-core, or another \
                 compiler"
            ),
        }
    }
}

impl std::error::Error for Error {}

//! What a proof has to say.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Place {
    /// As the compiler knows it; absolute.
    pub(crate) file: PathBuf,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in bytes; 0 where the compiler tells none.
    pub(crate) column: u32,
}

/// One function on the way from the user's code to the drop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Frame {
    /// As a person would write it: `handlers::post`, `core::mem::drop::<TaskletFuture<u32>>`.
    pub(crate) function: String,
    /// Where in it; none if the compiler left no trace.
    pub(crate) place: Option<Place>,
}

/// How a future is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Cause {
    /// The function at the place drops it: the end of a scope, a `?`, an ignored parameter.
    Dropped,
    /// A future without an attribute holds it across an await at the place, and the owner of that
    /// future (`via`) may drop it unfinished.
    Held,
    /// It is inside of a value behind a pointer to a trait (`Box<dyn ..>`), made at the place,
    /// whose owner may drop it.
    Erased,
}

/// One place that may lose a future.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// The user's own line.
    pub(crate) place: Place,
    /// The user's function around it.
    pub(crate) function: String,
    pub(crate) cause: Cause,
    /// The future's type: `TaskletFuture<u32>`.
    pub(crate) future: String,
    /// The type that is dropped, where that is not the future itself: `Vec<TaskletFuture<u32>>`.
    pub(crate) dropped: String,
    /// From the function that the user's line calls, down to the one that drops. Empty if the
    /// user's function drops it itself.
    pub(crate) via: Vec<Frame>,
}

/// What a run of the proof has found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Proof {
    /// Sorted, each once.
    pub(crate) findings: Vec<Finding>,
    /// The user's functions that were looked at.
    pub(crate) functions: usize,
    /// The crates whose code was read.
    pub(crate) crates: usize,
    /// What could not be told, each a sentence: a body that is nowhere to be found.
    pub(crate) unknown: Vec<String>,
}

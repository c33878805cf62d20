//! Whole reports: one can read here what a user reads.

mod json;
mod person;
mod source;

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use expect_test::ExpectFile;
use tempfile::TempDir;

use super::{Options, human, json as program, write};
use crate::cli::{Color, Format};
use crate::proof::{Cause, Finding, Frame, Place, Proof};

/// A workspace, with a file outside of it: a dependency's.
struct Scene {
    folder: TempDir,
}

impl Scene {
    /// With this as `src/main.rs`.
    fn new(main: &str) -> Scene {
        let scene = Scene { folder: tempfile::tempdir().expect("a folder can be made") };
        scene.write("workspace/src/main.rs", main).write(
            "registry/helpers/src/lib.rs",
            "pub fn sink<T>(\n    all: Vec<T>,\n) -> usize {\n    all.len()\n}\n",
        )
    }

    fn write(self, path: &str, text: &str) -> Scene {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    fn main(&self, line: u32, column: u32) -> Place {
        Place { file: self.root().join("src/main.rs"), line, column }
    }

    fn dependency(&self, line: u32, column: u32) -> Option<Place> {
        let file = self.folder.path().join("registry/helpers/src/lib.rs");
        Some(Place { file, line, column })
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    fn options(&self) -> Options {
        let (format, color) = (Format::Human, Color::Auto);
        Options { format, color, quiet: false, root: self.root() }
    }

    /// What a person is told, without its colours.
    fn person(&self, proof: &Proof) -> String {
        self.without_folder(&plain(&human::report(proof, &self.options(), None)))
    }

    fn program(&self, proof: &Proof) -> String {
        let report = program::report(proof, &self.options());
        self.without_folder(&report.expect("a report can be written as JSON"))
    }

    /// Temporary folders have other names each time.
    fn without_folder(&self, text: &str) -> String {
        text.replace(&*self.folder.path().to_string_lossy(), "/home/me")
    }

    #[track_caller]
    fn check(&self, finding: Finding, expected: &ExpectFile) {
        expected.assert_eq(&self.person(&proof([finding])));
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A future that is dropped at a place by the user's own function.
fn dropped(place: Place) -> Finding {
    Finding {
        place,
        function: "guestbook::post".to_owned(),
        cause: Cause::Dropped,
        future: "TaskletFuture<usize>".to_owned(),
        dropped: "TaskletFuture<usize>".to_owned(),
        via: Vec::new(),
    }
}

fn frame(function: &str, place: Option<Place>) -> Frame {
    Frame { function: function.to_owned(), place }
}

fn std_frame(function: &str) -> Frame {
    let file = Path::new("/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/a.rs");
    frame(function, Some(Place { file: file.to_owned(), line: 1, column: 1 }))
}

fn proof(findings: impl IntoIterator<Item = Finding>) -> Proof {
    let findings = findings.into_iter().collect();
    Proof { findings, functions: 214, crates: 3, unknown: Vec::new() }
}

/// A stream that takes nothing.
struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    assert!(write("proved", Broken(ErrorKind::BrokenPipe)).is_ok());
    assert!(write("proved", Broken(ErrorKind::StorageFull)).is_err());
}

//! A package for each test, which depends on the workspace's `tasklet-core`. They share a target
//! folder, so that the runtime is compiled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Awaits the one future that it has.
pub(crate) const PROVED: &str = "\
use tasklet_core::prelude::*;

#[tasklet]
async fn one() -> u32 {
    1
}

#[synctasklet]
pub async fn total() -> u32 {
    one().await
}
";
/// Gives its future to a function that does not care.
pub(crate) const DROPS: &str = "\
use tasklet_core::prelude::*;

#[tasklet]
async fn one() -> u32 {
    1
}

fn ignore<T>(_: T) {}

#[synctasklet]
pub async fn total() -> u32 {
    ignore(one());
    1
}
";
pub(crate) const MAIN: &str = "fn main() {\n    total();\n}\n";

/// A folder with a package, or a workspace, in it.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    variables: Vec<(String, PathBuf)>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// An empty folder of this name; the same each time, so that what is built does not pile up.
    pub(crate) fn empty(name: &str) -> Project {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the folder of an earlier run");
        }
        fs::create_dir_all(&folder).expect("a folder");
        // With the versions that the workspace has, which are on this machine.
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver-target");
        Project { folder, variables: vec![("CARGO_TARGET_DIR".into(), target)] }
    }

    /// A package of this name that depends on the runtime.
    pub(crate) fn new(name: &str) -> Project {
        let project = Project::empty(name);
        project.write("Cargo.toml", &format!("{}\n[workspace]\n", manifest(name)));
        project
    }

    /// With one library: this text.
    pub(crate) fn lib(name: &str, text: &str) -> Project {
        let project = Project::new(name);
        project.write("src/lib.rs", text);
        project
    }

    /// With one program: this text, and a `main`.
    pub(crate) fn bin(name: &str, text: &str) -> Project {
        let project = Project::new(name);
        project.write("src/main.rs", &format!("{text}{MAIN}"));
        project
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).expect("a file")
    }

    /// More of a manifest.
    pub(crate) fn append(&self, path: &str, text: &str) {
        self.write(path, &format!("{}{text}", self.read(path)));
    }

    pub(crate) fn with_variable(mut self, name: &str, value: &Path) -> Project {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs `cargo-tasklet prove`.
    pub(crate) fn prove(&self, arguments: &[&str]) -> Told {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_cargo-tasklet")));
        told(command.args(["prove", "--offline"]).args(arguments))
    }

    /// In the project's folder, as a user has it: nothing of the test's own surroundings.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let foreign = ["RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_INCREMENTAL", "CARGO_BUILD_TARGET"];
        for name in foreign {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).envs(self.variables.iter().cloned());
        command
    }
}

impl Told {
    /// Every future is awaited.
    #[track_caller]
    pub(crate) fn is_proved(&self) -> &Told {
        self.ends(0)
    }

    /// There is a place that drops one.
    #[track_caller]
    pub(crate) fn has_findings(&self) -> &Told {
        self.ends(1)
    }

    /// It could not be told, for a reason with these words.
    #[track_caller]
    pub(crate) fn is_refused(&self, words: &str) -> &Told {
        self.ends(2).says(words)
    }

    #[track_caller]
    fn ends(&self, code: i32) -> &Told {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Told {
        assert!(self.stderr.contains(words), "no `{words}` in:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn is_silent_on(&self, words: &str) -> &Told {
        assert!(!self.stderr.contains(words), "`{words}` in:\n{}", self.stderr);
        self
    }
}

/// The head of a manifest, with the dependency on the runtime at its end.
pub(crate) fn manifest(name: &str) -> String {
    format!("{}[dependencies]\n{}", head(name), runtime())
}

/// The head of a manifest.
pub(crate) fn head(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n")
}

/// A line among a manifest's dependencies.
pub(crate) fn runtime() -> String {
    // In quotes that leave a backslash alone.
    format!("tasklet-core = {{ path = '{}' }}\n", workspace().join("tasklet-core").display())
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

/// The platform that this is.
pub(crate) fn host() -> String {
    let compiler = told(Command::new("rustc").arg("-vV")).stdout;
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("it tells its platform").to_owned()
}

/// A target folder that is not the shared one.
pub(crate) fn own_target() -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver-own");
    folder.to_str().expect("a path of text").to_owned()
}

pub(crate) fn told(command: &mut Command) -> Told {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("it writes text");
    let code = status.code().expect("no signal ends it");
    Told { code, stdout: text(stdout), stderr: text(stderr) }
}

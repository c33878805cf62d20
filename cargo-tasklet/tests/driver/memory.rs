//! What cargo says of the graph is kept between runs, and asked for again as soon as it may be
//! another.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{DROPS, MAIN, PROVED, Project, Told, head, manifest};

/// Older than what may have changed unseen.
const HOUR: Duration = Duration::from_secs(3600);

/// A project whose every call of cargo leaves a line.
struct Watched {
    project: Project,
    arguments: Vec<&'static str>,
}

impl Watched {
    fn new(project: Project, arguments: &[&'static str]) -> Watched {
        let script = "#!/bin/sh\necho \"$*\" >> \"$0.log\"\nexec";
        project.write("watched", &format!("{script} '{}' \"$@\"\n", env!("CARGO")));
        let watched = project.folder().join("watched");
        fs::set_permissions(&watched, Permissions::from_mode(0o755)).expect("it is ours");
        Watched { project: project.with_variable("CARGO", &watched), arguments: arguments.to_vec() }
    }

    fn prove(&self) -> Told {
        self.project.prove(&self.arguments)
    }

    /// How often the whole graph was asked for.
    fn questions(&self) -> usize {
        let is_whole = |line: &&str| line.starts_with("metadata") && !line.contains("--no-deps");
        self.project.read("watched.log").lines().filter(is_whole).count()
    }

    /// Proves it until all is kept, so that the next run asks for nothing.
    #[track_caller]
    fn settle(&self) {
        // The first one completes the lock.
        self.prove().is_proved();
        age(self.project.folder());
        self.prove().is_proved();
        let questions = self.questions();
        self.prove().is_proved();
        assert_eq!(self.questions(), questions, "the graph was not kept");
    }
}

/// Takes all files for an hour old.
fn age(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("one").path();
        match path.is_dir() {
            true => age(&path),
            false => {
                let file = File::options().append(true).open(&path).expect("it is ours");
                file.set_modified(SystemTime::now() - HOUR).expect("it is ours");
            }
        }
    }
}

/// A workspace of all in `members`.
fn workspace(name: &str) -> Project {
    let project = Project::empty(name);
    project.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"members/*\"]\n");
    project.write("members/first/Cargo.toml", &manifest(&format!("{name}_first")));
    project.write("members/first/src/lib.rs", PROVED);
    project
}

#[test]
fn an_edit_of_the_code_asks_for_nothing() {
    let watched = Watched::new(Project::bin("memory_edit", PROVED), &[]);
    watched.settle();
    let questions = watched.questions();
    watched.project.write("src/main.rs", &format!("{DROPS}{MAIN}"));
    watched.prove().has_findings();
    assert_eq!(watched.questions(), questions);
}

#[test]
fn without_a_lock_the_graph_is_asked_for_each_time() {
    let watched = Watched::new(Project::bin("memory_lock", PROVED), &[]);
    watched.settle();
    let questions = watched.questions();
    fs::remove_file(watched.project.folder().join("Cargo.lock")).expect("it was there");
    watched.prove().is_proved();
    assert_eq!(watched.questions(), questions + 1);
}

#[test]
fn a_configuration_that_appears_is_heeded() {
    let watched = Watched::new(Project::bin("memory_config", PROVED), &[]);
    watched.settle();
    let questions = watched.questions();
    watched.project.write(".cargo/config.toml", "[build]\nincremental = true\n");
    watched.prove().is_proved();
    assert_eq!(watched.questions(), questions + 1);
}

#[test]
fn a_member_that_is_new_in_its_folder_is_read() {
    let watched = Watched::new(workspace("memory_member"), &["--workspace"]);
    watched.settle();
    watched.project.write("members/second/Cargo.toml", &manifest("memory_member_second"));
    watched.project.write("members/second/src/lib.rs", DROPS);
    watched.prove().has_findings().says("members/second/src/lib.rs:");
}

#[test]
fn a_member_that_takes_up_the_runtime_is_read() {
    let watched = Watched::new(workspace("memory_taken"), &["--workspace"]);
    watched.project.write("members/second/Cargo.toml", &head("memory_taken_second"));
    watched.project.write("members/second/src/lib.rs", "");
    watched.settle();
    watched.project.write("members/second/Cargo.toml", &manifest("memory_taken_second"));
    watched.project.write("members/second/src/lib.rs", DROPS);
    watched.prove().has_findings().says("members/second/src/lib.rs:");
}

/// A program, and a package outside of its workspace that it depends on.
fn with_outside(name: &str, outside: &str) -> Watched {
    let project = Project::empty(name);
    let app = manifest(&format!("{name}_app"));
    let dependency = format!("outside = {{ path = \"../{outside}\" }}\n");
    project.write("app/Cargo.toml", &format!("{app}{dependency}\n[workspace]\n"));
    project.write("app/src/main.rs", &format!("{PROVED}{MAIN}"));
    project.write("app/Cargo.lock", &project.read("Cargo.lock"));
    Watched::new(project, &["--manifest-path", "app/Cargo.toml"])
}

#[test]
fn a_dependency_outside_that_takes_up_the_runtime_is_read() {
    let watched = with_outside("memory_outside", "outside");
    watched.project.write("outside/Cargo.toml", &head("outside"));
    watched.project.write("outside/src/lib.rs", "");
    watched.settle();
    watched.project.write("outside/Cargo.toml", &manifest("outside"));
    watched.project.write("outside/src/lib.rs", DROPS);
    watched.prove().has_findings().says("outside/src/lib.rs:");
}

#[test]
fn a_workspace_outside_that_takes_up_the_runtime_is_read() {
    let watched = with_outside("memory_inherited", "outer/outside");
    let outer = |part: &str| {
        let members = "[workspace]\nresolver = \"3\"\nmembers = [\"outside\"]\n";
        let part = format!("part = {{ path = \"{part}\" }}\n");
        format!("{members}exclude = [\"one\", \"two\"]\n[workspace.dependencies]\n{part}")
    };
    watched.project.write("outer/Cargo.toml", &outer("one"));
    let inherits = format!("{}[dependencies]\npart.workspace = true\n", head("outside"));
    watched.project.write("outer/outside/Cargo.toml", &inherits);
    watched.project.write("outer/outside/src/lib.rs", "");
    watched.project.write("outer/one/Cargo.toml", &head("part"));
    watched.project.write("outer/one/src/lib.rs", "");
    watched.project.write("outer/two/Cargo.toml", &manifest("part"));
    watched.project.write("outer/two/src/lib.rs", DROPS);
    watched.settle();
    watched.project.write("outer/Cargo.toml", &outer("two"));
    watched.prove().has_findings().says("outer/two/src/lib.rs:");
}

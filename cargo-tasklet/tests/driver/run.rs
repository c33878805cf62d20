//! One run, and the next one: what is done again, and what is left alone.

use std::fs;
use std::path::Path;

use crate::support::{DROPS, MAIN, PROVED, Project};

#[test]
fn a_program_that_awaits_is_proved() {
    let told = Project::bin("run_awaits", PROVED).prove(&[]);
    told.is_proved().says("Compiling run_awaits").says("Proving run_awaits (2 crates, ");
}

#[test]
fn a_program_that_drops_is_not() {
    let told = Project::bin("run_drops", DROPS).prove(&[]);
    told.has_findings().says("src/main.rs:");
}

#[test]
fn cargo_calls_it() {
    let project = Project::bin("run_by_cargo", PROVED);
    let tool = Path::new(env!("CARGO_BIN_EXE_cargo-tasklet"));
    let mut path = vec![tool.parent().expect("it is in a folder").to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut cargo = project.command(Path::new(env!("CARGO")));
    cargo.env("PATH", std::env::join_paths(path).expect("folders")).args(["tasklet", "prove"]);
    crate::support::told(cargo.args(["--offline"])).is_proved();
}

#[test]
fn what_the_user_has_written_stays() {
    let project = Project::bin("run_stays", PROVED);
    project.write(".cargo/config.toml", "[build]\nincremental = true\n");
    // The lock is the workspace's; cargo takes out what is not needed.
    let mut cargo = project.command(Path::new(env!("CARGO")));
    cargo.args(["metadata", "--offline", "--format-version=1"]).output().expect("cargo runs");
    let files = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "src/main.rs"];
    let texts = files.map(|file| project.read(file));
    project.prove(&["--locked"]).is_proved();
    assert_eq!(files.map(|file| project.read(file)), texts);
    let names = fs::read_dir(project.folder()).expect("a folder").count();
    assert_eq!(names, [".cargo", "Cargo.lock", "Cargo.toml", "src"].len());
}

#[test]
fn the_users_own_builds_are_left_alone() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver-own");
    // A configuration that keeps intermediate files elsewhere is for the user's builds, too.
    let project = Project::bin("run_folder", PROVED)
        .with_variable("CARGO_TARGET_DIR", &target)
        .with_variable("CARGO_BUILD_BUILD_DIR", &target.join("between"));
    project.prove(&[]).is_proved();
    let names = fs::read_dir(&target).expect("a folder").map(|entry| entry.expect("one").path());
    assert_eq!(names.collect::<Vec<_>>(), [target.join("tasklet-prove")]);
}

#[test]
fn a_target_folder_is_named() {
    let project = Project::bin("run_named_folder", PROVED);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver-own");
    project.prove(&["--target-dir", target.to_str().expect("a path of text")]).is_proved();
    assert!(target.join("tasklet-prove").is_dir());
}

#[test]
fn what_is_unchanged_is_neither_compiled_nor_read_again() {
    for text in [PROVED, DROPS] {
        let project = Project::bin("run_unchanged", text);
        let first = project.prove(&[]);
        first.says("Compiling run_unchanged").says("Proving");
        let second = project.prove(&[]);
        second.is_silent_on("Compiling").is_silent_on("Proving");
        assert_eq!((first.code, first.stdout), (second.code, second.stdout));
    }
}

#[test]
fn an_edit_is_seen() {
    let project = Project::bin("run_edit", PROVED);
    project.prove(&[]).is_proved();
    project.write("src/main.rs", &format!("{DROPS}{MAIN}"));
    project.prove(&[]).has_findings();
    project.write("src/main.rs", &format!("{PROVED}{MAIN}"));
    project.prove(&[]).is_proved();
}

#[test]
fn what_was_taken_out_does_not_count() {
    let project = Project::bin("run_taken_out", PROVED);
    let main = project.read("src/main.rs");
    project.write("src/lossy.rs", DROPS);
    project.write(
        "src/main.rs",
        &format!("mod lossy;\n{}", main.replace("total();", "total();\n    lossy::total();")),
    );
    project.prove(&[]).has_findings().says("src/lossy.rs:");
    project.write("src/main.rs", &main);
    project.prove(&[]).is_proved();
}

#[test]
fn two_selections_do_not_push_each_other_out() {
    let project = Project::bin("run_selections", PROVED);
    project.write("examples/shown.rs", &format!("{PROVED}{MAIN}"));
    project.prove(&[]).says("Proving");
    project.prove(&["--examples"]).says("Proving");
    project.prove(&[]).is_proved().is_silent_on("Proving");
    project.prove(&["--examples"]).is_proved().is_silent_on("Proving");
}

#[test]
fn workspaces_that_share_a_target_folder_do_not_push_each_other_out() {
    let [one, other] = ["run_one", "run_other"].map(|name| Project::bin(name, PROVED));
    one.prove(&[]).says("Proving");
    other.prove(&[]).says("Proving");
    one.prove(&[]).is_proved().is_silent_on("Proving");
}

#[test]
fn a_path_may_have_spaces() {
    let project = Project::empty("run with spaces");
    project
        .write("Cargo.toml", &format!("{}\n[workspace]\n", crate::support::manifest("run_spaces")));
    project.write("src/main.rs", &format!("{PROVED}{MAIN}"));
    project.prove(&[]).is_proved();
}

#[test]
fn quiet_is_silent_unless_there_is_something_to_say() {
    let project = Project::bin("run_quiet", PROVED);
    let told = project.prove(&["--quiet"]);
    assert_eq!((told.is_proved().stdout.as_str(), told.stderr.as_str()), ("", ""));
}

#[test]
fn a_program_is_told_on_the_standard_output() {
    let told = Project::bin("run_json", PROVED).prove(&["--message-format", "json"]);
    assert!(told.is_proved().stdout.starts_with('{'), "{}", told.stdout);
}

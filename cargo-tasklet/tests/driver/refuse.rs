//! When it cannot be told: exit code 2, and a sentence that says what to do.

use crate::support::{PROVED, Project, head};

#[test]
fn wrong_usage_is_refused() {
    let project = Project::lib("refuse_usage", PROVED);
    project.prove(&["--no-such-option"]).is_refused("--no-such-option");
    project.prove(&["--message-format=xml"]).is_refused("xml");
    project.prove(&["--exclude", "a"]).is_refused("--workspace");
    project.prove(&["--release", "--profile", "dev"]).is_refused("--profile");
}

#[test]
fn a_workspace_without_the_runtime_has_nothing_to_prove() {
    let project = Project::empty("refuse_none");
    project.write("Cargo.toml", &format!("{}[workspace]\n", head("refuse_none")));
    project.write("src/lib.rs", "");
    project.prove(&[]).is_refused("no package of this workspace depends on `tasklet-core`");
}

#[test]
fn a_folder_without_a_manifest_is_refused_in_cargos_words() {
    let project = Project::lib("refuse_manifest", PROVED);
    project.prove(&["--manifest-path", "none/Cargo.toml"]).is_refused("none/Cargo.toml");
}

#[test]
fn what_is_not_there_is_refused_in_cargos_words() {
    let project = Project::lib("refuse_missing", PROVED);
    project.prove(&["-p", "nobody"]).is_refused("nobody");
    project.prove(&["--bin", "nothing"]).is_refused("nothing");
    project.prove(&["--features", "nowhere"]).is_refused("nowhere");
}

#[test]
fn an_error_of_the_build_is_shown() {
    let project = Project::lib("refuse_build", PROVED);
    project.prove(&[]).is_proved();
    project.write("src/lib.rs", "fn broken() -> u32 { \"text\" }\n");
    let told = project.prove(&[]);
    told.is_refused("the build failed").says("mismatched types").says("src/lib.rs:1");
    project.write("src/lib.rs", PROVED);
    project.prove(&[]).is_proved();
}

#[test]
fn text_that_was_removed_is_missed() {
    let project = Project::lib("refuse_removed", PROVED);
    let target = project.folder().join("target");
    let target = target.to_str().expect("a path of text");
    project.prove(&["--target-dir", target]).is_proved();
    remove_text(target.as_ref(), "refuse_removed-");
    let told = project.prove(&["--target-dir", target]);
    told.is_refused("the compiled code of `refuse_removed`").says("Remove `").says("tasklet-prove");
}

/// All of a crate's text, wherever it is.
fn remove_text(folder: &std::path::Path, name: &str) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("one").path();
        let file = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if path.is_dir() {
            remove_text(&path, name);
        } else if file.starts_with(name) && file.ends_with(".ll") {
            std::fs::remove_file(path).expect("it is ours");
        }
    }
}

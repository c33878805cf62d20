//! What is proved: packages, targets, features.

use crate::support::{DROPS, MAIN, PROVED, Project, head, host, manifest};

/// Every target but the library drops.
fn with_all_targets(name: &str) -> Project {
    let project = Project::lib(name, PROVED);
    for file in ["src/bin/program.rs", "examples/shown.rs"] {
        project.write(file, &format!("{DROPS}{MAIN}"));
    }
    project.write("tests/tried.rs", &format!("{DROPS}\n#[test]\nfn it() {{\n    total();\n}}\n"));
    project
}

#[test]
fn a_target_is_selected() {
    let project = with_all_targets("select_targets");
    project.prove(&["--lib"]).is_proved();
    for (argument, file) in [
        ("--bin=program", "src/bin/program.rs:"),
        ("--bins", "src/bin/program.rs:"),
        ("--example=shown", "examples/shown.rs:"),
        ("--examples", "examples/shown.rs:"),
    ] {
        let told = project.prove(&[argument]);
        told.has_findings().says(file);
        // Its own file, and no other target's.
        for other in ["src/bin/program.rs:", "examples/shown.rs:", "tests/tried.rs:"] {
            assert!(other == file || !told.stderr.contains(other), "{}", told.stderr);
        }
    }
    // Cargo builds the package's programs with it.
    project.prove(&["--test=tried"]).has_findings().says("tests/tried.rs:");
}

#[test]
fn a_platform_is_selected() {
    let host = host();
    let project = with_all_targets("select_platform");
    project.write("build.rs", "fn main() {}\n");
    project.prove(&["--lib", "--target", &host]).is_proved();
    project.prove(&["--bins", "--target", &host]).has_findings().says("src/bin/program.rs:");
    let missing = project.prove(&["--target", "none-of-all"]);
    missing.is_refused("none-of-all");
}

#[test]
fn all_targets_are_selected() {
    let told = with_all_targets("select_all").prove(&["--all-targets"]);
    told.has_findings()
        .says("src/bin/program.rs:")
        .says("examples/shown.rs:")
        .says("tests/tried.rs:");
}

#[test]
fn tests_inside_of_a_library_are_proved_as_tests() {
    let inside = format!(
        "{PROVED}\n#[cfg(test)]\nmod tests {{\n{DROPS}\n#[test]\nfn it() {{\n    total();\n}}\n}}\n"
    );
    let project = Project::lib("select_inside", &inside);
    project.prove(&[]).is_proved();
    project.prove(&["--tests"]).has_findings();
}

#[test]
fn a_feature_is_turned_on() {
    let text = format!("{PROVED}\n#[cfg(feature = \"lossy\")]\npub mod lossy {{\n{DROPS}}}\n");
    let project = Project::lib("select_feature", &text);
    project.append("Cargo.toml", "\n[features]\ndefault = [\"usual\"]\nusual = []\nlossy = []\n");
    project.prove(&[]).is_proved();
    project.prove(&["--features", "lossy"]).has_findings();
    project.prove(&["--all-features"]).has_findings();
    project.prove(&["--no-default-features"]).is_proved();
}

#[test]
fn a_feature_may_bring_the_runtime_itself() {
    let name = "select_optional";
    let project = Project::lib(name, "");
    let manifest = project.read("Cargo.toml").replace("' }", "', optional = true }");
    project.write("Cargo.toml", &manifest);
    project.write(
        "src/lib.rs",
        &format!("#[cfg(feature = \"tasklet-core\")]\nmod all {{\n{PROVED}}}\n"),
    );
    project.prove(&[]).is_refused("depends on `tasklet-core`");
    project.prove(&["--features", "tasklet-core"]).is_proved();
}

#[test]
fn every_kind_of_library_is_read() {
    let kinds = ["lib", "dylib", "cdylib", "staticlib", "rlib\", \"cdylib", "rlib\", \"staticlib"];
    for (number, kind) in kinds.into_iter().enumerate() {
        // Of a library for other languages only what they can call is compiled.
        let exported = "#[unsafe(no_mangle)]\npub extern \"C\" fn exported() {\n    total();\n}\n";
        let project =
            Project::lib(&format!("select_kind_{number}"), &format!("{DROPS}\n{exported}"));
        project.append("Cargo.toml", &format!("\n[lib]\ncrate-type = [\"{kind}\"]\n"));
        project.prove(&[]).has_findings();
    }
}

/// A member that depends on the runtime, one that links it, and one that does neither.
fn workspace(name: &str) -> Project {
    let project = Project::empty(name);
    let [base, user, plain] = ["base", "user", "plain"].map(|member| format!("{name}_{member}"));
    project.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"base\", \"user\", \"plain\"]\n",
    );
    project.write("base/Cargo.toml", &manifest(&base));
    project.write("base/src/lib.rs", PROVED);
    project.write(
        "user/Cargo.toml",
        &format!("{}{base} = {{ path = \"../base\" }}\n", manifest(&user)),
    );
    project.write("user/src/main.rs", &format!("use {base}::total;\n\n{MAIN}"));
    project.write("plain/Cargo.toml", &head(&plain));
    project.write("plain/src/lib.rs", "pub fn nothing() {}\n");
    project
}

#[test]
fn a_member_without_the_runtime_is_built_and_not_read() {
    let told = workspace("select_members").prove(&["--workspace"]);
    // The runtime, and the two that use it.
    told.is_proved().says("Compiling select_members_plain").says("(3 crates, ");
}

#[test]
fn a_member_is_selected_and_named() {
    let project = workspace("select_one");
    let told = project.prove(&["--package", "select_one_user"]);
    told.is_proved().says("Proving select_one_user (3 crates, ").is_silent_on("select_one_plain");
    let told = project.prove(&["-p", "select_one_plain"]);
    told.is_refused("nothing that was selected depends on `tasklet-core`");
    let told = project.prove(&["--workspace", "--exclude", "select_one_user"]);
    told.is_proved().says("(2 crates, ");
}

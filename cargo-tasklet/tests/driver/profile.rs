//! A profile's settings hold for what the program does, and do not hide anything from the proof.

use crate::support::{DROPS, MAIN, PROVED, Project};

#[test]
fn release_turns_no_assertion_on() {
    let text = "#[cfg(debug_assertions)]\ncompile_error!(\"assertions are on\");\n";
    let project = Project::lib("profile_assertions", &format!("{text}{PROVED}"));
    project.prove(&["--release"]).is_proved();
    project.prove(&[]).is_refused("the build failed").says("assertions are on");
}

#[test]
fn a_profile_that_asks_for_assertions_has_them() {
    let text = "#[cfg(not(debug_assertions))]\ncompile_error!(\"assertions are off\");\n";
    let project = Project::lib("profile_asked", &format!("{text}{PROVED}"));
    project.append("Cargo.toml", "\n[profile.release]\ndebug-assertions = true\n");
    project.prove(&["--release"]).is_proved();
}

#[test]
fn a_release_that_is_made_small_is_read_all_the_same() {
    let project = Project::bin("profile_small", DROPS);
    let settings = "opt-level = \"z\"\nlto = \"fat\"\nstrip = true\npanic = \"abort\"\n\
                    codegen-units = 1\nsplit-debuginfo = \"packed\"\ndebug = \"full\"\n";
    project.append("Cargo.toml", &format!("\n[profile.release]\n{settings}"));
    project.prove(&["--release"]).has_findings().says("src/main.rs:");
}

#[test]
fn a_profile_of_the_users_own_is_used() {
    let text = "#[cfg(debug_assertions)]\ncompile_error!(\"assertions are on\");\n";
    let project = Project::bin("profile_own", &format!("{text}{PROVED}"));
    project.append("Cargo.toml", "\n[profile.for-all]\ninherits = \"release\"\nlto = true\n");
    project.prove(&["--profile", "for-all"]).is_proved();
}

#[test]
fn the_users_flags_hold() {
    let text = format!("#[cfg(not(wanted))]\ncompile_error!(\"not wanted\");\n{PROVED}{MAIN}");
    let project = Project::new("profile_flags");
    project.write("src/main.rs", &text);
    let flags = "[build]\nrustflags = [\"--cfg\", \"wanted\", \"-Copt-level=1\"]\n\
                 target-dir = \"target\"\n";
    project.write(".cargo/config.toml", flags);
    project.prove(&["--target-dir", &crate::support::own_target()]).is_proved();
}

//! What is not the program's code is compiled as cargo says: procedural macros, build scripts,
//! other crates, by the user's own wrapper if there is one.

use crate::support::{MAIN, PROVED, Project, head, host, manifest, runtime};

#[test]
fn a_macro_and_a_build_script_that_use_the_runtime_are_no_part_of_the_program() {
    let name = "foreign_helpers";
    let project = Project::empty(name);
    // With another profile, the runtime is compiled for them once more.
    let twice = "[profile.dev.build-override]\nopt-level = 1\n";
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"mac\"]\n";
    project.write("Cargo.toml", &format!("{members}\n{twice}"));
    project.write(
        "mac/Cargo.toml",
        &format!("{}\n[lib]\nproc-macro = true\n", manifest("foreign_mac")),
    );
    let body = "use proc_macro::TokenStream;\n\n#[proc_macro]\n\
                pub fn two(_: TokenStream) -> TokenStream {\n\
                \x20   (total() + 1).to_string().parse().unwrap()\n}\n";
    project.write("mac/src/lib.rs", &format!("{}{body}", PROVED.replace("pub async", "async")));
    let app = manifest("foreign_app");
    let build =
        format!("foreign_mac = {{ path = \"../mac\" }}\n\n[build-dependencies]\n{}", runtime());
    project.write("app/Cargo.toml", &format!("{app}{build}"));
    project.write("app/build.rs", &format!("{PROVED}{MAIN}"));
    let main = "\nconst _: () = assert!(foreign_mac::two!() == 2);\n";
    project.write("app/src/main.rs", &format!("{PROVED}{MAIN}{main}"));
    let told = project.prove(&["-p", "foreign_app"]);
    told.is_proved().says("Proving foreign_app (2 crates, ");
    project.prove(&["-p", "foreign_app"]).is_proved().is_silent_on("Compiling");
    // With a platform named, what the compiler runs is in a folder of its own.
    let told = project.prove(&["-p", "foreign_app", "--target", &host()]);
    told.is_proved().says("Proving foreign_app (2 crates, ");
}

#[test]
fn what_a_build_script_asks_the_compiler_is_answered_as_ever() {
    let project = Project::bin("foreign_probe", PROVED);
    // As crates do that must know what the compiler can do.
    let script = r#"
use std::env;
use std::process::Command;

fn main() {
    let folder = env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{folder}/probe.rs"), "").unwrap();
    let mut command = match env::var_os("RUSTC_WRAPPER") {
        Some(wrapper) => Command::new(wrapper),
        None => panic!("a wrapper is in place"),
    };
    let rustc = env::var("RUSTC").unwrap();
    let line = ["--crate-name", "probe", "--crate-type", "lib", "--emit=metadata"];
    command.arg(rustc).args(line).args(["--out-dir", &folder]).arg(format!("{folder}/probe.rs"));
    assert!(command.status().unwrap().success());
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, 2, "the source and the metadata");
}
"#;
    project.write("build.rs", script);
    project.prove(&[]).is_proved();
}

/// The user's wrapper leaves a line for each crate.
#[cfg(unix)]
#[test]
fn the_users_wrapper_compiles_what_is_not_ours() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let project = Project::bin("foreign_wrapped", PROVED);
    project.write("plain/Cargo.toml", &head("foreign_plain"));
    project.write("plain/src/lib.rs", "pub fn nothing() {}\n");
    let manifest = project.read("Cargo.toml");
    let with = "[dependencies]\nforeign_plain = { path = \"plain\" }\n";
    project.write("Cargo.toml", &manifest.replace("[dependencies]\n", with));
    project.write("wrapper", "#!/bin/sh\necho \"$*\" >> \"$0.log\"\nexec \"$@\"\n");
    let wrapper = project.folder().join("wrapper");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let project = project.with_variable("RUSTC_WRAPPER", &wrapper);
    project.prove(&[]).is_proved();
    let log = project.read("wrapper.log");
    assert!(log.contains("--crate-name foreign_plain "), "{log}");
    assert!(!log.contains("--crate-name foreign_wrapped "), "{log}");
}

//! Whether each installed compiler is read alike: names and manglings differ, the findings do not.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The line from 1, and the cause.
type Told = BTreeSet<(u64, String)>;

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/compilers")
}

/// A command of the user's own: without what cargo tells those that it starts, which would name
/// the compiler of this test.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME" || text.starts_with("RUSTC") {
            command.env_remove(&name);
        }
    }
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTFLAGS");
    command
}

/// The names of the installed toolchains; none without rustup.
fn installed() -> Vec<String> {
    let Ok(output) = command("rustup").args(["toolchain", "list"]).output() else {
        return Vec::new();
    };
    let list = String::from_utf8(output.stdout).expect("names are UTF-8");
    list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// A command that uses that toolchain, or, for none, the default one.
fn with(program: &str, toolchain: Option<&str>) -> Command {
    let mut command = command(program);
    if let Some(toolchain) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    command.current_dir(package());
    command
}

/// The version and commit that a program tells.
fn version(program: &str, toolchain: Option<&str>) -> String {
    let output = with(program, toolchain).arg("-vV").output().expect("the program is started");
    assert!(output.status.success(), "{program} of {toolchain:?} does not run");
    let text = String::from_utf8(output.stdout).expect("a version is UTF-8");
    let field = |name| text.lines().find_map(|line| line.strip_prefix(name));
    let release = field("release: ").expect("a release");
    // Cargo and rustc of one toolchain have one release, but each has a commit of its own.
    release.to_owned()
}

fn marked() -> Told {
    let text = fs::read_to_string(package().join("src/main.rs")).expect("a text");
    let lines = text.lines().zip(1..);
    let marks = lines.flat_map(|(line, number)| {
        line.split("//~ ").skip(1).map(move |mark| (number, mark.trim().to_owned()))
    });
    marks.collect()
}

/// What is told with a toolchain, in a target folder of its own.
fn told(toolchain: Option<&str>, release: &str) -> Told {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compilers").join(release);
    let output = with(env!("CARGO_BIN_EXE_cargo-tasklet"), toolchain)
        .args(["tasklet", "prove", "--message-format", "json", "--target-dir"])
        .arg(target)
        .output()
        .expect("the tool is started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{release}: {stderr}");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let proof = lines.iter().find(|line| line["reason"] == "proof").expect("a verdict");
    assert_eq!(proof["verdict"], "findings", "{release}: {stderr}");
    assert_eq!(proof["unknown"], Value::Array(Vec::new()), "{release}");
    let findings = lines.iter().filter(|line| line["reason"] == "finding");
    let told = findings.map(|finding| {
        let line = finding["line"].as_u64().expect("each finding has a line");
        (line, finding["cause"].as_str().expect("each finding has a cause").to_owned())
    });
    told.collect()
}

#[test]
fn each_installed_compiler_is_read_alike() {
    let installed = installed();
    let toolchains: Vec<Option<&str>> = match installed.as_slice() {
        [] => vec![None],
        all => all.iter().map(|name| Some(name.as_str())).collect(),
    };
    let marked = marked();
    let mut seen = BTreeSet::new();
    for toolchain in toolchains {
        // The compiler and cargo must both be that of the toolchain, or one of them is tried twice.
        let release = version("rustc", toolchain);
        assert_eq!(release, version("cargo", toolchain), "{toolchain:?}");
        if !seen.insert(release.clone()) {
            continue;
        }
        let told = told(toolchain, &release);
        let missed: Vec<_> = marked.difference(&told).collect();
        let more: Vec<_> = told.difference(&marked).collect();
        assert!(
            missed.is_empty() && more.is_empty(),
            "{release} misses {missed:?}, tells {more:?}"
        );
    }
    let is_nightly = |name: &&String| name.starts_with("nightly");
    let has_nightly = installed.iter().any(|name| is_nightly(&name));
    assert_eq!(has_nightly, seen.iter().any(|release| release.contains("-nightly")));
}

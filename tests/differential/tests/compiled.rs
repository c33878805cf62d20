//! Generated bodies before the real compiler.
//!
//! Once they are run on every path, with handles that count how they are dropped: that is the
//! truth, and the interpreter has to tell the same. And once they are compiled with
//! `#[must_await]`: that is the verdict, with all that the compiler knows of types.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use differential::{Body, Loss};

const BODIES: u64 = 300;
/// Not those that are tried in the tests of the macros.
const FIRST_BODY: u64 = 1_000_000;

fn bodies() -> Vec<Body> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let first = number("TASKLET_FIRST_BODY").unwrap_or(FIRST_BODY);
    let count = number("TASKLET_BODIES").unwrap_or(BODIES).min(2_000);
    (first..first + count).map(Body::number).collect()
}

/// A directory of its own for what is generated.
fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential").join(name);
    fs::create_dir_all(&place).expect("the directory can be made");
    place
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the toolchain is installed")
}

#[test]
fn the_interpreter_tells_the_truth() {
    let bodies = bodies();
    let place = place("run");
    let (source, program) = (place.join("main.rs"), place.join("main"));
    fs::write(&source, runnable(&bodies)).expect("the source can be written");
    let built = output(
        Command::new("rustc")
            .args(["--edition", "2024", "-Awarnings", "-Cdebuginfo=0", "-o"])
            .args([&program, &source]),
    );
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let mut wanted = Vec::new();
    let mut script = String::new();
    for (index, body) in bodies.iter().enumerate() {
        for path in &body.paths {
            let answers: Vec<_> = path.answers.iter().map(u8::to_string).collect();
            let _ = writeln!(script, "{index} {}", answers.join(" "));
            wanted.push((index, path));
        }
    }
    let mut running = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was built");
    let mut stdin = running.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let ran = running.wait_with_output().expect("the program ends");
    writer.join().expect("no panic").expect("the program reads all of it");
    let counts = String::from_utf8(ran.stdout).expect("numbers");
    let counts: Vec<usize> = counts.lines().map(|line| line.parse().expect("a number")).collect();
    assert_eq!(counts.len(), wanted.len());
    for ((index, path), count) in wanted.into_iter().zip(counts) {
        let body = &bodies[index];
        // One that was cut short may lose more before the program asks again.
        let is_true = path.lost == count || path.is_cut && path.lost < count;
        assert!(is_true, "{body:?}on the path {:?}: {} and {count}", path.answers, path.lost);
    }
}

/// A program that reads lines `body answer answer …`, and writes how many handles were lost.
fn runnable(bodies: &[Body]) -> String {
    let mut source = include_str!("compiled/run.rs").to_owned();
    let mut calls = String::new();
    for (index, body) in bodies.iter().enumerate() {
        source.push_str(&body.text_as(&format!("body_{index}")));
        let _ = writeln!(calls, "        {index} => run(body_{index}({})),", body.arguments());
    }
    let _ = write!(
        source,
        "fn call(index: usize) {{\n    match index {{\n{calls}        _ => panic!(),\n    }}\n}}\n"
    );
    source
}

/// An error of the compiler.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Finding {
    name: Option<String>,
    line: usize,
    message: String,
}

#[test]
fn the_compiler_finds_what_is_lost_and_nothing_else() {
    let bodies = bodies();
    let place = place("check");
    let (source, starts) = checkable(&bodies);
    fs::create_dir_all(place.join("src")).expect("the directory can be made");
    fs::write(place.join("src/lib.rs"), source).expect("the source can be written");
    let errors = errors(&check(&place));
    let mut findings: Vec<BTreeSet<Finding>> = bodies.iter().map(|_| BTreeSet::new()).collect();
    for Finding { name, line, message } in errors {
        let is_ours =
            message.contains("without being awaited") || message.contains("never awaited");
        assert!(is_ours, "line {line} of {}: {message}", place.display());
        let index = starts.partition_point(|start| *start <= line) - 1;
        findings[index].insert(Finding { name, line: line + 1 - starts[index], message });
    }
    let wrong: Vec<_> = bodies
        .iter()
        .zip(&findings)
        .filter_map(|(body, found)| {
            let wrong = disagreement(body, found)?;
            Some(format!("{wrong}\n{body:?}found: {found:?}\n"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} disagree\n\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(body: &Body, findings: &BTreeSet<Finding>) -> Option<String> {
    let is_missed = |loss: &&Loss| !findings.iter().any(|finding| is_about(finding, loss));
    if let Some(loss) = body.lost.iter().find(is_missed) {
        return Some(format!("missed: {loss:?}"));
    }
    let is_false = |finding: &&Finding| !body.maybe_lost.iter().any(|it| is_about(finding, it));
    findings.iter().find(is_false).map(|finding| format!("false alarm: {finding:?}"))
}

/// Whether a finding speaks of this loss. A temporary may have the name that it was bound to.
fn is_about(finding: &Finding, loss: &Loss) -> bool {
    loss.is_at(finding.line) || finding.name.as_ref().is_some_and(|name| loss.names.contains(name))
}

/// A crate of functions with `#[must_await]`, and the line on which each of them begins.
fn checkable(bodies: &[Body]) -> (String, Vec<usize>) {
    let mut source = include_str!("compiled/check.rs").to_owned();
    let mut starts = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        // Every other one has handles of the user's own type, which owes by its derive. Whoever is
        // lent such a one may take out what it owes, so the analysis is silent there.
        let is_lent = body.text.contains("replace(&mut f");
        let module = if index % 2 == 0 || is_lent { "handles" } else { "derived" };
        let _ = writeln!(source, "mod body_{index} {{ use super::{module}::*; #[must_await]");
        starts.push(source.lines().count() + 1);
        source.push_str(&body.text);
        source.push_str("}\n");
    }
    (source, starts)
}

/// Checks the crate beside the workspace, in the same target directory and with the same lock file,
/// so that what is built already is not built again.
fn check(place: &Path) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let core = root.join("tasklet-core").canonicalize().expect("the core is there");
    let manifest = format!(
        "[package]\nname = \"bodies\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ntasklet-core = {{ path = {core:?} }}\n\n[workspace]\n"
    );
    fs::write(place.join("Cargo.toml"), manifest).expect("the manifest can be written");
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).expect("there is a lock file");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target");
    output(
        Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet", "--message-format=short", "--target-dir"])
            .arg(target)
            .current_dir(place),
    )
}

/// `src/lib.rs:12:9: error[E0277]: tasklet future `f0` is never awaited: …`
fn errors(checked: &Output) -> Vec<Finding> {
    let stderr = String::from_utf8_lossy(&checked.stderr);
    let mut findings = Vec::new();
    for line in stderr.lines() {
        let mut parts = line.splitn(4, ':');
        let at = (parts.next(), parts.next(), parts.next(), parts.next());
        match at {
            (Some("src/lib.rs"), Some(line), Some(_), Some(rest)) if rest.contains("error") => {
                let line = line.parse().expect("a line");
                let (_, message) = rest.split_once(": ").expect("a message");
                let name = message.split('`').nth(1).filter(|_| message.starts_with("tasklet"));
                let name = name.map(str::to_owned);
                findings.push(Finding { name, line, message: message.to_owned() });
            }
            _ => {
                let is_ours = line.starts_with("error: could not compile `bodies`");
                assert!(is_ours || !line.contains("error"), "{stderr}");
            }
        }
    }
    findings
}

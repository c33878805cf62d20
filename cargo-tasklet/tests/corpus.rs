//! What `cargo tasklet prove` is measured by: programs that drop futures, each place marked, and
//! programs that must be proved.
//!
//! A mark is a comment at the end of the line that is to be told: `//~ dropped TaskletFuture<u32>`,
//! the cause and what is lost. What is told is the marks, nothing more and nothing less.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use serde_json::Value;

#[path = "corpus/table.rs"]
mod table;

/// A line that is told: the file, the line from 1, the cause.
type Told = (String, u64, String);

/// What a run says.
struct Answer {
    code: Option<i32>,
    findings: Vec<Value>,
    verdict: String,
    /// How many functions of the user's were looked at.
    functions: u64,
    stderr: String,
}

impl Answer {
    fn told(&self) -> BTreeSet<Told> {
        let text = |finding: &Value, field: &str| finding[field].as_str().map(str::to_owned);
        let lines = self.findings.iter().map(|finding| {
            let file = text(finding, "file").expect("each finding has a file");
            let cause = text(finding, "cause").expect("each finding has a cause");
            (file, finding["line"].as_u64().expect("each finding has a line"), cause)
        });
        lines.collect()
    }

    /// The findings as a person reads them.
    fn rendered(&self) -> String {
        self.findings.iter().filter_map(|finding| finding["rendered"].as_str()).collect()
    }
}

fn corpus(package: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(package)
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member of the workspace")
}

/// Proves the library and all binaries of the package in this folder. One target folder serves all
/// packages, so that what they share is compiled once.
fn prove(folder: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-tasklet"))
        .args(["tasklet", "prove", "--message-format", "json", "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the tool is started");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let last = lines.iter().find(|line| line["reason"] == "proof");
    let verdict = last.and_then(|line| line["verdict"].as_str()).unwrap_or("none").to_owned();
    let functions = last.and_then(|line| line["functions"].as_u64()).unwrap_or(0);
    let findings = lines.iter().filter(|line| line["reason"] == "finding").cloned().collect();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Answer { code: output.status.code(), findings, verdict, functions, stderr }
}

fn findings() -> &'static Answer {
    static ANSWER: OnceLock<Answer> = OnceLock::new();
    ANSWER.get_or_init(|| prove(&corpus("findings"), &[]))
}

fn findings_released() -> &'static Answer {
    static ANSWER: OnceLock<Answer> = OnceLock::new();
    ANSWER.get_or_init(|| prove(&corpus("findings"), &["--release"]))
}

/// All files below, but for what is built.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        if !path.is_dir() {
            files.push(path);
        } else if !path.ends_with("target") {
            files.extend(self::files(&path));
        }
    }
    files.sort();
    files
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = files(folder);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// The marks of a package, each with what is lost there.
fn marks(package: &Path) -> Vec<(Told, String)> {
    let mut marks = Vec::new();
    for file in sources(package) {
        let name = file.strip_prefix(package).expect("a file of it").display().to_string();
        let text = fs::read_to_string(&file).expect("a text");
        for (line, number) in text.lines().zip(1..) {
            for mark in line.split("//~ ").skip(1) {
                let (cause, future) = mark.trim_end().split_once(' ').expect("cause and future");
                marks.push(((name.clone(), number, cause.to_owned()), future.to_owned()));
            }
        }
    }
    marks
}

/// Asks that what is told is what is marked.
#[track_caller]
fn is_as_marked(answer: &Answer) {
    let marked: BTreeSet<Told> =
        marks(&corpus("findings")).into_iter().map(|(told, _)| told).collect();
    let told = answer.told();
    let mut differences = String::new();
    for (file, line, cause) in marked.difference(&told) {
        writeln!(differences, "missed: {file}:{line} {cause}").expect("a string");
    }
    for (file, line, cause) in told.difference(&marked) {
        writeln!(differences, "false: {file}:{line} {cause}").expect("a string");
    }
    assert!(differences.is_empty(), "{differences}\n{}", answer.stderr);
    assert_eq!((answer.code, answer.verdict.as_str()), (Some(1), "findings"), "{}", answer.stderr);
}

#[test]
fn each_lost_future_is_told_where_it_is_lost_and_nothing_else() {
    is_as_marked(findings());
}

#[test]
fn a_release_build_is_told_the_same() {
    is_as_marked(findings_released());
}

#[test]
fn what_is_lost_has_its_name() {
    for ((file, line, cause), future) in marks(&corpus("findings")) {
        let here = findings().findings.iter().filter(|finding| {
            finding["file"] == *file && finding["line"] == line && finding["cause"] == *cause
        });
        let names: Vec<_> = here.filter_map(|finding| finding["future"].as_str()).collect();
        assert!(names.contains(&future.as_str()), "{file}:{line} {names:?}, and not {future}");
    }
}

#[test]
fn programs_that_await_all_they_start_are_proved() {
    let answer = prove(&corpus("correct"), &[]);
    let told = (answer.code, answer.verdict.as_str());
    assert_eq!(told, (Some(0), "proved"), "{}{}", answer.rendered(), answer.stderr);
    assert!(answer.functions > 0, "nothing was looked at");
}

/// Copies all files below, and leaves alone what is the same, so that cargo finds it fresh.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let copy = to.join(file.strip_prefix(from).expect("a file below"));
        let text = fs::read(&file).expect("a text");
        if fs::read(&copy).ok().as_ref() != Some(&text) {
            fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
            fs::write(copy, text).expect("a copy");
        }
    }
}

/// A package whose binaries are the programs that the attributes let pass. They are copied: what
/// lies in other folders is not the package's own code.
fn package_of_passing_programs() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("passing");
    let core = repository().join("tasklet-core");
    let mut manifest = format!(
        "[package]\nname = \"passing\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ntasklet-core = {{ path = {core:?} }}\nanyhow = \"1.0\"\n\
         futures = \"0.3\"\ntokio = {{ version = \"1.54\", default-features = false, \
         features = [\"macros\", \"rt\", \"time\"] }}\n"
    );
    let programs = repository().join("ui-tests");
    for program in sources(&programs.join("pass")) {
        let path = program.strip_prefix(&programs).expect("one of them");
        let name = path.with_extension("").display().to_string().replace(['/', '\\'], "-");
        writeln!(manifest, "\n[[bin]]\nname = \"{name}\"\npath = {path:?}").expect("a string");
    }
    for part in ["pass", "support"] {
        copy(&programs.join(part), &folder.join(part));
    }
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that the programs are tested with.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    folder
}

#[test]
fn programs_that_the_attributes_let_pass_are_proved() {
    let answer = prove(&package_of_passing_programs(), &[]);
    let verdict = if table::NOT_PROVED.is_empty() { "proved" } else { "findings" };
    assert_eq!(answer.verdict, verdict, "{}{}", answer.rendered(), answer.stderr);
    assert!(answer.functions > 0, "nothing was looked at");
    let told: BTreeSet<String> = answer.told().into_iter().map(|(file, ..)| file).collect();
    let exceptions = table::NOT_PROVED.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(told, exceptions, "{}{}", answer.rendered(), answer.stderr);
}

#[test]
fn each_known_way_to_forget_is_rejected_somewhere() {
    let numbers: BTreeSet<&str> = table::WAYS.iter().map(|way| way.number).collect();
    assert_eq!(numbers.len(), table::WAYS.len(), "each has one row");
    for row in 1..=48 {
        assert!(numbers.contains(format!("row {row}").as_str()), "row {row} is missing");
    }
    let peers = numbers.iter().filter(|number| number.starts_with('p')).count();
    assert_eq!(peers, 55);
    for way in table::WAYS {
        for program in way.rejected_in {
            assert!(is_there(program), "{}: {program} is not there", way.number);
        }
    }
}

/// Whether there is such a program: one of `ui-tests/fail`, or a function of `findings`, as in
/// `exits.rs: question_mark`.
fn is_there(program: &str) -> bool {
    match program.split_once(": ") {
        None => repository().join("ui-tests/fail").join(program).with_extension("rs").exists(),
        Some((file, function)) => {
            let text = fs::read_to_string(corpus("findings/src/bin").join(file));
            text.is_ok_and(|text| text.contains(&format!("fn {function}")))
        }
    }
}

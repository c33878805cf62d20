//! The house rules, as tests over every file that git knows or would add. What a compiler or Clippy
//! can say is left to them.

mod tidy {
    pub(crate) mod diagnostics;
    pub(crate) mod ndb;
    pub(crate) mod source;
    pub(crate) mod tree;
}

use tidy::diagnostics::unseen;
use tidy::source::{Word, words};
use tidy::tree::{File, files, rust_files};

/// In characters.
const LINE_COLUMNS_MAX: usize = 100;
const FILE_LINES_MAX: usize = 600;
/// A file tells its one thought so early; above it may stand a shebang or a `cfg`.
const HEAD_LINES: usize = 3;
/// What is told about a line stands at its end, whatever its length.
const MARK: &str = " //~ ";

/// Fails with one line for each offence.
#[track_caller]
fn none(offences: impl IntoIterator<Item = String>) {
    let offences: Vec<_> = offences.into_iter().collect();
    assert!(offences.is_empty(), "{} offences:\n{}", offences.len(), offences.join("\n"));
}

/// One offence for each word of a file that `is_bad`.
fn bad_words(file: &File, is_bad: impl Fn(&[Word]) -> bool) -> Vec<String> {
    let words = words(&file.text);
    let bad = (0..words.len()).filter(|&at| is_bad(&words[at..]));
    bad.map(|at| format!("{}:{}: {}", file.path, words[at].line, words[at].text)).collect()
}

/// Whether words begin with these.
fn begin(words: &[Word], wanted: &[&str]) -> bool {
    wanted.len() <= words.len()
        && wanted.iter().zip(words).all(|(wanted, word)| *wanted == word.text)
}

/// What must not compile is none of the rules' business.
fn is_compiled(file: &File) -> bool {
    !file.path.starts_with("ui-tests/fail/")
}

#[test]
fn the_tree_is_found() {
    let files = rust_files();
    for path in ["tasklet-core/src/lib.rs", "tasklet-macros/src/lib.rs", "tests/tidy.rs"] {
        assert!(files.iter().any(|file| file.path == path), "{path} is missing");
    }
}

#[test]
fn every_file_begins_with_its_one_thought() {
    let is_told = |file: &File| file.text.lines().take(HEAD_LINES).any(|l| l.starts_with("//! "));
    none(rust_files().into_iter().filter(|file| !is_told(file)).map(|file| file.path));
}

#[test]
fn no_line_is_longer_than_a_hundred_columns() {
    none(rust_files().into_iter().filter(is_compiled).flat_map(|file| {
        let lines = (1..).zip(file.text.lines());
        let lines = lines.map(|(at, line)| (at, line.split(MARK).next().unwrap_or(line)));
        let long = lines.filter(|(_, line)| LINE_COLUMNS_MAX < line.chars().count());
        // A table in a comment, and a link, cannot be broken.
        let long = long.filter(|(_, line)| {
            let line = line.trim_start();
            !(line.starts_with("//! |") || line.starts_with("/// |") || line.contains("](http"))
        });
        long.map(|(number, _)| format!("{}:{number}", file.path)).collect::<Vec<_>>()
    }));
}

#[test]
fn no_file_is_longer_than_six_hundred_lines() {
    let is_long = |file: &File| FILE_LINES_MAX < file.text.lines().count();
    none(rust_files().into_iter().filter(is_long).map(|file| file.path));
}

#[test]
fn nothing_is_left_to_be_done() {
    let left = ["todo", "dbg", "unimplemented"];
    let is_left = |words: &[Word]| left.iter().any(|name| begin(words, &[name, "!"]));
    none(rust_files().iter().filter(|file| is_compiled(file)).flat_map(|f| bad_words(f, is_left)));
    // These stand in comments, of any file. Written in halves, since this file is looked at too.
    let marks = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];
    none(files().into_iter().flat_map(|file| {
        let is_marked = |line: &str| marks.iter().any(|mark| line.contains(mark));
        let marked = (1..).zip(file.text.lines()).filter(|(_, line)| is_marked(line));
        marked.map(|(number, _)| format!("{}:{number}", file.path)).collect::<Vec<_>>()
    }));
}

#[test]
fn no_test_is_ignored() {
    let is_ignored = |words: &[Word]| {
        begin(words, &["#", "[", "ignore"]) || begin(words, &["cfg_attr", "(", "any", "ignore"])
    };
    none(
        rust_files().iter().filter(|file| is_compiled(file)).flat_map(|f| bad_words(f, is_ignored)),
    );
}

#[test]
fn nothing_sleeps_a_thread() {
    let sleeps = |words: &[Word]| {
        begin(words, &["thread", ":", ":", "sleep"])
            || begin(words, &["thread", ":", ":", "sleep_until"])
    };
    none(rust_files().iter().filter(|file| is_compiled(file)).flat_map(|f| bad_words(f, sleeps)));
}

#[test]
fn what_is_not_safe_is_in_one_place() {
    // `unsafe` functions may have an attribute, which takes a test.
    let places = ["tasklet-core/src/task/", "ui-tests/"];
    let is_elsewhere = |file: &&File| !places.iter().any(|place| file.path.starts_with(place));
    let is_unsafe = |words: &[Word]| begin(words, &["unsafe"]);
    none(rust_files().iter().filter(is_elsewhere).flat_map(|f| bad_words(f, is_unsafe)));
}

#[test]
fn no_module_is_a_mod_rs() {
    let is_mod = |file: &File| file.path == "mod.rs" || file.path.ends_with("/mod.rs");
    none(rust_files().into_iter().filter(is_mod).map(|file| file.path));
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    let is_package = |file: &File| {
        file.path.ends_with("Cargo.toml") && file.text.contains("\n[package]\n")
            || file.text.starts_with("[package]\n")
    };
    // The first compiles expansions as a stranger would, with lints of its own; the others are in
    // no workspace.
    let others = ["ui-tests/", "fuzz/", "cargo-tasklet/tests/corpus/"];
    let is_other = |file: &File| others.iter().any(|at| file.path.starts_with(at));
    let is_lax = |file: &File| !file.text.contains("[lints]\nworkspace = true") && !is_other(file);
    let lax = files().into_iter().filter(|file| is_package(file) && is_lax(file));
    none(lax.map(|file| file.path));
}

#[test]
fn every_mistake_has_a_message_and_every_message_a_mistake() {
    let files = files();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    let twin = |path: &str, from: &str, to: &str| {
        let twin = path.strip_suffix(from).map(|stem| format!("{stem}{to}"));
        twin.filter(|twin| !paths.contains(&twin.as_str()))
    };
    let fail = paths.iter().filter(|path| path.starts_with("ui-tests/fail/"));
    none(fail.flat_map(|path| {
        [twin(path, ".rs", ".stderr"), twin(path, ".stderr", ".rs")].into_iter().flatten()
    }));
}

#[test]
fn every_diagnostic_is_exercised_by_a_mistake() {
    let files = files();
    let is_message =
        |file: &&File| file.path.starts_with("ui-tests/fail/") && file.path.ends_with(".stderr");
    let messages: Vec<_> = files.iter().filter(is_message).map(|file| file.text.as_str()).collect();
    assert!(10 < messages.len(), "there are messages to look at");
    let unseen = unseen(text_of(&files, "tasklet-macros/src/diagnostics.rs"), &[], &messages);
    none(unseen.into_iter().map(|text| format!("{text} is in no .stderr of ui-tests/fail")));
}

#[test]
fn every_message_is_on_the_page_of_messages() {
    let files = files();
    let page = [text_of(&files, "docs/DIAGNOSTICS.md")];
    let refusals = unseen(text_of(&files, "tasklet-macros/src/diagnostics.rs"), &[], &page);
    // A tag is the name of a trait.
    let findings = unseen(text_of(&files, "tasklet-macros/src/flow/message.rs"), &["tag"], &page);
    let unseen = refusals.into_iter().chain(findings);
    none(unseen.map(|text| format!("{text} is not in docs/DIAGNOSTICS.md")));
}

#[test]
fn each_of_ndbs_tests_is_ported_or_a_line_says_why_not() {
    let (offences, ported) = tidy::ndb::check(&files());
    none(offences);
    assert!(tidy::ndb::PORTED_MIN <= ported, "only {ported} are ported");
}

/// The text of the one file that has this path.
#[track_caller]
fn text_of<'a>(files: &'a [File], path: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("{path} is missing")).text
}

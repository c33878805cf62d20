//! NDB's own tests, by number: each is a test of ours, or there is a line that says why it is none.

use std::collections::BTreeMap;

use super::tree::File;

/// So many cases there are.
const CASES: u32 = 150;

/// So many of them at least are tests, or programs that must not compile.
pub(crate) const PORTED_MIN: usize = 143;

/// The table of those that are none.
const TABLE: &str = "tests/it/ndb.rs";

/// What becomes of a case, or of a part of one.
#[derive(Debug, PartialEq)]
enum Fate {
    /// It is a test.
    Test,
    /// It is a program that must not compile.
    Program(String),
    /// A line says why it is neither.
    Told,
}

/// A case, `12`, or one of its parts, `12a`; where it is told, and what becomes of it.
#[derive(Debug)]
struct Case {
    number: u32,
    part: Option<char>,
    place: String,
    fate: Fate,
}

/// What is wrong with the list of cases, and how many of them are ported.
pub(crate) fn check(files: &[File]) -> (Vec<String>, usize) {
    let mut offences = Vec::new();
    let mut cases: BTreeMap<u32, Vec<Case>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.starts_with("tests/it/ndb")) {
        for case in cases_of(file, &mut offences) {
            cases.entry(case.number).or_default().push(case);
        }
    }
    offences.extend(
        (1..=CASES).filter(|n| !cases.contains_key(n)).map(|n| format!("case {n} is missing")),
    );
    for (number, parts) in &mut cases {
        parts.sort_by_key(|case| case.part);
        let expected: Vec<_> = match parts.len() {
            1 => vec![None],
            parts => ('a'..='z').take(parts).map(Some).collect(),
        };
        if !parts.iter().map(|case| case.part).eq(expected) || CASES < *number {
            let places: Vec<_> = parts.iter().map(|case| case.place.as_str()).collect();
            offences.push(format!("case {number} and its parts: {}", places.join(", ")));
        }
    }
    for case in cases.values().flatten() {
        if let Fate::Program(path) = &case.fate
            && !files.iter().any(|file| file.path == *path)
        {
            offences.push(format!("{}: {path} is missing", case.place));
        }
    }
    let is_ported = |parts: &&Vec<Case>| parts.iter().any(|case| case.fate != Fate::Told);
    (offences, cases.values().filter(is_ported).count())
}

/// The cases of one file: comments that begin with a number, and rows of the table.
fn cases_of(file: &File, offences: &mut Vec<String>) -> Vec<Case> {
    let lines: Vec<_> = file.text.lines().map(str::trim).collect();
    let mut cases = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let place = format!("{}:{}", file.path, at + 1);
        if let Some(row) = line.strip_prefix("//! | ").filter(|_| file.path == TABLE) {
            let Some((number, rest)) = row.split_once(" | ") else { continue };
            let Some((number, part)) = number_of(number) else { continue };
            cases.push(Case { number, part, place, fate: fate_of_row(rest) });
        } else if let Some((number, _)) = line.strip_prefix("/// ").and_then(|l| l.split_once(". "))
        {
            let Some((number, part)) = number_of(number) else { continue };
            if !is_test(&lines[at..]) {
                offences.push(format!("{place}: case {number} is not the comment of a test"));
            }
            cases.push(Case { number, part, place, fate: Fate::Test });
        }
    }
    cases
}

/// `12` and `12a`.
fn number_of(text: &str) -> Option<(u32, Option<char>)> {
    let part = text.chars().next_back().filter(char::is_ascii_lowercase);
    let number = text.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(text);
    Some((number.parse().ok()?, part))
}

fn fate_of_row(row: &str) -> Fate {
    let program = row.split('`').find(|text| text.starts_with("ui-tests/fail/"));
    program.map_or(Fate::Told, |path| Fate::Program(path.to_owned()))
}

/// Whether these lines are the comment of a test.
fn is_test(lines: &[&str]) -> bool {
    let mut rest = lines.iter().skip_while(|line| line.starts_with("///"));
    rest.next() == Some(&"#[test]") && rest.next().is_some_and(|line| line.starts_with("fn test_"))
}

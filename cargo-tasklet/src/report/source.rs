//! The user's files: lines of them, and what to underline there.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::proof::Place;

/// Lines, the last of which has the place.
#[derive(Debug)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The number of the first line.
    pub(super) start: usize,
    /// What the caret is below, in bytes of the text.
    pub(super) span: Range<usize>,
    /// Where the scope begins that the place ends.
    pub(super) opening: Option<Range<usize>>,
}

impl Excerpt {
    /// What is underlined.
    pub(super) fn token(&self) -> &str {
        &self.text[self.span.clone()]
    }

    /// Whether this is the end of a scope that a `?` seems to leave too: rustc drops in the same
    /// place for both.
    pub(super) fn may_be_left(&self) -> bool {
        self.opening.is_some() && self.text.contains('?')
    }
}

/// Reads each file once.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    root: &'a Path,
    files: HashMap<PathBuf, Option<Rc<str>>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(root: &'a Path) -> Self {
        Self { root, files: HashMap::new() }
    }

    /// As a person calls the file: relative to the workspace if it is in it.
    pub(super) fn name(&self, file: &Path) -> String {
        file.strip_prefix(self.root).unwrap_or(file).to_string_lossy().into_owned()
    }

    /// None if the file cannot be read, or has no such line (or none but blanks).
    pub(super) fn excerpt(&mut self, place: &Place) -> Option<Excerpt> {
        let text = self.read(&place.file)?;
        let lines: Vec<_> = text.lines().collect();
        let last = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let line = *lines.get(last)?;
        let column = usize::try_from(place.column).ok()?;
        let span = underlined(line, column)?;
        let first = opening(&lines, last, &span);
        let start = first.unwrap_or(last);
        let text = lines[start..=last].join("\n");
        let before = text.len() - line.len();
        Some(Excerpt {
            span: before + span.start..before + span.end,
            opening: first.map(|first| trimmed(lines[first])),
            start: start + 1,
            text,
        })
    }

    fn read(&mut self, file: &Path) -> Option<Rc<str>> {
        let path = self.root.join(file);
        let read = |path: &PathBuf| fs::read_to_string(path).ok().map(Rc::from);
        self.files.entry(path).or_insert_with_key(read).clone()
    }
}

/// The bytes of a line that belong to the place in this column.
///
/// The compiler tells where something begins or (of what is dropped with a temporary) the last
/// character of it, but not the whole; so this is the token there, or without a column all of the
/// line.
fn underlined(line: &str, column: usize) -> Option<Range<usize>> {
    let at = column.checked_sub(1).filter(|at| line.is_char_boundary(*at));
    let token = at.map(|at| at - inside(line, at)..at + token(&line[at..]));
    let token = token.filter(|span| !line[span.clone()].trim().is_empty());
    token.or_else(|| Some(trimmed(line))).filter(|span| !span.is_empty())
}

/// How far this is from the beginning of the word that goes on here.
fn inside(line: &str, at: usize) -> usize {
    let before = line[..at].trim_end_matches(is_word);
    if line[at..].starts_with(is_word) { at - before.len() } else { 0 }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn trimmed(line: &str) -> Range<usize> {
    let indent = line.len() - line.trim_start().len();
    indent..line.trim_end().len().max(indent)
}

/// How long the token is that this text begins with; 0 if it begins with none.
fn token(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    match first {
        _ if first.is_whitespace() => 0,
        '"' => 1 + closing(&text[1..], '"', '"').unwrap_or(0),
        '#' if text.starts_with("#[") => 2 + closing(&text[2..], '[', ']').unwrap_or(0),
        '&' | '*' | '!' => 1 + token(&text[1..]),
        _ => path(text).max(first.len_utf8()),
    }
}

/// The length of `a::b::c`, or of a name with `r#`, or of a number.
fn path(text: &str) -> usize {
    let word = |text: &str| text.find(|c| !is_word(c)).unwrap_or(text.len());
    let mut len = word(text);
    if &text[..len] == "r" && text[len..].starts_with('#') {
        len += 1 + word(&text[len + 1..]);
    }
    while 0 < len && text[len..].starts_with("::") {
        match word(&text[len + 2..]) {
            0 => break,
            more => len += 2 + more,
        }
    }
    len
}

/// The length up to the end of what has just been opened, if it ends in this line.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        if c == close {
            depth -= 1;
        } else if c == open {
            depth += 1;
        }
        if depth == 0 {
            return Some(at + close.len_utf8());
        }
    }
    None
}

/// The line in which the scope begins that a `}` ends, if that brace is the first of its line.
///
/// By the indentation, as rustfmt makes it: of a line that is set otherwise nothing is said.
fn opening(lines: &[&str], last: usize, span: &Range<usize>) -> Option<usize> {
    let indent = trimmed(lines[last]).start;
    if span.start != indent || &lines[last][span.clone()] != "}" {
        return None;
    }
    let is_outer = |line: &str| !line.trim().is_empty() && trimmed(line).start <= indent;
    // `) -> R {` and `where` are the end of something that begins further up.
    let is_begun = |line: &str| {
        !line.trim_start().starts_with([')', ']', '{', '/']) && {
            !line.trim_start().starts_with("where")
        }
    };
    let first = (0..last).rev().find(|&at| is_outer(lines[at]) && is_begun(lines[at]))?;
    let is_opened = lines[first..last].iter().any(|line| line.trim_end().ends_with('{'));
    (trimmed(lines[first]).start == indent && is_opened).then_some(first)
}

//! What the compiler says about a workspace, in a form in which two workspaces can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};

use crate::annotate::ATTRIBUTE;
use crate::sources::{Source, Workspace};

/// One diagnostic, with the places of the file without attributes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said {
    pub(crate) is_error: bool,
    /// All of it, as one text.
    pub(crate) text: String,
    /// Where it points first, if it points anywhere.
    pub(crate) place: Option<(PathBuf, usize)>,
}

/// What is said about one target (a library, a program) of a member.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) is_compiled: bool,
    /// Sorted.
    pub(crate) said: Vec<Said>,
}

impl Outcome {
    pub(crate) fn has_errors(&self) -> bool {
        self.said.iter().any(|said| said.is_error)
    }
}

/// By member and target.
pub(crate) type Outcomes = BTreeMap<(String, String), Outcome>;

/// Runs `cargo check` in `workspace`.
pub(crate) fn check(
    workspace: &Workspace,
    sources: &[Source],
    target: &Path,
) -> io::Result<Outcomes> {
    let features: Vec<_> = sources.iter().flat_map(|source| source.features.clone()).collect();
    let mut cargo = Command::new("cargo")
        .args(["check", "--workspace", "--keep-going", "--message-format=json", "--quiet"])
        .args(["--no-default-features", "--features", &features.join(",")])
        .current_dir(&workspace.folder)
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut outcomes = Outcomes::new();
    let mut columns = Columns { folder: &workspace.folder, files: BTreeMap::new() };
    let output = BufReader::new(cargo.stdout.take().expect("its output is piped"));
    // The identity of a member ends in its folder, which has its name.
    let member = |id: &str| {
        let of = |source: &&Source| {
            let folder = workspace.folder.join(&source.name);
            id.contains(&format!("{}#", folder.display()))
        };
        sources.iter().find(of).map(|source| source.name.clone())
    };
    for message in Message::parse_stream(output) {
        match message? {
            Message::CompilerArtifact(made) => {
                if let Some(member) = member(&made.package_id.repr) {
                    let target = format!("{} {}", made.target.kind[0], made.target.name);
                    outcomes.entry((member, target)).or_default().is_compiled = true;
                }
            }
            Message::CompilerMessage(said) => {
                if let Some(member) = member(&said.package_id.repr) {
                    let target = format!("{} {}", said.target.kind[0], said.target.name);
                    let outcome = outcomes.entry((member, target)).or_default();
                    outcome.said.extend(columns.said(&said.message));
                }
            }
            Message::TextLine(line) => eprintln!("{line}"),
            _ => {}
        }
    }
    // Whether it has failed is in the outcomes.
    cargo.wait()?;
    outcomes.values_mut().for_each(|outcome| outcome.said.sort());
    Ok(outcomes)
}

/// Takes the attributes out of the columns that the compiler names.
struct Columns<'a> {
    folder: &'a Path,
    files: BTreeMap<String, Vec<String>>,
}

impl Columns<'_> {
    /// Nothing for what sums up: "3 warnings emitted", "aborting due to …".
    fn said(&mut self, diagnostic: &Diagnostic) -> Option<Said> {
        if diagnostic.spans.is_empty() && diagnostic.code.is_none() {
            return None;
        }
        let mut lines = BTreeSet::new();
        let head = self.text(diagnostic, &mut lines);
        let first = diagnostic.spans.iter().find(|span| span.is_primary);
        Some(Said {
            is_error: matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice),
            text: lines.into_iter().fold(head, |text, line| text + "\n    " + &line),
            place: first
                .map(outermost)
                .map(|span| (PathBuf::from(&span.file_name), span.line_start)),
        })
    }

    /// The head line; all others go to `lines`, since their order may vary.
    fn text(&mut self, diagnostic: &Diagnostic, lines: &mut BTreeSet<String>) -> String {
        for span in &diagnostic.spans {
            let label = span.label.as_deref().unwrap_or_default();
            let replacement = span.suggested_replacement.as_deref().unwrap_or_default();
            let replacement = replacement.replace(ATTRIBUTE, "");
            let mark = if span.is_primary { "-->" } else { "..." };
            lines.insert(format!("{mark} {} {label} {replacement}", self.place(span)));
        }
        for child in &diagnostic.children {
            // Why a lint is on is said once, to whatever comes first; a long type's file has a
            // name of chance.
            let is_passing = |part: &&str| child.message.contains(*part);
            let passing = ["`#[", "on the command line", "on by default", ".long-type-"];
            if child.spans.is_empty() && passing.iter().any(is_passing) {
                continue;
            }
            let head = self.text(child, lines);
            if !child.message.contains("lint level") {
                lines.insert(head);
            }
        }
        let code = diagnostic.code.as_ref().map_or("", |code| &code.code);
        format!("{:?} {code}: {}", diagnostic.level, diagnostic.message)
    }

    fn place(&mut self, span: &DiagnosticSpan) -> String {
        let file = &span.file_name;
        let start = self.column(file, span.line_start, span.column_start);
        let end = self.column(file, span.line_end, span.column_end);
        format!("{file}:{}:{start}-{}:{end}", span.line_start, span.line_end)
    }

    /// A column as it is without the attributes before it, all counted from 1 in characters.
    fn column(&mut self, file: &str, line: usize, column: usize) -> usize {
        let lines = self.files.entry(file.to_owned()).or_insert_with(|| {
            let text = std::fs::read_to_string(self.folder.join(file)).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        });
        let Some(line) = lines.get(line - 1) else { return column };
        let before: String = line.chars().take(column - 1).collect();
        let whole = before.matches(ATTRIBUTE).count() * ATTRIBUTE.len();
        // What points into an attribute points to the function behind it.
        let rest = before.rfind("#[::tasklet_core").map_or(0, |at| before.len() - at);
        let part = if rest < ATTRIBUTE.len() { rest } else { 0 };
        column - whole - part
    }
}

/// Where the macro was called that the code comes from.
fn outermost(span: &DiagnosticSpan) -> &DiagnosticSpan {
    span.expansion.as_ref().map_or(span, |expansion| outermost(&expansion.span))
}

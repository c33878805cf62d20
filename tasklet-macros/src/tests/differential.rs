//! The flow analysis against a judge that shares nothing with it: bodies at random, each of them
//! run on all of its paths (package `differential`).
//!
//! ```sh
//! TASKLET_BODIES=1000000 cargo test --release -p tasklet-macros differential
//! TASKLET_FIRST_BODY=12345 TASKLET_BODIES=1 …   # one of them
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use differential::{Body, Loss};

use crate::flow;
use crate::question::Subject;

const BODIES: u64 = 10_000;
const SHOWN_MAX: usize = 20;

/// What the analysis asks the compiler about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    name: Option<String>,
    line: usize,
    label: String,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { name, line, label } = self;
        write!(f, "{}@{line} ({label})", name.as_deref().unwrap_or_default())
    }
}

/// The findings in a function, without those that the compiler would answer with no.
fn findings(source: &str) -> BTreeSet<Finding> {
    let function: syn::ItemFn = syn::parse_str(source).expect("a body is printed as a function");
    let questions = flow::check(&function.sig, &function.block);
    let found = questions.iter().filter(|question| may_owe(&question.subject)).map(|question| {
        let name = question.title.split('`').nth(1).map(str::to_owned);
        let line = question.caret.first.start().line;
        Finding { name, line, label: question.label.clone() }
    });
    let lines: Vec<_> = source.lines().collect();
    let is_vain = |finding: &Finding| {
        finding.label.starts_with("nobody takes") && is_settled(lines[finding.line - 1])
    };
    found.filter(|finding| !is_vain(finding)).collect()
}

/// Whether a statement's value is `()` or a number.
fn is_settled(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '}', ')']);
    let ends = [".await;", ".await?;", ".defer();", ".get_result();"];
    let starts = ["sink", "join!", "g", "look", "q(", "spawn"];
    ends.iter().any(|end| line.ends_with(end)) || starts.iter().any(|s| line.starts_with(s))
}

/// Whether the compiler could say that this owes. The first letter of a name tells its type.
fn may_owe(subject: &Subject) -> bool {
    match subject {
        // A container is no future itself; a closure never owes.
        Subject::Handle(name) => name.to_string().starts_with('f'),
        Subject::Binding(name) => !name.to_string().starts_with(['b', 'g']),
        // A tuple is a pair.
        Subject::Positions { keep, rest, .. } => keep.contains(&true) || *rest && keep.len() < 2,
        _ => true,
    }
}

/// Whether a finding speaks of this loss.
fn is_about(finding: &Finding, loss: &Loss) -> bool {
    let is_at = loss.is_at(finding.line);
    match &finding.name {
        Some(name) if loss.names.contains(name) => true,
        // In `let (f0, f1) = (start(1), try_start(2)?);` it is `f0` that the `?` loses.
        Some(_) => is_at && finding.label.contains("on line"),
        None => is_at,
    }
}

/// What is wrong with the verdict on a body.
struct Disagreement {
    /// Two that are alike are shown once.
    kind: String,
    text: String,
}

fn disagreement(body: &Body) -> Option<Disagreement> {
    let findings = findings(&body.text);
    let is_missed = |loss: &&Loss| !findings.iter().any(|finding| is_about(finding, loss));
    if let Some(loss) = body.lost.iter().find(is_missed) {
        let line = loss.lines.first().and_then(|(line, _)| body.text.lines().nth(line - 1));
        let kind = format!("missed {:?} {}", loss.names, line.unwrap_or_default().trim());
        let kind = kind.replace(|letter: char| letter.is_ascii_digit(), "");
        return Some(Disagreement { kind, text: format!("missed: {loss:?}") });
    }
    // Of what has no name, only the compiler knows whether it owes.
    let is_false = |finding: &&Finding| {
        finding.name.is_some() && !body.maybe_lost.iter().any(|loss| is_about(finding, loss))
    };
    findings.iter().find(is_false).map(|finding| {
        let Finding { name, label, .. } = finding;
        let letter = name.as_ref().map(|name| &name[..1]);
        let label = label.replace(|letter: char| letter.is_ascii_digit(), "");
        let kind = format!("false alarm {letter:?} {label}");
        Disagreement { kind, text: format!("false alarm: {finding:?}") }
    })
}

fn bodies() -> Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let first = number("TASKLET_FIRST_BODY").unwrap_or(0);
    first..first + number("TASKLET_BODIES").unwrap_or(BODIES)
}

#[test]
fn the_analysis_finds_what_is_lost_and_nothing_else() {
    let mut smallest: BTreeMap<String, (u64, Body)> = BTreeMap::new();
    let mut count = 0;
    for number in bodies() {
        let body = Body::number(number);
        let Some(Disagreement { kind, .. }) = disagreement(&body) else { continue };
        count += 1;
        let size = |body: &Body| body.text.lines().count();
        let known = smallest.get(&kind).map(|(_, body)| size(body));
        if known.is_none() && SHOWN_MAX <= smallest.len() || known.is_some_and(|size| size < 6) {
            continue;
        }
        let body = body.smallest(|body| disagreement(body).is_some_and(|it| it.kind == kind));
        if known.is_none_or(|known| size(&body) < known) {
            smallest.insert(kind, (number, body));
        }
    }
    let report: Vec<_> = smallest
        .into_values()
        .map(|(number, body)| {
            let text = disagreement(&body).expect("it still disagrees").text;
            format!("// body {number}: {text}\n{body:?}found: {:?}\n", findings(&body.text))
        })
        .collect();
    assert!(count == 0, "{count} of {} disagree\n\n{}", bodies().count(), report.join("\n"));
}

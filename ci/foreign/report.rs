//! What a person reads: counts to the screen, each finding with its source to a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::check::Outcomes;
use crate::rounds::{Finding, Run};
use crate::sources::Source;

const LINES_AROUND: usize = 6;

/// What is said about the crates as they are.
pub(crate) fn baseline(sources: &[Source], outcomes: &Outcomes) {
    println!("| crate | version | targets | diagnostics | compiled |\n|---|---|--:|--:|---|");
    for source in sources {
        let own = || outcomes.iter().filter(|((member, _), _)| *member == source.name);
        let said: usize = own().map(|(_, outcome)| outcome.said.len()).sum();
        let is_compiled = 0 < own().count() && own().all(|(_, outcome)| outcome.is_compiled);
        let compiled = if is_compiled { "yes" } else { "**no**" };
        let targets = own().count();
        println!("| {} | {} | {targets} | {said} | {compiled} |", source.name, source.version);
    }
}

/// The numbers of one run.
pub(crate) fn summary(name: &str, run: &Run<'_>) {
    println!(
        "\n{name}: {} functions, {} of them async, {} findings",
        run.functions,
        run.async_functions,
        run.findings.len()
    );
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in &run.findings {
        let kind = finding.said.text.split(':').next().unwrap_or_default();
        let change = if finding.is_new { "new" } else { "gone" };
        *kinds.entry((kind, change)).or_default() += 1;
    }
    for ((kind, change), number) in kinds {
        println!("{number:6} {change:4} {kind}");
    }
}

/// Every finding with the lines around it.
pub(crate) fn findings(folder: &Path, run: &Run<'_>) -> String {
    let mut out = String::new();
    for Finding { member, target, is_new, said, function } in &run.findings {
        let (path, line) = said.place.clone().unwrap_or_default();
        let sign = if *is_new { "new" } else { "gone" };
        let function = function.as_deref().unwrap_or("?");
        let _ = write!(
            out,
            "## {}:{line}, `{function}`\n\n{member}, {target}, {sign}\n\n\
             ```text\n{}\n```\n\n```rust\n",
            path.display(),
            said.text
        );
        let text = fs::read_to_string(folder.join(&path)).unwrap_or_default();
        for (number, code) in (1..).zip(text.lines()) {
            if number + LINES_AROUND >= line && number <= line + LINES_AROUND {
                let _ = writeln!(out, "{number:5} {code}");
            }
        }
        out += "```\n\n";
    }
    out
}

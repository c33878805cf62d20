//! One comparison with the unchanged crates, in rounds.
//!
//! An error hides what the compiler would have said later. So the functions with findings lose
//! their attribute again, and the rest is compared anew, until nothing more is found.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::annotate::{Function, annotated, functions};
use crate::check::{Outcome, Outcomes, Said, check};
use crate::sources::{Source, Workspace};
use crate::write;

const ROUNDS_MAX: usize = 12;

/// A diagnostic that one side has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) member: String,
    pub(crate) target: String,
    /// Not said without the attributes.
    pub(crate) is_new: bool,
    pub(crate) said: Said,
    /// The function with an attribute that it points into.
    pub(crate) function: Option<String>,
}

/// The state of a comparison, and at its end the result.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    unchanged: &'a Workspace,
    copies: Workspace,
    pub(crate) sources: &'a [Source],
    /// Every file with the functions that still have an attribute.
    pub(crate) files: Vec<(PathBuf, Vec<Function>)>,
    pub(crate) functions: usize,
    pub(crate) async_functions: usize,
    pub(crate) findings: BTreeSet<Finding>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        unchanged: &'a Workspace,
        copies: Workspace,
        sources: &'a [Source],
    ) -> io::Result<Self> {
        let mut files = Vec::new();
        for source in sources {
            for path in unchanged.rust_files(source)? {
                let text = fs::read_to_string(unchanged.folder.join(&path))?;
                match functions(&text) {
                    Some(functions) => files.push((path, functions)),
                    None => eprintln!("not read: {}", path.display()),
                }
            }
        }
        let all = || files.iter().flat_map(|(_, functions)| functions);
        let (functions, async_functions) =
            (all().count(), all().filter(|function| function.is_async).count());
        let findings = BTreeSet::new();
        Ok(Self { unchanged, copies, sources, files, functions, async_functions, findings })
    }

    pub(crate) fn rounds(mut self, before: &Outcomes, target: &Path) -> io::Result<Self> {
        let mut dirty: BTreeSet<PathBuf> =
            self.files.iter().map(|(path, _)| path.clone()).collect();
        for round in 1..=ROUNDS_MAX {
            self.write(&dirty)?;
            let after = check(&self.copies, self.sources, target)?;
            let found = self.compared(before, &after);
            eprintln!("{}: round {round}: {} findings", self.copies.folder.display(), found.len());
            dirty = self.spare(&found);
            self.findings.extend(found);
            if dirty.is_empty() {
                break;
            }
        }
        Ok(self)
    }

    fn write(&self, dirty: &BTreeSet<PathBuf>) -> io::Result<()> {
        for (path, functions) in self.files.iter().filter(|(path, _)| dirty.contains(path)) {
            let text = fs::read_to_string(self.unchanged.folder.join(path))?;
            write(&self.copies.folder.join(path), annotated(&text, functions).as_bytes())?;
        }
        Ok(())
    }

    fn compared(&self, before: &Outcomes, after: &Outcomes) -> Vec<Finding> {
        let silent = Outcome::default();
        let mut findings = Vec::new();
        for ((member, target), before) in before {
            let after = after.get(&(member.clone(), target.clone())).unwrap_or(&silent);
            let mut add = |said: &Said, is_new| {
                findings.push(Finding {
                    member: member.clone(),
                    target: target.clone(),
                    is_new,
                    said: said.clone(),
                    function: self.function(said).map(|(_, function)| function.name.clone()),
                });
            };
            if after.has_errors() {
                // The compiler has stopped early: what it did not get to say is not missing.
                let errors = after.said.iter().filter(|said| said.is_error);
                missing_in(errors, &before.said).for_each(|said| add(said, true));
            } else if after.is_compiled {
                missing_in(after.said.iter(), &before.said).for_each(|said| add(said, true));
                missing_in(before.said.iter(), &after.said).for_each(|said| add(said, false));
            }
        }
        findings
    }

    /// Takes the attribute away from the functions with findings; the files that this changes.
    fn spare(&mut self, findings: &[Finding]) -> BTreeSet<PathBuf> {
        let spared: Vec<(PathBuf, Function)> = findings
            .iter()
            .filter_map(|finding| self.function(&finding.said))
            .map(|(path, function)| (path.clone(), function.clone()))
            .collect();
        for (path, functions) in &mut self.files {
            functions.retain(|kept| !spared.iter().any(|(at, gone)| at == path && gone == kept));
        }
        spared.into_iter().map(|(path, _)| path).collect()
    }

    /// The innermost function with an attribute that a diagnostic points into.
    fn function(&self, said: &Said) -> Option<(&PathBuf, &Function)> {
        let (path, line) = said.place.as_ref()?;
        let (path, functions) = self.files.iter().find(|(other, _)| other == path)?;
        let mut around = functions.iter().filter(|f| (f.first_line..=f.last_line).contains(line));
        around.next_back().map(|function| (path, function))
    }
}

/// Each of `some` that `others` do not have so often.
fn missing_in<'s>(
    some: impl Iterator<Item = &'s Said>,
    others: &[Said],
) -> impl Iterator<Item = &'s Said> {
    let mut left: Vec<_> = others.iter().collect();
    some.filter(move |said| match left.iter().position(|other| other == said) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    })
}

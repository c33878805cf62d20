//! What a build has left: from cargo's account of its outputs to the text of each crate.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Artifact, TargetKind};

use super::plan::{Ours, Plan};
use super::record::Record;
use super::{Error, Folder, Program, Unit};

/// A crate that cargo has made, or found fresh.
struct Made<'a> {
    ours: &'a Ours,
    artifact: &'a Artifact,
    record: Record,
}

/// The crates of ours among them that end in the program, and a name for it.
pub(super) fn program(
    plan: &Plan,
    artifacts: &[Artifact],
    folder: &Folder,
) -> Result<(Program, String), Error> {
    let missing = |artifact: &Artifact, ours: &Ours| Error::NoText {
        package: ours.name.clone(),
        target: artifact.target.name.clone(),
        folder: folder.path().to_owned(),
    };
    let mut made = Vec::new();
    for artifact in artifacts {
        let Some(ours) = plan.by_id(&artifact.package_id) else { continue };
        match record(artifact) {
            Some(record) => made.push(Made { ours, artifact, record }),
            None if is_for_the_compiler(artifact) => {}
            None => return Err(missing(artifact, ours)),
        }
    }
    let helpers = helpers(&made);
    let mut units = Vec::new();
    for made in made.iter().filter(|made| made.is_in_program(&helpers)) {
        let files = made.record.files();
        let files = files.map_err(|error| Error::io("read", &made.record.prefix, error))?;
        if files.is_empty() {
            return Err(missing(made.artifact, made.ours));
        }
        units.push(made.unit(files));
    }
    // Cargo reports them as they come.
    units.sort_by(|a, b| a.files.cmp(&b.files));
    if units.is_empty() {
        return Err(Error::NoneSelected);
    }
    Ok((Program { units, others: plan.others.clone() }, subject(&made)))
}

/// The packages of the crates that no other links: `guestbook`.
fn subject(made: &[Made<'_>]) -> String {
    let linked: HashSet<_> = made.iter().flat_map(|made| &made.record.externs).collect();
    let roots = made.iter().filter(|m| m.record.is_read && !linked.contains(&m.record.prefix));
    let names: BTreeSet<_> = roots.map(|made| made.ours.name.as_str()).collect();
    match names.len() {
        0..=3 => names.into_iter().collect::<Vec<_>>().join(", "),
        many => format!("{many} packages"),
    }
}

fn record(artifact: &Artifact) -> Option<Record> {
    let script = artifact.target.kind.contains(&TargetKind::CustomBuild);
    if let Some(file) = artifact.filenames.first().filter(|_| script) {
        return Record::of_script(file.as_std_path());
    }
    let executable = artifact.executable.iter();
    executable.chain(&artifact.filenames).find_map(|file| Record::of_output(file.as_std_path()))
}

/// A procedural macro or a build script: there is no text to miss.
fn is_for_the_compiler(artifact: &Artifact) -> bool {
    let kinds = [TargetKind::ProcMacro, TargetKind::CustomBuild];
    kinds.iter().any(|kind| artifact.target.kind.contains(kind)) && !artifact.profile.test
}

/// Crates that only build scripts and procedural macros link, of which cargo has made another
/// variant for the program.
fn helpers(made: &[Made<'_>]) -> HashSet<PathBuf> {
    let by_prefix: HashMap<_, _> = made.iter().map(|m| (m.record.prefix.as_path(), m)).collect();
    let links = |is_read: bool| {
        let roots = made.iter().filter(move |made| made.record.is_read == is_read);
        closure(roots.flat_map(|made| &made.record.externs), &by_prefix)
    };
    let by_compiler = links(false);
    let outside =
        made.iter().filter(|m| m.record.is_read && !by_compiler.contains(&*m.record.prefix));
    let by_program = closure(outside.map(|made| &made.record.prefix), &by_prefix);
    let has_twin = |prefix: &Path| {
        let made = by_prefix.get(prefix);
        made.is_some_and(|made| by_program.iter().any(|twin| by_prefix[twin].is_same(made)))
    };
    let only = by_compiler.difference(&by_program).filter(|prefix| has_twin(prefix));
    only.map(|prefix| prefix.to_path_buf()).collect()
}

/// These, and all that they link, and so on.
fn closure<'a>(
    start: impl Iterator<Item = &'a PathBuf>,
    by_prefix: &HashMap<&'a Path, &'a Made<'_>>,
) -> HashSet<&'a Path> {
    let mut open: Vec<&PathBuf> = start.collect();
    let mut found = HashSet::new();
    while let Some(prefix) = open.pop() {
        if let Some((&prefix, made)) = by_prefix.get_key_value(prefix.as_path())
            && found.insert(prefix)
            // What a macro links is not linked by those who use it.
            && made.record.is_read
        {
            open.extend(&made.record.externs);
        }
    }
    found
}

impl Made<'_> {
    fn is_in_program(&self, helpers: &HashSet<PathBuf>) -> bool {
        self.record.is_read && !helpers.contains(&self.record.prefix)
    }

    /// Another variant of one crate.
    fn is_same(&self, other: &Made<'_>) -> bool {
        let target = |made: &Self| (made.ours.id.clone(), made.artifact.target.name.clone());
        target(self) == (other.ours.id.clone(), other.artifact.target.name.clone())
    }

    fn unit(&self, files: Vec<PathBuf>) -> Unit {
        Unit {
            crate_name: self.artifact.target.name.replace('-', "_"),
            role: self.ours.role,
            root: self.ours.root.clone(),
            files,
        }
    }
}

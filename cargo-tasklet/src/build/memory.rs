//! The plan of an earlier run, for as long as cargo could say nothing else: to ask for the resolved
//! graph takes longer than all the rest of a run in which nothing has changed.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use cargo_metadata::{Metadata, Package};
use serde::{Deserialize, Serialize};

use super::graph::{self, Members};
use super::plan::Plan;
use super::{Error, Folder};
use crate::cli::Options;
use crate::stamp::{Stamp, replace};

/// A file system may keep the time as coarsely as this: what changed so shortly before it was read
/// may have changed once more, and look the same.
const TICK: Duration = Duration::from_secs(1);
const MANIFEST: &str = "Cargo.toml";

/// What cargo is asked.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    /// Arguments, and the folder that cargo is started in.
    asked: Vec<String>,
    /// All that cargo may heed.
    variables: Vec<String>,
    /// This program itself: another one may make another plan.
    tool: Option<Stamp>,
    /// The members of the workspace: one may be new in a folder that is listed with a `*`.
    members: String,
    /// The workspace's folder.
    root: PathBuf,
}

/// What cargo has answered, and from which files.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    question: Question,
    /// What is not there may appear.
    files: Vec<(PathBuf, Option<Stamp>)>,
    plan: Plan,
    /// To be kept.
    #[serde(skip)]
    is_new: bool,
}

impl Question {
    pub(super) fn new(options: &Options, members: &Members) -> Question {
        let mut asked: Vec<_> = options.graph().iter().map(|a| as_text(a)).collect();
        let manifest = options.manifest.manifest_path.as_deref();
        asked.extend(manifest.map(|path| as_text(path.as_os_str())));
        asked.extend(env::current_dir().map(|folder| as_text(folder.as_os_str())));
        let cargos = |name: &OsStr| name.as_encoded_bytes().starts_with(b"CARGO");
        let variables = env::vars_os().filter(|(name, _)| cargos(name));
        let mut variables: Vec<_> =
            variables.map(|(name, value)| format!("{name:?}={value:?}")).collect();
        variables.sort();
        let (members, root) = (members.text.clone(), members.root.clone());
        Question { asked, variables, tool: Stamp::of_this_program(), members, root }
    }

    /// The answer that was kept, if cargo would give the same again.
    pub(super) fn remembered(&self, folder: &Folder) -> Option<Answer> {
        let kept: Answer = serde_json::from_slice(&fs::read(self.path(folder)).ok()?).ok()?;
        let is_same = |(path, stamp): &(PathBuf, Option<Stamp>)| Stamp::of(path).ok() == *stamp;
        (kept.question == *self && kept.files.iter().all(is_same)).then_some(kept)
    }

    /// Asks cargo for the graph.
    pub(super) fn ask(self, options: &Options) -> Result<Answer, Error> {
        let start = SystemTime::now();
        let metadata = graph::resolved(options)?;
        let plan = Plan::new(&metadata).ok_or(Error::NoRuntime)?;
        let files = self.files(&metadata, start);
        Ok(Answer {
            is_new: files.is_some(),
            question: self,
            files: files.unwrap_or_default(),
            plan,
        })
    }

    /// Where cargo may have looked; none if that cannot be told, or if one of them was new.
    fn files(
        &self,
        metadata: &Metadata,
        start: SystemTime,
    ) -> Option<Vec<(PathBuf, Option<Stamp>)>> {
        Stamp::of(&self.lock()).ok()?;
        if self.variables.iter().any(|variable| variable.contains("LOCKFILE")) {
            return None;
        }
        let mut files = BTreeSet::from([self.lock(), self.root.join(MANIFEST)]);
        for package in &metadata.packages {
            files.insert(package.manifest_path.clone().into());
            if package.source.is_none() {
                files.extend(workspaces(package, metadata)?);
            }
        }
        files.extend(configurations()?);
        let stamp = |path: PathBuf| {
            let stamp = Stamp::of(&path).ok();
            let is_old = stamp.is_none_or(|stamp| stamp.is_older_than(start - TICK));
            is_old.then_some((path, stamp))
        };
        files.into_iter().map(stamp).collect()
    }

    fn lock(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    fn path(&self, folder: &Folder) -> PathBuf {
        let mut asked = DefaultHasher::new();
        self.asked.hash(&mut asked);
        folder.path().join(format!("plan-{:016x}.json", asked.finish()))
    }
}

impl Answer {
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Keeps it for the next run, unless it is good for this one alone.
    pub(super) fn keep(&self, folder: &Folder) -> Result<(), Error> {
        let path = self.question.path(folder);
        // A path that is no text cannot be kept.
        match serde_json::to_vec(self) {
            Ok(text) if self.is_new => {
                replace(&path, &text).map_err(|error| Error::io("write", &path, error))
            }
            _ => Ok(()),
        }
    }
}

/// Where a package's workspace may be, from which it may inherit: above it. None if it is
/// elsewhere.
fn workspaces(package: &Package, metadata: &Metadata) -> Option<Vec<PathBuf>> {
    let manifest = package.manifest_path.as_std_path();
    let is_member = metadata.workspace_members.contains(&package.id);
    let text: String = fs::read_to_string(manifest).ok()?.split_whitespace().collect();
    let is_named = ["workspace=\"", "workspace='"].iter().any(|key| text.contains(key));
    let above = manifest.ancestors().skip(2).map(|folder| folder.join(MANIFEST));
    (is_member || !is_named).then(|| above.collect())
}

/// Where cargo looks for a configuration: from the folder that it is started in upwards, and its
/// home. None if one of them may name more.
fn configurations() -> Option<Vec<PathBuf>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let here = env::current_dir().ok()?;
    let folders = here.ancestors().map(|folder| folder.join(".cargo")).chain(home);
    let files = folders.flat_map(|folder| ["config", "config.toml"].map(|name| folder.join(name)));
    let files: Vec<_> = files.collect();
    // Other configurations, another lock.
    let is_more = |text: &str| ["include", "lockfile"].iter().any(|word| text.contains(word));
    let is_more = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| is_more(&text));
    (!files.iter().any(is_more)).then_some(files)
}

/// Exactly, whatever it is.
fn as_text(argument: &OsStr) -> String {
    format!("{argument:?}")
}

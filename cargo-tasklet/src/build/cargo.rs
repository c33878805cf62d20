//! Runs cargo: for the graph, then for the build, in a folder of its own.

use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cargo_metadata::{Artifact, Message};

use super::graph::Members;
use super::memory::Question;
use super::plan::{Plan, VARIABLE};
use super::{Error, Program, units, wrapper};
use crate::cli::Options;

/// All of ours in the user's target folder is in here.
const FOLDER: &str = "tasklet-prove";

/// What is kept between runs, apart from the user's own builds.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Of this version and these flags: what another one left would pass for fresh.
    fn new(target: &Path) -> Folder {
        let mut flags = DefaultHasher::new();
        wrapper::FLAGS.hash(&mut flags);
        let name = format!("{}-{:08x}", env!("CARGO_PKG_VERSION"), flags.finish() as u32);
        Folder(target.join(FOLDER).join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// What a run of cargo has left.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) program: Program,
    /// A name for what was asked for.
    pub(crate) subject: String,
    pub(crate) folder: Folder,
    /// The workspace's folder.
    pub(crate) root: PathBuf,
}

/// Builds what was asked for.
pub(crate) fn build(options: &Options) -> Result<Build, Error> {
    let members = Members::ask(options)?;
    let folder = Folder::new(&members.target);
    let question = Question::new(options, &members);
    let answer = match question.remembered(&folder) {
        Some(answer) => answer,
        None => question.ask(options)?,
    };
    let artifacts = run(command(options, answer.plan(), &folder)?)?;
    // Not before cargo has made the folder: it marks it as one to be left out of backups.
    answer.keep(&folder)?;
    let (program, subject) = units::program(answer.plan(), &artifacts, &folder)?;
    Ok(Build { program, subject, folder, root: members.root })
}

/// Cargo itself when it called this, else the one in the path.
pub(super) fn cargo() -> PathBuf {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into()
}

/// Empty means none, for cargo too.
fn user_wrapper() -> Option<PathBuf> {
    let names = ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"];
    let wrapper = names.into_iter().find_map(env::var_os);
    wrapper.filter(|wrapper| !wrapper.is_empty()).map(PathBuf::from)
}

fn command(options: &Options, plan: &Plan, folder: &Folder) -> Result<Command, Error> {
    let wrapper = env::current_exe();
    let wrapper = wrapper.map_err(|error| Error::io("find", Path::new("cargo-tasklet"), error))?;
    let mut command = Command::new(cargo());
    command.arg("build").args(options.selection()).args(options.graph()).args(options.manner());
    if let Some(path) = &options.manifest.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    command.arg("--message-format=json-render-diagnostics");
    // Nothing is linked in the end, and a library that holds bitcode alone has no text.
    command.arg("--config").arg(format!("profile.{}.lto=\"off\"", options.profile_name()));
    command.arg("--target-dir").arg(folder.path());
    // Where a configuration keeps what is not final elsewhere, it is the user's own builds' place.
    command.env("CARGO_BUILD_BUILD_DIR", folder.path());
    command.env("RUSTC_WRAPPER", wrapper).env(VARIABLE, plan.text(user_wrapper()));
    Ok(command)
}

/// What cargo has made, or found fresh. Its progress, and what the compiler says, go to the
/// standard error, past this.
fn run(mut command: Command) -> Result<Vec<Artifact>, Error> {
    let io = |error| Error::io("run", &cargo(), error);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(io)?;
    let artifacts = artifacts(&mut child);
    let status = child.wait().map_err(io)?;
    match status.success() {
        true => artifacts.map_err(io),
        false => Err(Error::Failed),
    }
}

fn artifacts(child: &mut Child) -> io::Result<Vec<Artifact>> {
    let output = child.stdout.take().expect("it is piped");
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message? {
            artifacts.push(artifact);
        }
    }
    Ok(artifacts)
}

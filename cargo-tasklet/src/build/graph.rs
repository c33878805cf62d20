//! What cargo says of the workspace: its members, quickly, and the resolved graph, which takes
//! longer than all else in a run that finds nothing changed.

use std::path::PathBuf;
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};

use super::Error;
use super::cargo::cargo;
use crate::cli::Options;

/// The members of the workspace, without what they depend on.
#[derive(Debug)]
pub(super) struct Members {
    /// In cargo's own words.
    pub(super) text: String,
    /// The workspace's folder.
    pub(super) root: PathBuf,
    /// The user's target folder.
    pub(super) target: PathBuf,
}

impl Members {
    pub(super) fn ask(options: &Options) -> Result<Members, Error> {
        let text = answer(options, &["--no-deps"])?;
        let metadata = parse(&text)?;
        let target = match &options.target_dir {
            Some(folder) => std::path::absolute(folder)
                .map_err(|error| Error::io("find the folder", folder, error))?,
            None => metadata.target_directory.into(),
        };
        Ok(Members { text, root: metadata.workspace_root.into(), target })
    }
}

/// The whole graph.
pub(super) fn resolved(options: &Options) -> Result<Metadata, Error> {
    parse(&answer(options, &[])?)
}

fn answer(options: &Options, more: &[&str]) -> Result<String, Error> {
    let mut command = Command::new(cargo());
    command.args(["metadata", "--format-version", "1"]).args(options.graph()).args(more);
    if let Some(path) = &options.manifest.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().map_err(|error| Error::io("run", &cargo(), error))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let text = text.trim();
        return Err(Error::Metadata(text.strip_prefix("error: ").unwrap_or(text).to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| Error::Metadata(error.to_string()))
}

fn parse(text: &str) -> Result<Metadata, Error> {
    MetadataCommand::parse(text).map_err(|error| Error::Metadata(error.to_string()))
}

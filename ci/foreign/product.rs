//! A copy of tasklet-core for the crates to depend on, in which other people's handles may owe.

use std::fs;
use std::io;
use std::path::Path;

use toml_edit::{Array, DocumentMut, value};

use crate::sources::files;
use crate::write;

const MEMBERS: [&str; 2] = ["tasklet-core", "tasklet-macros"];

/// In the copy alone: tokio's handle is one that must be awaited.
const OWING: &[u8] = include_bytes!("owing.rs.in");

/// Copies both packages of `project` to `folder`.
pub(crate) fn copy(project: &Path, folder: &Path, is_owing: bool) -> io::Result<()> {
    let library = Path::new("tasklet-core/src/lib.rs");
    for member in MEMBERS {
        for path in files(&project.join(member))? {
            let mut content = fs::read(&path)?;
            let path = path.strip_prefix(project).expect("inside");
            if path.ends_with("Cargo.toml") {
                content = without_tests(&String::from_utf8_lossy(&content))?.into_bytes();
            }
            if is_owing && path == library {
                content.extend_from_slice(OWING);
            }
            write(&folder.join(path), &content)?;
        }
    }
    let manifest = fs::read_to_string(project.join("Cargo.toml"))?;
    let mut manifest: DocumentMut = manifest.parse().map_err(io::Error::other)?;
    manifest["workspace"]["members"] = value(MEMBERS.into_iter().collect::<Array>());
    write(&folder.join("Cargo.toml"), manifest.to_string().as_bytes())
}

/// A manifest without what its tests need, which is not copied.
fn without_tests(manifest: &str) -> io::Result<String> {
    let mut manifest: DocumentMut = manifest.parse().map_err(io::Error::other)?;
    manifest.remove("dev-dependencies");
    Ok(manifest.to_string())
}

//! The crates as they were published: fetched by cargo, copied into workspaces of their own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cargo_metadata::{MetadataCommand, Package};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use crate::write;

/// The list of crates, a manifest without a package.
const CRATES: &str = include_str!("crates.toml");

/// One crate of the list.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where cargo has put it.
    folder: PathBuf,
    /// `crate/feature`, for the command line.
    pub(crate) features: Vec<String>,
}

/// Lets cargo fetch all crates of the list and choose versions for what they need.
pub(crate) fn fetch(folder: &Path) -> io::Result<Vec<Source>> {
    let folder = folder.join("fetched");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("lib.rs"), "")?;
    let package = "[package]\nname = \"fetched\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    fs::write(folder.join("Cargo.toml"), format!("[workspace]\n{package}{CRATES}"))?;
    let metadata = MetadataCommand::new()
        .manifest_path(folder.join("Cargo.toml"))
        // Nothing is downloaded for platforms that are not this one.
        .other_options(["--filter-platform".to_owned(), host()?])
        .exec()
        .map_err(io::Error::other)?;
    let list: DocumentMut = CRATES.parse().expect("the list is a manifest");
    let list = list["dependencies"].as_table().expect("a list of dependencies");
    let sources = list.iter().map(|(name, wanted)| {
        let version = wanted["version"].as_str().and_then(|version| version.strip_prefix('='));
        let version = version.expect("each crate is pinned");
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name == name && package.version.to_string() == version)
            .expect("cargo has fetched what it was asked for");
        Source {
            name: name.to_owned(),
            version: version.to_owned(),
            folder: package.manifest_path.parent().expect("a folder").into(),
            features: features(package, wanted),
        }
    });
    Ok(sources.collect())
}

fn host() -> io::Result<String> {
    let output = std::process::Command::new("rustc").args(["--print", "host-tuple"]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn features(package: &Package, wanted: &Item) -> Vec<String> {
    let is_default = wanted.get("default-features").and_then(Item::as_bool).unwrap_or(true);
    let default = (is_default && package.features.contains_key("default")).then_some("default");
    let named = wanted.get("features").and_then(Item::as_array);
    let named = named.into_iter().flatten().filter_map(|feature| feature.as_str());
    default.into_iter().chain(named).map(|name| format!("{}/{name}", package.name)).collect()
}

/// A workspace of copies. What its members have besides their libraries and programs is left out,
/// and every lint that is off by default is on: the more is said, the more can be compared.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) folder: PathBuf,
}

impl Workspace {
    /// `product` is the folder of the tasklet-core that the members can name. What is written into
    /// the copies later is kept if they are made again.
    pub(crate) fn copy(
        folder: PathBuf,
        sources: &[Source],
        product: &Path,
        lock: &Path,
    ) -> io::Result<Self> {
        for source in sources {
            let to = folder.join(&source.name);
            for path in files(&source.folder)? {
                let mut content = fs::read(&path)?;
                let path = path.strip_prefix(&source.folder).expect("inside");
                if is_root(path) {
                    content.extend_from_slice(LINK);
                }
                if path == Path::new("Cargo.toml") {
                    let manifest = String::from_utf8_lossy(&content);
                    let manifest = member(manifest.parse().map_err(io::Error::other)?, product);
                    write(&to.join(path), manifest.to_string().as_bytes())?;
                } else if path.extension().is_none_or(|extension| extension != "rs")
                    || !to.join(path).exists()
                {
                    write(&to.join(path), &content)?;
                }
            }
        }
        let names: Vec<_> = sources.iter().map(|source| format!("{:?}", source.name)).collect();
        let names = names.join(", ");
        let manifest = format!("[workspace]\nresolver = \"2\"\nmembers = [{names}]\n");
        write(&folder.join("Cargo.toml"), manifest.as_bytes())?;
        fs::copy(lock, folder.join("Cargo.lock"))?;
        Ok(Self { folder })
    }

    /// The files of Rust of one member, by their paths from the workspace's folder.
    pub(crate) fn rust_files(&self, source: &Source) -> io::Result<Vec<PathBuf>> {
        let mut files = files(&self.folder.join(&source.name).join("src"))?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
        let inside = |path: PathBuf| path.strip_prefix(&self.folder).expect("inside").to_owned();
        Ok(files.into_iter().map(inside).collect())
    }
}

/// Stands behind the last line of each target, attributes or not: that tasklet-core is there
/// changes what is said of unused dependencies, and how the compiler prints paths.
const LINK: &[u8] = b"\nextern crate tasklet_core as _;\n";

/// Whether a file is where a library or a program begins.
fn is_root(path: &Path) -> bool {
    let roots = ["src/lib.rs", "src/main.rs"];
    roots.iter().any(|root| path == Path::new(root)) || path.parent() == Some(Path::new("src/bin"))
}

fn member(mut manifest: DocumentMut, product: &Path) -> DocumentMut {
    for key in ["dev-dependencies", "test", "bench", "example", "profile", "workspace", "badges"] {
        manifest.remove(key);
    }
    if let Some(targets) = manifest.get_mut("target").and_then(Item::as_table_mut) {
        for (_, target) in targets.iter_mut() {
            target.as_table_like_mut().and_then(|target| target.remove("dev-dependencies"));
        }
    }
    for key in ["autotests", "autobenches", "autoexamples"] {
        manifest["package"][key] = value(false);
    }
    let path = product.join("tasklet-core").display().to_string();
    manifest["dependencies"]["tasklet-core"]["path"] = value(path);
    let features = value(["tokio"].into_iter().collect::<Array>());
    manifest["dependencies"]["tasklet-core"]["features"] = features;
    let lints = manifest.entry("lints").or_insert(Item::Table(Table::new()));
    let lints = lints.as_table_mut().expect("a table of lints");
    let rust = lints.entry("rust").or_insert(Item::Table(Table::new()));
    let rust = rust.as_table_mut().expect("a table of lints");
    for lint in LINTS.split_whitespace() {
        rust.entry(lint).or_insert(value("warn"));
    }
    manifest
}

/// The lints of rustc that are off by default and look at functions and their bodies.
/// Not `redundant_imports`: whatever the attribute, it is silent inside a function that has one.
const LINTS: &str = "
    absolute_paths_not_starting_with_crate closure_returning_async_block deprecated_in_future
    elided_lifetimes_in_paths explicit_outlives_requirements ffi_unwind_calls if_let_rescope
    impl_trait_overcaptures impl_trait_redundant_captures keyword_idents_2024
    let_underscore_drop meta_variable_misuse missing_copy_implementations
    missing_debug_implementations missing_docs missing_unsafe_on_extern non_ascii_idents
    redundant_lifetimes rust_2021_incompatible_closure_captures
    rust_2024_incompatible_pat rust_2024_prelude_collisions single_use_lifetimes
    tail_expr_drop_order trivial_casts trivial_numeric_casts unit_bindings unnameable_types
    unreachable_pub unsafe_code unsafe_op_in_unsafe_fn unused_extern_crates unused_import_braces
    unused_lifetimes unused_macro_rules unused_qualifications unused_results
    variant_size_differences
";

/// All files in a folder, sorted.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

//! Whose code is read: the packages between the user's program and the runtime, by cargo's resolved
//! graph.

use std::collections::{HashMap, HashSet};
use std::env;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, Node, Package, PackageId, TargetKind};
use serde::{Deserialize, Serialize};

use super::{Other, Role};

/// Names the plan to the wrapper. Cargo keeps no account of it, so it makes nothing stale.
pub(super) const VARIABLE: &str = "CARGO_TASKLET_PLAN";
/// The package whose dependents are read.
const RUNTIME: &str = "tasklet-core";

/// Whose code is read, for the driver and the wrapper alike.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    packages: Vec<Ours>,
    /// All other packages. The wrapper needs none of them.
    pub(super) others: Vec<Other>,
    /// The user's own wrapper, for the crates that are not ours. The driver needs none.
    pub(super) wrapper: Option<PathBuf>,
}

/// A package that is the runtime, or depends on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ours {
    pub(super) id: PackageId,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) root: PathBuf,
}

impl Plan {
    /// The plan of the run that this process is rustc's wrapper in; none if it is the driver.
    pub(crate) fn of_wrapper() -> Option<Plan> {
        serde_json::from_str(&env::var(VARIABLE).ok()?).ok()
    }

    /// The plan for a resolved graph; none if nothing in it depends on the runtime.
    pub(super) fn new(metadata: &Metadata) -> Option<Plan> {
        let ours = dependents(metadata);
        let packages = metadata.packages.iter().filter(|package| ours.contains(&package.id));
        let packages: Vec<_> = packages.map(|package| Ours::new(package, metadata)).collect();
        let others = metadata.packages.iter().filter(|package| !ours.contains(&package.id));
        let others = others
            .map(|package| Other { root: root_of(package), is_users: is_users(package, metadata) });
        let others = others.collect();
        let is_used = packages.iter().any(|ours| ours.role != Role::Runtime);
        let is_member = metadata.workspace_packages().iter().any(|p| p.name == RUNTIME);
        (is_used || is_member).then_some(Plan { packages, others, wrapper: None })
    }

    pub(super) fn by_id(&self, id: &PackageId) -> Option<&Ours> {
        self.packages.iter().find(|package| package.id == *id)
    }

    /// Two packages of one name, or two in one folder, are told apart.
    pub(super) fn by_root(&self, root: &Path, name: &str) -> Option<&Ours> {
        self.packages.iter().find(|package| package.name == name && package.root == root)
    }

    /// As the wrapper reads it.
    pub(super) fn text(&self, wrapper: Option<PathBuf>) -> String {
        let plan = Plan { packages: self.packages.clone(), others: Vec::new(), wrapper };
        serde_json::to_string(&plan).expect("names and paths that came as JSON")
    }
}

impl Ours {
    fn new(package: &Package, metadata: &Metadata) -> Ours {
        let role = match package.name == RUNTIME {
            true => Role::Runtime,
            false if is_users(package, metadata) => Role::User,
            false => Role::Dependency,
        };
        let (id, name) = (package.id.clone(), package.name.to_string());
        Ours { id, name, role, root: root_of(package) }
    }
}

/// A member of the workspace, or a path dependency.
fn is_users(package: &Package, metadata: &Metadata) -> bool {
    package.source.is_none() || metadata.workspace_members.contains(&package.id)
}

pub(super) fn root_of(package: &Package) -> PathBuf {
    package.manifest_path.parent().expect("a manifest is in a folder").into()
}

/// The runtime, and all that link it.
fn dependents(metadata: &Metadata) -> HashSet<PackageId> {
    let packages = &metadata.packages;
    // What a procedural macro links is in the compiler, not in the program.
    let macros: HashSet<_> = packages.iter().filter(|p| is_macro(p)).map(|p| &p.id).collect();
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let mut users: HashMap<&PackageId, Vec<&PackageId>> = HashMap::new();
    for (node, dependency) in nodes.flat_map(|node| linked(node).map(move |to| (node, to))) {
        if !macros.contains(dependency) {
            users.entry(dependency).or_default().push(&node.id);
        }
    }
    let mut open: Vec<_> = packages.iter().filter(|p| p.name == RUNTIME).map(|p| &p.id).collect();
    let mut found = HashSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(users.get(id).into_iter().flatten().copied());
        }
    }
    found
}

/// Not what build scripts alone link.
fn linked(node: &Node) -> impl Iterator<Item = &PackageId> {
    let is_linked = |kind: DependencyKind| kind != DependencyKind::Build;
    let deps = node.deps.iter();
    deps.filter(move |d| d.dep_kinds.iter().any(|kind| is_linked(kind.kind))).map(|d| &d.pkg)
}

fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.contains(&TargetKind::ProcMacro))
}

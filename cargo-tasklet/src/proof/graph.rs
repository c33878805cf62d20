//! All functions of a program, and who uses whom.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::build::{Program, Role};
use crate::ir::{Function, Module, Site, Spot};
use crate::names;

/// A function, by its place in the graph.
pub(super) type Id = u32;

/// Whose function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Drops a value of some type, and all in it.
    Glue,
    /// The runtime's cells, which own every body.
    Trusted,
    /// The rest of the runtime.
    Runtime,
    /// The user's, or that of a crate that makes use of the runtime: whoever wrote it can mend it.
    User,
    /// The standard library's, or that of a crate that knows nothing of the runtime.
    Foreign,
    /// Only its name is known.
    Declared,
}

#[derive(Debug)]
struct Node {
    symbol: Box<str>,
    kind: Kind,
    /// The module, and the place of the function in it.
    definition: Option<(u32, u32)>,
    name: OnceCell<String>,
}

/// A use of a function by another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) function: Id,
    pub(super) site: Site,
}

/// The functions of all modules.
#[derive(Debug)]
pub(super) struct Graph {
    modules: Vec<Module>,
    nodes: Vec<Node>,
    /// For each module the places of its symbols in `nodes`.
    ids: Vec<Vec<Id>>,
    callers: Vec<Vec<Caller>>,
    sources: Sources,
}

impl Graph {
    pub(super) fn new(modules: Vec<Module>, program: &Program) -> Graph {
        let mut places: HashMap<Box<str>, Id> = HashMap::new();
        let mut nodes: Vec<Node> = Vec::new();
        let mut ids = Vec::with_capacity(modules.len());
        for module in &modules {
            let mut id_of = |symbol: &str| {
                *places.entry(symbol.into()).or_insert_with(|| {
                    let (symbol, kind) = (symbol.into(), Kind::Declared);
                    nodes.push(Node { symbol, kind, definition: None, name: OnceCell::new() });
                    nodes.len() as Id - 1
                })
            };
            ids.push(module.symbols.iter().map(|symbol| id_of(symbol)).collect::<Vec<_>>());
        }
        let sources = Sources::of(program);
        let mut files: HashMap<&Path, Kind> = HashMap::new();
        for (place, module) in modules.iter().enumerate() {
            for (function, definition) in module.functions.iter().enumerate() {
                let node = &mut nodes[ids[place][definition.symbol as usize] as usize];
                let head = definition.subprogram.and_then(|head| module.debug.subprogram(head));
                node.kind = match head {
                    _ if is_glue(&node.symbol) => Kind::Glue,
                    Some(head) => {
                        *files.entry(head.file).or_insert_with(|| sources.of_file(head.file))
                    }
                    None => Kind::Foreign,
                };
                node.definition = Some((place as u32, function as u32));
            }
            for (name, _) in &module.statics {
                nodes[ids[place][*name as usize] as usize].kind = Kind::Foreign;
            }
        }
        let callers = Vec::new();
        let mut graph = Graph { modules, nodes, ids, callers, sources };
        graph.callers = graph.find_callers();
        graph
    }

    fn find_callers(&self) -> Vec<Vec<Caller>> {
        let mut callers = vec![Vec::new(); self.nodes.len()];
        for function in self.all() {
            for site in self.sites(function) {
                callers[site.target as usize].push(Caller { function, site });
            }
        }
        // A global leads whoever names it to the functions that stand in it.
        for (module, ids) in self.modules.iter().zip(&self.ids) {
            for (name, named) in &module.statics {
                let function = ids[*name as usize];
                for (target, how) in named {
                    let target = ids[*target as usize];
                    let site = Site { target, how: *how, location: None, index: 0 };
                    callers[target as usize].push(Caller { function, site });
                }
            }
        }
        callers
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Id> + use<> {
        0..self.nodes.len() as Id
    }

    pub(super) fn kind(&self, function: Id) -> Kind {
        self.nodes[function as usize].kind
    }

    pub(super) fn symbol(&self, function: Id) -> &str {
        &self.nodes[function as usize].symbol
    }

    /// The demangled name.
    pub(super) fn name(&self, function: Id) -> &str {
        let node = &self.nodes[function as usize];
        node.name.get_or_init(|| names::demangle(&node.symbol))
    }

    pub(super) fn callers(&self, function: Id) -> &[Caller] {
        &self.callers[function as usize]
    }

    /// What a function makes use of, with targets that are places in the graph. Empty for one that
    /// is only declared.
    pub(super) fn sites(&self, function: Id) -> impl Iterator<Item = Site> {
        let found = self.definition(function);
        let found = found.map(|(module, definition)| (module, definition.sites.iter()));
        found.into_iter().flat_map(|(module, sites)| {
            let ids = &self.ids[module];
            sites.map(|site| Site { target: ids[site.target as usize], ..*site })
        })
    }

    fn definition(&self, function: Id) -> Option<(usize, &Function)> {
        let (module, place) = self.nodes[function as usize].definition?;
        Some((module as usize, &self.modules[module as usize].functions[place as usize]))
    }

    /// The file in which a function stands, and where in it.
    pub(super) fn text(&self, function: Id) -> Option<(&Path, std::ops::Range<usize>)> {
        let (module, definition) = self.definition(function)?;
        Some((&self.modules[module].file, definition.text.clone()))
    }

    /// The function's head in the source.
    pub(super) fn head(&self, function: Id) -> Option<Spot<'_>> {
        let (module, definition) = self.definition(function)?;
        self.modules[module].debug.subprogram(definition.subprogram?)
    }

    /// Whether a source file is the user's.
    pub(super) fn is_users_file(&self, file: &Path) -> bool {
        self.sources.of_file(file) == Kind::User
    }

    /// The places of a use in the source, innermost first.
    pub(super) fn spots(&self, function: Id, site: Site) -> Vec<Spot<'_>> {
        let debug = self.definition(function).map(|(module, _)| &self.modules[module].debug);
        let spots = debug.zip(site.location).map(|(debug, location)| debug.spots(location));
        spots.unwrap_or_default()
    }
}

fn is_glue(symbol: &str) -> bool {
    names::may_be_glue(symbol) && names::glue(&names::demangle(symbol)).is_some()
}

/// Where the runtime keeps its canaries.
const CANARY_FILE: &str = "src/private/canary.rs";

/// Whose a source file is.
#[derive(Debug)]
struct Sources {
    /// Folders, and whose crate is in them.
    roots: Vec<(PathBuf, Kind)>,
}

impl Sources {
    fn of(program: &Program) -> Sources {
        let mut roots = Vec::new();
        for unit in &program.units {
            let kind = match unit.role {
                Role::Runtime => Kind::Runtime,
                Role::User | Role::Dependency => Kind::User,
            };
            roots.push((unit.root.clone(), kind));
            if unit.role == Role::Runtime {
                roots.push((unit.root.join("src").join("task"), Kind::Trusted));
                roots.push((unit.root.join(CANARY_FILE), Kind::User));
            }
        }
        roots.extend(program.others.iter().map(|other| {
            let kind = if other.is_users { Kind::User } else { Kind::Foreign };
            (other.root.clone(), kind)
        }));
        // What is found first is the innermost folder.
        roots.sort_by_key(|(root, _)| std::cmp::Reverse(root.as_os_str().len()));
        Sources { roots }
    }

    fn of_file(&self, file: &Path) -> Kind {
        if file.to_str().is_some_and(names::is_std) {
            return Kind::Foreign;
        }
        let owner = self.roots.iter().find(|(root, _)| file.starts_with(root));
        // What lies elsewhere (`#[path]`, a build script's output) is the user's: that is looked
        // at more closely than another's.
        owner.map_or(Kind::User, |(_, kind)| *kind)
    }
}

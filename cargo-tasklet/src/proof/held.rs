//! Where a future that the compiler has made holds what owes: the awaits at which it may be
//! dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::body::Body;
use super::finding::Place;
use super::graph::{Graph, Id, Kind};
use super::owing::Owing;
use crate::ir::{Site, opcode};
use crate::names;

/// The bodies of the futures that the compiler has made, by the names of their types.
#[derive(Debug, Default)]
pub(super) struct Coroutines {
    bodies: HashMap<String, Id>,
}

impl Coroutines {
    pub(super) fn of(graph: &Graph) -> Coroutines {
        let users = graph.all().filter(|function| graph.kind(*function) == Kind::User);
        let bodies = users.filter(|function| names::may_be_body(graph.name(*function)));
        let bodies = bodies.map(|function| (names::body(graph.name(function)), function));
        Coroutines { bodies: bodies.collect() }
    }

    /// The places at which a coroutine holds something that owes, each with the glue of what it
    /// holds there, by the coroutine's own glue: that looks at the
    /// state, which tells the await, and drops what is held in this state, first the future that is
    /// awaited. Before the first poll it holds its arguments, in the place of its head.
    ///
    /// None for one that is never polled: it holds nothing across an await, and whoever drops it
    /// drops its arguments.
    pub(super) fn places(&self, graph: &Graph, owing: &Owing, glue: Id) -> BTreeMap<Place, Id> {
        if self.body(graph, glue).is_none() {
            return BTreeMap::new();
        }
        let states = states(graph, glue).unwrap_or_default().into_iter();
        let places = states.filter_map(|State { number, sites }| {
            let held = sites.iter().find(|site| owing.leads_on(site.target))?.target;
            let place = match number {
                0 => self.head(graph, glue),
                _ => sites.iter().find_map(|site| self.place(graph, glue, *site)),
            };
            Some((place?, held))
        });
        places.collect()
    }

    /// The body of a coroutine, by its glue. One that is never polled has none.
    fn body(&self, graph: &Graph, glue: Id) -> Option<Id> {
        self.bodies.get(&names::body(names::glue(graph.name(glue))?)).copied()
    }

    fn head(&self, graph: &Graph, glue: Id) -> Option<Place> {
        let head = graph.head(self.body(graph, glue)?)?;
        Some(Place { file: head.file.to_owned(), line: head.line, column: 0 })
    }

    /// The place of a use in the glue. What belongs to the outermost scope of the coroutine bears
    /// the name of the glue's own file.
    fn place(&self, graph: &Graph, glue: Id, site: Site) -> Option<Place> {
        let spots = graph.spots(glue, site);
        let spot = spots.last().filter(|spot| spot.line > 0)?;
        let file: PathBuf = match graph.is_users_file(spot.file) {
            true => spot.file.to_owned(),
            false => self.head(graph, glue)?.file,
        };
        Some(Place { file, line: spot.line, column: spot.column })
    }
}

/// What the glue drops in one state of the coroutine.
struct State {
    number: u32,
    sites: Vec<Site>,
}

fn states(graph: &Graph, glue: Id) -> Option<Vec<State>> {
    let (file, range) = graph.text(glue)?;
    let text = std::fs::read_to_string(file).ok()?;
    let body = Body::read(text.get(range)?)?;
    let entry = body.blocks.first()?;
    let last = entry.lines.last()?;
    let numbers = last.text.lines().filter_map(|case| {
        let (value, _) = case.split_once(", label ")?;
        value.split_whitespace().last()?.parse().ok()
    });
    // The first label is for all other states.
    let mut cases: Vec<(u32, usize)> = match opcode(last.text) {
        "switch" => numbers.zip(entry.next.iter().skip(1).copied()).collect(),
        _ => Vec::new(),
    };
    if cases.is_empty() {
        // It never awaits: it is dropped before it begins.
        cases.push((0, 0));
    }
    let all: HashMap<u32, Site> = graph.sites(glue).map(|site| (site.index, site)).collect();
    let state = |(number, first): (u32, usize)| {
        let mut sites = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = std::collections::VecDeque::from([first]);
        while let Some(block) = open.pop_front() {
            if seen.insert(block) {
                let lines = body.blocks[block].lines.iter();
                sites.extend(lines.filter_map(|line| all.get(&line.index)));
                open.extend(&body.blocks[block].next);
            }
        }
        State { number, sites }
    };
    Some(cases.into_iter().map(state).collect())
}

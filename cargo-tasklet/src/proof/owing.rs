//! Which drop glue may lose a future: what owes by itself, and all that contains such a thing.

use std::collections::HashMap;

use super::graph::{Graph, Id, Kind};
use crate::names;

/// The functions that come to the glue of an owing type when they drop something.
#[derive(Debug)]
pub(super) struct Owing {
    /// For each the next one on the way to it; itself, if it is that glue.
    next: HashMap<Id, Id>,
    /// The glue of each type that owes.
    glue: HashMap<String, Id>,
}

impl Owing {
    /// From the owing types back to whatever drops them: through glue, and through what the
    /// standard library and its like do to drop a value (`Vec`'s `Drop`, `Arc::drop_slow`).
    pub(super) fn of(graph: &Graph) -> Owing {
        let is_owing = |function: &Id| {
            names::may_be_glue(graph.symbol(*function))
                && names::glue(graph.name(*function)).is_some_and(names::owes)
        };
        let mut open: Vec<Id> = graph.all().filter(is_owing).collect();
        let mut next: HashMap<Id, Id> = open.iter().map(|glue| (*glue, *glue)).collect();
        // Breadth first, so that the way is a short one.
        while !open.is_empty() {
            let mut found = Vec::new();
            for function in open {
                for caller in graph.callers(function) {
                    let leads_on =
                        matches!(graph.kind(caller.function), Kind::Glue | Kind::Foreign);
                    if leads_on && !next.contains_key(&caller.function) {
                        next.insert(caller.function, function);
                        found.push(caller.function);
                    }
                }
            }
            open = found;
        }
        let glue = next.keys().filter(|function| names::may_be_glue(graph.symbol(**function)));
        let glue = glue.filter_map(|function| {
            names::glue(graph.name(*function)).map(|of| (of.to_owned(), *function))
        });
        Owing { glue: glue.collect(), next }
    }

    /// Whether it is glue that may lose a future.
    pub(super) fn is_glue(&self, graph: &Graph, function: Id) -> bool {
        self.next.contains_key(&function) && names::glue(graph.name(function)).is_some()
    }

    /// Whether a value of this type may owe.
    pub(super) fn may_owe(&self, of: &str) -> bool {
        self.glue.contains_key(of)
    }

    /// The glue of a type that may owe.
    pub(super) fn glue_of(&self, of: &str) -> Option<Id> {
        self.glue.get(of).copied()
    }

    /// Whether it comes to the glue of an owing type.
    pub(super) fn leads_on(&self, function: Id) -> bool {
        self.next.contains_key(&function)
    }

    /// From glue down to that of the owing type, both included.
    pub(super) fn way(&self, from: Id) -> Vec<Id> {
        let mut way = vec![from];
        while let Some(next) = way.last().and_then(|last| self.next.get(last))
            && way.last() != Some(next)
        {
            way.push(*next);
        }
        way
    }
}

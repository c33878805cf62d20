//! Whose line it is that loses a future.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::finding::{Cause, Finding, Frame, Place};
use super::graph::{Caller, Graph, Id, Kind};
use super::held::Coroutines;
use super::owing::Owing;
use crate::ir::{Spot, Use};
use crate::names;

/// A finding, and the function in the program that it is about.
#[derive(Debug)]
pub(super) struct Blamed {
    pub(super) finding: Finding,
    pub(super) owner: String,
}

/// What is asked of every drop.
#[derive(Clone, Copy)]
pub(super) struct Blame<'a> {
    pub(super) graph: &'a Graph,
    pub(super) owing: &'a Owing,
    pub(super) coroutines: &'a Coroutines,
}

impl Blame<'_> {
    /// The findings of one drop that is not empty: `glue` is called, or its address taken.
    pub(super) fn of(self, drop: Caller, glue: Id) -> Vec<Blamed> {
        let mut found = Vec::new();
        for way in self.ways_to_users(drop) {
            found.extend(self.findings(drop, glue, &way).into_iter().flatten());
        }
        found
    }

    /// From the drop up to each line of the user's that leads to it: the drop itself, then one
    /// caller after the other. Glue and the runtime's cells end a way: what they drop is a question
    /// to those who use them.
    fn ways_to_users(self, drop: Caller) -> Vec<Vec<Caller>> {
        let mut ways = Vec::new();
        let mut seen = HashSet::from([drop.function]);
        let mut below: HashMap<Id, Caller> = HashMap::new();
        let mut open = VecDeque::from([drop]);
        while let Some(caller) = open.pop_front() {
            match self.graph.kind(caller.function) {
                Kind::User => ways.push(self.way_down(caller, &below)),
                Kind::Glue | Kind::Trusted | Kind::Declared => {}
                Kind::Foreign | Kind::Runtime => {
                    let may_owe = |of: &str| self.owing.may_owe(of);
                    if names::exhausts(self.graph.name(caller.function), &may_owe) {
                        continue;
                    }
                    for above in self.graph.callers(caller.function) {
                        if self.graph.kind(above.function) == Kind::User {
                            ways.push(self.way_from(*above, caller, &below));
                        } else if seen.insert(above.function) {
                            below.insert(above.function, caller);
                            open.push_back(*above);
                        }
                    }
                }
            }
        }
        ways
    }

    fn way_from(self, user: Caller, next: Caller, below: &HashMap<Id, Caller>) -> Vec<Caller> {
        let mut way = self.way_down(next, below);
        way.insert(0, user);
        way
    }

    fn way_down(self, from: Caller, below: &HashMap<Id, Caller>) -> Vec<Caller> {
        let mut way = vec![from];
        let mut last = from.function;
        while let Some(next) = below.get(&last).filter(|_| way.len() < 32) {
            way.push(*next);
            last = next.function;
        }
        way
    }

    /// One finding, or, where a coroutine holds what is lost, one for each await at which it does.
    fn findings(self, drop: Caller, glue: Id, way: &[Caller]) -> Option<Vec<Blamed>> {
        let user = way.first()?;
        let frames: Vec<Frame> = way.iter().skip(1).map(|caller| self.frame(*caller)).collect();
        let (place, inlined) = self.place(*user)?;
        let down = self.owing.way(glue);
        let dropped = names::short(names::glue(self.graph.name(glue))?);
        let future = self.future(glue)?;
        let function = self.readable(user.function);
        if let Some((coroutine, places)) = self.held(&down) {
            let giver = Frame { function, place: Some(place) };
            let owner = names::glue(self.graph.name(coroutine))?;
            let finding = Finding {
                place: giver.place.clone()?,
                function: self.readable(coroutine),
                cause: Cause::Held,
                future,
                dropped,
                via: std::iter::once(giver).chain(frames).collect(),
            };
            let at = |(place, held)| {
                let future = self.future(held).unwrap_or_else(|| finding.future.clone());
                let finding = Finding { place, future, ..finding.clone() };
                Blamed { finding, owner: owner.to_owned() }
            };
            return Some(places.into_iter().map(at).collect());
        }
        let cause = match drop.site.how {
            Use::Call => Cause::Dropped,
            Use::Taken | Use::Formatted => Cause::Erased,
        };
        let via = inlined.into_iter().chain(frames).collect();
        let finding = Finding { place, function, cause, future, dropped, via };
        Some(vec![Blamed { finding, owner: self.graph.name(user.function).to_owned() }])
    }

    /// The owing type that glue leads to.
    fn future(self, glue: Id) -> Option<String> {
        let last = *self.owing.way(glue).last()?;
        Some(names::short(names::glue(self.graph.name(last))?))
    }

    /// The innermost coroutine of the user's on the way from glue to an owing type, and where it
    /// holds what owes.
    fn held(self, down: &[Id]) -> Option<(Id, BTreeMap<Place, Id>)> {
        let coroutines = down.iter().rev().filter(|function| {
            self.graph.head(**function).is_some_and(|head| names::is_coroutine(head.name))
        });
        coroutines
            .map(|glue| (*glue, self.coroutines.places(self.graph, self.owing, *glue)))
            .find(|(_, places)| !places.is_empty())
    }

    fn is_users(self, spot: &Spot<'_>) -> bool {
        spot.line > 0 && self.graph.is_users_file(spot.file)
    }

    /// The user's line, and what was inlined there.
    fn place(self, caller: Caller) -> Option<(Place, Vec<Frame>)> {
        let spots = self.graph.spots(caller.function, caller.site);
        let users = spots.iter().position(|spot| self.is_users(spot));
        let Some(users) = users else {
            let head = self.graph.head(caller.function)?;
            return Some((place_of(&head), Vec::new()));
        };
        let inlined = spots[..users].iter().rev();
        let frames = inlined
            .map(|spot| Frame { function: names::short(spot.name), place: Some(place_of(spot)) });
        Some((place_of(&spots[users]), frames.collect()))
    }

    fn frame(self, caller: Caller) -> Frame {
        let spots = self.graph.spots(caller.function, caller.site);
        let place = spots.iter().find(|spot| spot.line > 0).map(place_of);
        Frame { function: names::short(self.graph.name(caller.function)), place }
    }

    /// A function of the user's, as the user knows it: without what the compiler calls the insides
    /// of an `async fn`.
    fn readable(self, function: Id) -> String {
        let name = self.graph.name(function);
        let name = names::glue(name).unwrap_or(name);
        let plain = name.find("::{closure#").map_or(name, |at| &name[..at]);
        plain.to_owned()
    }
}

fn place_of(spot: &Spot<'_>) -> Place {
    Place { file: spot.file.to_owned(), line: spot.line, column: spot.column }
}

//! Whether the proof still sees: the runtime carries functions that drop a future, and others that
//! do not, and in every run the first are found and the second are not.

use std::collections::BTreeSet;

use super::Error;
use super::blame::Blamed;
use super::graph::Graph;
use crate::names::{self, CANARY};

/// How many functions of each kind the runtime has at least.
const LEAST: usize = 5;

/// Takes the canaries out of what was found.
pub(super) fn check(graph: &Graph, found: Vec<Blamed>) -> Result<Vec<Blamed>, Error> {
    let all = graph.all().map(|function| graph.symbol(function));
    let all = all.filter(|symbol| names::is_canary(symbol)).map(names::demangle);
    let all: BTreeSet<String> = all.filter_map(|name| canary(&name).map(str::to_owned)).collect();
    let is_canary = |blamed: &Blamed| canary(&blamed.owner).is_some();
    let (canaries, found): (Vec<_>, Vec<_>) = found.into_iter().partition(is_canary);
    let caught: BTreeSet<&str> = canaries.iter().filter_map(|found| canary(&found.owner)).collect();
    let (drops, silent): (Vec<&str>, Vec<&str>) =
        all.iter().map(String::as_str).partition(|name| name.starts_with("drops_"));
    if drops.len() < LEAST || silent.len() < LEAST {
        return Err(Error::Canary("the runtime's canaries are not in the program".to_owned()));
    }
    if let Some(missed) = drops.iter().find(|name| !caught.contains(**name)) {
        return Err(Error::Canary(format!("the canary `{missed}` was not found")));
    }
    if let Some(wrong) = silent.iter().find(|name| caught.contains(**name)) {
        return Err(Error::Canary(format!("the canary `{wrong}` was found, and drops nothing")));
    }
    Ok(found)
}

/// `drops_directly` of all functions in it.
fn canary(name: &str) -> Option<&str> {
    let name = name.strip_prefix(CANARY)?;
    name.split("::").next().filter(|name| !name.ends_with("owed"))
}

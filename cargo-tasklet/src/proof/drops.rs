//! The drops that may lose a future: all uses of such glue, without those of what is known to be
//! empty.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::Error;
use super::body::Body;
use super::empty::{self, Tag, Types};
use super::graph::{Caller, Graph, Id, Kind};
use super::owing::Owing;
use crate::ir::Use;
use crate::names;

/// A use of glue, and the glue.
type Drop = (Caller, Id);

/// All uses of glue that may lose a future.
pub(super) struct Drops<'a> {
    graph: &'a Graph,
    owing: &'a Owing,
    all: Vec<Drop>,
    /// How enums are stored, as far as it was asked.
    tags: RefCell<HashMap<String, Option<Tag>>>,
}

impl<'a> Drops<'a> {
    /// Those in glue itself, and in the runtime's cells, are no questions.
    pub(super) fn of(graph: &'a Graph, owing: &'a Owing) -> Drops<'a> {
        let mut drops = Drops { graph, owing, all: Vec::new(), tags: RefCell::default() };
        // A table that was made to format something drops nothing, unless some owner drops through
        // one.
        let formats = graph.all().any(|function| {
            names::may_be_glue(graph.symbol(function))
                && names::glue(graph.name(function)).is_some_and(names::is_formatted)
        });
        for glue in graph.all().filter(|function| owing.is_glue(graph, *function)) {
            let callers = graph.callers(glue).iter();
            let asked = callers.filter(|caller| {
                let kind = graph.kind(caller.function);
                matches!(kind, Kind::User | Kind::Foreign | Kind::Runtime)
                    && !drops.is_harmless(**caller, glue, formats)
            });
            let asked: Vec<Drop> = asked.map(|caller| (*caller, glue)).collect();
            drops.all.extend(asked);
        }
        drops
    }

    fn is_harmless(&self, caller: Caller, glue: Id, formats: bool) -> bool {
        let function = self.graph.name(caller.function);
        let uses_up = |of| names::uses_up(function, of);
        match caller.site.how {
            _ if names::is_for_panics(function) => true,
            Use::Call => names::glue(self.graph.name(glue)).is_some_and(uses_up),
            Use::Taken => false,
            Use::Formatted => !formats,
        }
    }

    /// Without the drops of what is known to be empty. For these the functions are read a second
    /// time, one file after the other.
    pub(super) fn not_empty(mut self) -> Result<Vec<Drop>, Error> {
        let mut by_file: HashMap<&Path, Vec<Drop>> = HashMap::new();
        let mut left = Vec::new();
        for (drop, glue) in std::mem::take(&mut self.all) {
            match self.graph.text(drop.function).filter(|_| drop.site.how == Use::Call) {
                Some((file, _)) => by_file.entry(file).or_default().push((drop, glue)),
                None => left.push((drop, glue)),
            }
        }
        for (file, drops) in by_file {
            let text = fs::read_to_string(file);
            let text = text.map_err(|error| Error::Gone(file.to_owned(), error))?;
            left.extend(self.not_empty_in(&text, drops));
        }
        Ok(left)
    }

    fn not_empty_in(&self, text: &str, drops: Vec<Drop>) -> Vec<Drop> {
        let is_coroutine = |of: &str| self.is_coroutine(of);
        let types = Types {
            may_owe: &|of| self.owing.may_owe(of),
            is_coroutine: &is_coroutine,
            tag: &|of| self.tag(of),
        };
        let mut bodies: HashMap<Id, Option<Body<'_>>> = HashMap::new();
        let mut is_empty = |drop: Caller| {
            let body =
                bodies.entry(drop.function).or_insert_with(|| self.body(drop.function, text));
            let at = body.as_ref().and_then(|body| Some((body, body.find(drop.site.index)?)));
            at.is_some_and(|(body, at)| empty::is_empty(body, at, &types))
        };
        drops.into_iter().filter(|(drop, _)| !is_empty(*drop)).collect()
    }

    /// A function's blocks, from the text of its file.
    fn body<'t>(&self, function: Id, text: &'t str) -> Option<Body<'t>> {
        let (_, range) = self.graph.text(function)?;
        let mut body = Body::read(text.get(range)?)?;
        let head = self.graph.head(function);
        body.is_coroutine = head.is_some_and(|head| names::is_coroutine_body(head.name));
        Some(body)
    }

    /// Whether the compiler has made this future.
    fn is_coroutine(&self, of: &str) -> bool {
        let head = self.owing.glue_of(of).and_then(|glue| self.graph.head(glue));
        head.is_some_and(|head| names::is_coroutine(head.name))
    }

    /// How an enum is stored, which is what its own glue asks first.
    fn tag(&self, of: &str) -> Option<Tag> {
        if let Some(known) = self.tags.borrow().get(of) {
            return *known;
        }
        let tag = self.owing.glue_of(of).and_then(|glue| {
            let (file, _) = self.graph.text(glue)?;
            let text = fs::read_to_string(file).ok()?;
            empty::asked(&self.body(glue, &text)?, 0).map(|(_, tag)| tag)
        });
        self.tags.borrow_mut().insert(of.to_owned(), tag);
        tag
    }
}

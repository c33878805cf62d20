//! A judge of the must-await analysis that shares nothing with it: bodies at random, and what
//! really happens to each future in them.
//!
//! A [`Body`] is generated from a number, run on all of its paths by an interpreter of its own, and
//! printed as Rust. What the analysis says about the text must be what the interpreter has seen.

mod generate;
mod interpret;
mod print;
mod program;
mod shrink;

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use interpret::{Mode, Place, interpret};
use program::{Kind, Program, Stmt};

pub use interpret::Path;

/// An `async fn`, and what becomes of the futures in it.
pub struct Body {
    program: Program,
    /// The function as text.
    pub text: String,
    /// What is lost on some path.
    pub lost: BTreeSet<Loss>,
    /// What may be taken for lost by a reader who does not count what is in a vector, and does not
    /// remember what is in an option. A finding that is not among these is a false alarm.
    pub maybe_lost: BTreeSet<Loss>,
    /// All ways through it.
    pub paths: Vec<Path>,
}

/// A future that is dropped and was not awaited.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The bindings that may be blamed for it.
    pub names: BTreeSet<String>,
    /// The first and the last line of each statement that may be blamed: whose temporary it was, or
    /// whose pattern passed over it.
    pub lines: BTreeSet<(usize, usize)>,
}

impl Body {
    /// The body of this number: always the same one.
    #[must_use]
    pub fn number(number: u64) -> Body {
        // Some of what is generated, rustc would refuse.
        let attempts = (0..).map(|attempt| generate::generate(number << 16 | attempt));
        attempts.filter_map(Body::of).next().expect("the attempts never end")
    }

    /// `None` if rustc would refuse it, if a path has no end, or if there are too many of them.
    fn of(program: Program) -> Option<Body> {
        let generous = interpret(&program, Mode::Generous)?;
        let exact = interpret(&program, Mode::Exact)?;
        let printed = print::print("body", &program);
        let is_dead = |stmt| !generous.visited.contains(stmt);
        if printed.lines.keys().any(is_dead) {
            return None;
        }
        let losses = |losses: BTreeSet<interpret::Loss>| {
            losses.iter().map(|loss| Loss::of(loss, &printed.lines)).collect()
        };
        let (lost, maybe_lost) = (losses(exact.losses), losses(generous.losses));
        Some(Body { text: printed.text, lost, maybe_lost, paths: exact.paths, program })
    }

    /// The function under another name.
    #[must_use]
    pub fn text_as(&self, name: &str) -> String {
        print::print(name, &self.program).text
    }

    /// The arguments of a call, each of them opaque.
    #[must_use]
    pub fn arguments(&self) -> String {
        let argument = |(_, kind): &(_, Kind)| match kind {
            Kind::Maybe => "maybe(0)",
            Kind::Outcome => "try_start(0)",
            Kind::Many => "many(0)",
            Kind::Pair => "(start(0), start(0))",
            _ => "start(0)",
        };
        self.program.params.iter().map(argument).collect::<Vec<_>>().join(", ")
    }

    /// The smallest body that can be cut out of this one, and for which this still holds.
    #[must_use]
    pub fn smallest(self, holds: impl Fn(&Body) -> bool) -> Body {
        let mut smallest = self;
        // Each one is smaller than the last, so this ends.
        loop {
            let smaller = shrink::smaller(&smallest.program).filter_map(Body::of).find(&holds);
            match smaller {
                Some(body) => smallest = body,
                None => return smallest,
            }
        }
    }
}

impl Loss {
    /// Whether a finding on this line can be about it.
    #[must_use]
    pub fn is_at(&self, line: usize) -> bool {
        self.lines.iter().any(|&(first, last)| (first..=last).contains(&line))
    }

    fn of(loss: &interpret::Loss, lines: &HashMap<*const Stmt, (usize, usize)>) -> Loss {
        let mut found = Loss { names: BTreeSet::new(), lines: BTreeSet::new() };
        for place in loss {
            match place {
                Place::Binding(name) => _ = found.names.insert(name.clone()),
                Place::Statement(stmt) => found.lines.extend(lines.get(stmt)),
            }
        }
        found
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in (1..).zip(self.text.lines()) {
            writeln!(f, "{number:3} {line}")?;
        }
        let may: Vec<_> = self.maybe_lost.difference(&self.lost).collect();
        writeln!(f, "lost: {:?}, a generous reader: {may:?}", self.lost)
    }
}

impl fmt::Debug for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names.iter().map(String::as_str).collect();
        write!(f, "{}", names.join("/"))?;
        self.lines.iter().try_for_each(|(line, _)| write!(f, "@{line}"))
    }
}

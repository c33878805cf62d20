//! What the user reads about a finding: one sentence, the reason at the caret, and the way out.

use proc_macro2::Span;

use super::graph::{Reason, Way};

/// Everything that a message is made of.
pub(super) struct Message {
    pub(super) reason: Reason,
    pub(super) why: Option<Why>,
    /// The binding's name, if it is one.
    pub(super) name: Option<String>,
}

/// Why something is still owed at the end of its scope.
#[derive(Clone, Copy)]
pub(super) enum Why {
    NeverUsed,
    OnlyBorrowed,
    /// Another part of it is.
    PartNeverUsed,
    /// Something was put into it, and stays there.
    Filled,
    Shadowed(Span),
    /// The closure or async block that has it is never run.
    NeverRun(Span),
    /// The loop is left, and what it has not come to is lost.
    RestOfLoop,
    Branch(Way),
    NotOnEveryPath,
}

impl Message {
    /// The name and the line.
    pub(super) fn tag(&self, place: Span) -> String {
        match &self.name {
            Some(name) => {
                format!("{}_{}", name.trim_start_matches("r#").trim_start_matches('_'), line(place))
            }
            None => line(place).to_string(),
        }
    }

    /// The title, the label at the caret, and the notes.
    pub(super) fn texts(&self) -> (String, String, Vec<String>) {
        (self.title(), self.label(), self.notes())
    }

    fn title(&self) -> String {
        let is_sure = match (self.reason, self.why) {
            (Reason::End, Some(why)) => {
                !matches!(why, Why::Branch(_) | Why::NotOnEveryPath | Why::PartNeverUsed)
            }
            (
                Reason::Statement
                | Reason::Underscore
                | Reason::Temporary
                | Reason::Swallowed
                | Reason::Discarded(..),
                _,
            ) => self.name.is_none(),
            _ => false,
        };
        match (&self.name, is_sure) {
            (Some(name), true) => format!("tasklet future `{name}` is never awaited"),
            (Some(name), false) => {
                format!("tasklet future `{name}` may be dropped without being awaited")
            }
            (None, true) => "this tasklet future is dropped without being awaited".to_owned(),
            (None, false) => "this tasklet future may be dropped without being awaited".to_owned(),
        }
    }

    fn label(&self) -> String {
        let (leaves, drops) = match self.why {
            Some(Why::RestOfLoop) => ("drops the rest of these", "may drop the rest of these"),
            _ => ("leaves it behind", "may return first"),
        };
        match self.reason {
            Reason::End => self.why.map_or_else(String::new, Why::label),
            Reason::Question(at) => format!("the `?` on line {} {drops}", line(at)),
            Reason::Return(at) => format!("the `return` on line {} {leaves}", line(at)),
            Reason::Break(at) => format!("the `break` on line {} {leaves}", line(at)),
            Reason::Continue(at) => format!("the `continue` on line {} {leaves}", line(at)),
            Reason::Macro(name, at) => format!("the `{name}` on line {} {drops}", line(at)),
            Reason::Condition(at) => {
                format!("not awaited when the condition on line {} is false", line(at))
            }
            Reason::Overwritten(at) => format!("overwritten on line {}", line(at)),
            Reason::Discarded(name, at) => {
                format!("`{name}` on line {} does not await it", line(at))
            }
            Reason::Statement => "nobody takes the value of this statement".to_owned(),
            Reason::Underscore => "`_` drops it at once".to_owned(),
            Reason::Swallowed => "the pattern does not take it".to_owned(),
            Reason::Loser(name, at) if name.starts_with("timeout") => {
                format!("`{name}` on line {} drops it when time is up", line(at))
            }
            Reason::Loser(name, at) => {
                format!("`{name}` on line {} drops it if something else is ready first", line(at))
            }
            Reason::NeverRun(at) => Why::NeverRun(at).label(),
            Reason::Temporary => "dropped at the end of this statement".to_owned(),
        }
    }

    /// The ways out. They name no variable: what is in it may be one future, or many.
    fn notes(&self) -> Vec<String> {
        let notes: &[&str] = match (self.reason, self.why) {
            (Reason::Loser(..), _) => {
                &["`wait_any` and `.timeout(…)` give back what is not ready yet"]
            }
            (_, Some(Why::RestOfLoop)) => {
                &["await all of them: `.join_all()` or `.try_join_all()`", DEFER]
            }
            (Reason::Question(_) | Reason::Macro(..), _) => {
                &["let what may fail come first, or await both with `try_join!`", DEFER]
            }
            (Reason::Discarded(..), _) => &[AWAIT, DEFER, "or stop it with `.cancel()`"],
            _ => &[AWAIT, DEFER],
        };
        notes.iter().map(|note| (*note).to_owned()).collect()
    }
}

const AWAIT: &str = "await it: `.await` for one, `.join_all()` for many";
const DEFER: &str = "or leave it to the toplevel with `.defer()`";

impl Why {
    fn label(self) -> String {
        match self {
            Why::NeverUsed => "never used".to_owned(),
            Why::PartNeverUsed => "a part of it is never awaited".to_owned(),
            Why::OnlyBorrowed => "only borrowed, never awaited".to_owned(),
            Why::Filled => "what is put into it is never awaited".to_owned(),
            Why::Shadowed(at) => format!("shadowed on line {}, and never awaited", line(at)),
            Why::NeverRun(at) => {
                format!("what has captured it on line {} is never run", line(at))
            }
            Why::NotOnEveryPath | Why::RestOfLoop | Why::Branch(Way::Next) => {
                "not awaited on every path".to_owned()
            }
            Why::Branch(Way::True(at)) => {
                format!("not awaited when the condition on line {} is true", line(at))
            }
            Why::Branch(Way::False(at)) => {
                format!("not awaited when the condition on line {} is false", line(at))
            }
            Why::Branch(Way::Arm(at)) => {
                format!("not awaited in the match arm on line {}", line(at))
            }
            Why::Branch(Way::Skip(at)) => {
                format!("not awaited when the loop on line {} ends first", line(at))
            }
        }
    }
}

/// The line of a span, counted from one.
#[cfg(not(any(test, fuzzing)))]
fn line(span: Span) -> usize {
    span.unwrap().line()
}

/// The same outside of the compiler.
#[cfg(any(test, fuzzing))]
fn line(span: Span) -> usize {
    span.start().line
}

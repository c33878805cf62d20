//! The sentences. They use the words of the attributes' messages, see `docs/DIAGNOSTICS.md`.

use crate::names;
use crate::proof::{Cause, Finding, Proof};

use super::chain;
use super::source::Excerpt;

const AWAIT: &str = "await it: `.await` for one, `.join_all()` for many";
const DEFER: &str = "or leave it to the toplevel with `.defer()`";
const CANCEL: &str = "or stop it with `.cancel()`";
const FIRST: &str = "let what may fail come first, or await both with `try_join!`";
const IF_FIRST: &str =
    "if a `?` returns first: let what may fail come first, or await both with `try_join!`";
const LOSER: &str = "`wait_any` and `.timeout(…)` give back what is not ready yet";
const TASKLET: &str = "make the function a `#[tasklet]`, or start it with \
                       `Context::current().spawn(..)`: both run to their end";
const POINTER: &str = "await it first, or keep its type: what is behind `dyn` cannot be followed";
const AGAIN: &str = "`cargo clean` and run it again; if that does not help, please report it, \
                     together with what `rustc -vV` says";

/// The first line.
pub(super) fn title(finding: &Finding) -> String {
    format!("tasklet future `{}` may be dropped without being awaited", finding.future)
}

/// What stands at the caret.
pub(super) fn label(finding: &Finding, excerpt: Option<&Excerpt>) -> String {
    match finding.cause {
        Cause::Dropped => dropped(finding, excerpt.map(Excerpt::token)),
        Cause::Held => held(finding, excerpt.map(Excerpt::token)),
        // Of such a coercion the compiler tells the function, but seldom the line.
        Cause::Erased => {
            "this function puts it behind a pointer to a trait; whoever owns that may drop it"
                .to_owned()
        }
    }
}

/// The compiler tells either the await or the end of the scope of what is held.
fn held(finding: &Finding, token: Option<&str>) -> String {
    let held = match token {
        Some("await") => "held across this await",
        Some("}") => "held up to here, across an await",
        _ => "held across an await",
    };
    match chain::culprit(finding) {
        Some(owner) => {
            let owner = chain::name(owner);
            format!("{held}; `{owner}` may drop this function's future unfinished")
        }
        None => format!("{held}; whoever owns this function's future may drop it unfinished"),
    }
}

fn dropped(finding: &Finding, token: Option<&str>) -> String {
    match (finding.via.first(), token) {
        (Some(called), _) => format!("dropped in `{}`, called from here", chain::name(called)),
        (None, Some("?")) => "this `?` may return first".to_owned(),
        (None, Some(";")) => "dropped at the end of this statement".to_owned(),
        (None, Some("}")) => "dropped here, at the end of its scope".to_owned(),
        (None, _) => "dropped here".to_owned(),
    }
}

/// Above the excerpt from the code of the last one on the way that can be changed.
pub(super) fn culprit(cause: Cause, function: &str) -> String {
    match cause {
        Cause::Dropped | Cause::Erased => format!("`{function}` drops it"),
        Cause::Held => format!("`{function}` may drop the future that holds it"),
    }
}

/// Above the calls between the user's line and the drop.
pub(super) const CHAIN: &str = "each of these calls the next, down to the drop:";

/// What is dropped, if that is more than the future.
pub(super) fn whole(finding: &Finding) -> Option<String> {
    let is_more = !finding.dropped.is_empty() && finding.dropped != finding.future;
    is_more.then(|| format!("it is dropped as a part of `{}`", finding.dropped))
}

/// Which of the functions that a generic one becomes it is: the others may be right.
pub(super) fn instance(finding: &Finding) -> Option<String> {
    let is_generic = finding.function.ends_with('>');
    is_generic.then(|| format!("in `{}`", names::short(&finding.function)))
}

/// The ways out.
pub(super) fn help(finding: &Finding, excerpt: Option<&Excerpt>) -> &'static [&'static str] {
    let is_own = finding.via.is_empty();
    match finding.cause {
        Cause::Held => &[TASKLET, DEFER],
        Cause::Erased => &[POINTER, DEFER],
        Cause::Dropped if is_awaiting(&finding.future) => &[LOSER, DEFER],
        Cause::Dropped if is_own => match excerpt {
            Some(excerpt) if excerpt.token() == "?" => &[FIRST, DEFER],
            Some(excerpt) if excerpt.may_be_left() => &[AWAIT, IF_FIRST, DEFER, CANCEL],
            _ => &[AWAIT, DEFER, CANCEL],
        },
        Cause::Dropped => &[AWAIT, DEFER, CANCEL],
    }
}

/// Whether it is a handle that is being awaited: whoever drops that has chosen another one.
fn is_awaiting(future: &str) -> bool {
    future.split('<').next().is_some_and(|name| name.contains("Awaiting"))
}

/// What could not be told, and what to do about it: the second line, if it has one.
pub(super) fn unknown(sentence: &str) -> (String, &str) {
    let (what, todo) = sentence.split_once('\n').unwrap_or((sentence, AGAIN));
    (format!("could not tell: {}", what.trim_end()), todo.trim())
}

/// The last line of a proof without findings, which could tell all.
pub(super) fn proved(proof: &Proof) -> String {
    format!(": {}, 0 drops", extent(proof))
}

/// The last line of any other.
pub(super) fn not_proved(proof: &Proof) -> String {
    let open = match proof.unknown.len() {
        0 => String::new(),
        n => format!("{} could not be told", count(n, "thing")),
    };
    match (proof.findings.len(), open.as_str()) {
        (0, open) => format!("not proved: {open} ({}, 0 drops)", extent(proof)),
        (n, "") => format!("{} may drop a tasklet future ({})", count(n, "place"), extent(proof)),
        (n, open) => format!(
            "{} may drop a tasklet future, and {open} ({})",
            count(n, "place"),
            extent(proof),
        ),
    }
}

fn extent(proof: &Proof) -> String {
    format!("{}, {}", count(proof.functions, "function"), count(proof.crates, "crate"))
}

fn count(n: usize, of: &str) -> String {
    format!("{n} {of}{}", if n == 1 { "" } else { "s" })
}

//! What a body binds, and what each binding may owe.

use proc_macro2::Span;
use syn::Member;

use super::place::Anchor;
pub(super) use crate::question::Caret;
use crate::question::Subject;

/// A variable of one body, or a value of it that has no name.
///
/// They are numbered as they come into being, so that the bindings of an inner scope are those from
/// a certain number on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Binding(pub(super) usize);

/// One thing that a binding may owe, the unit of the analysis: it has its own state at each point
/// of the body, and its own question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Debt(pub(super) usize);

/// What a debt is about.
pub(super) enum Kind {
    /// All that the binding holds.
    Whole,
    /// The binding itself as a handle: what is still owed when `&mut x` was lent to somebody, who
    /// may have emptied a container.
    Handle,
    /// One field, since that field is moved out somewhere.
    Field(Member),
    /// All but the fields that are moved out somewhere.
    Rest,
    /// A part that a pattern leaves in its place: `Some(_)`.
    Part(Ask),
}

/// A question that can be asked: where, about what, and with the caret where.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) anchor: Anchor,
    pub(super) subject: Subject,
    pub(super) caret: Caret,
    /// The name in the message; `None` for a value without one.
    pub(super) name: Option<String>,
}

/// What is known of a binding.
#[derive(Default)]
pub(super) struct Info {
    /// The questions to ask where it is lost: about itself, or about what a closure has captured.
    /// Without any, nothing is tracked.
    pub(super) asks: Vec<Ask>,
    pub(super) debts: Vec<Debt>,
    /// Before which statement a field of it was first moved out: there its type is known.
    pub(super) first_field_use: Option<Anchor>,
    /// Whether it is used as only a number, a truth value or a text can be.
    pub(super) is_plain: bool,
    /// How often it is mentioned.
    pub(super) uses: usize,
    pub(super) shadowed: Option<Span>,
    /// Where the closure or async block begins that this binding is.
    pub(super) captor: Option<Span>,
    /// Whether it stands for a variable of the body around this one, which no inner scope ends.
    pub(super) is_captured: bool,
    /// Whether this is what a loop has not come to.
    pub(super) is_rest_of_loop: bool,
    /// What is done to it anywhere, which is what a closure does to a captured variable.
    pub(super) done: Done,
}

/// The kinds of effects that a body has on one variable.
#[derive(Clone, Copy, Default)]
pub(super) struct Done {
    /// It is moved out, whole or in part.
    pub(super) consumed: bool,
    /// A clone of it carries on what it owes.
    pub(super) cloned: bool,
    /// It is emptied or lent, in its place.
    pub(super) emptied: bool,
    /// Something is put in.
    pub(super) filled: bool,
}

impl Info {
    pub(super) fn is_tracked(&self) -> bool {
        !self.asks.is_empty()
    }
}

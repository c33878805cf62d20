//! Patterns: what they bind, what they take out of a value, and what they leave in it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Pat, PatIdent};

use super::hole::{Hole, holes};
use super::{Lowering, Move, ask_any, ask_live};
use crate::flow::effect::{bare, looks_inside, none_says_empty};
use crate::flow::graph::{Op, Reason};
use crate::flow::local::{Ask, Binding, Caret, Debt, Info, Kind};
use crate::flow::message::Why;
use crate::flow::place::Anchor;
use crate::flow::types::{type_owes_nothing, value_owes_nothing};
use crate::flow::visible::{self, are_conditional};
use crate::hygiene::at;
use crate::question::{Subject, live_value};

/// What a pattern is matched against.
pub(super) struct Source {
    pub(super) kind: SourceKind,
    /// The variables that the value was moved out of, and which are settled by now.
    pub(super) moved: Vec<Move>,
    /// The variable that owes nothing if the value turns out to be `None`.
    pub(super) emptied_by_none: Option<Binding>,
    /// The variable that is looked at, in its place: it owes nothing if it is `None` or an `Err`.
    pub(super) looked_at: Option<Binding>,
}

pub(super) enum SourceKind {
    /// A variable in its place.
    Variable(Binding),
    /// Another place, or a reference: nothing of it is dropped by the pattern.
    Place,
    /// A value, and the question about it, of which those about its parts are made.
    Value(Option<Ask>),
}

/// What the place of an expression does to the temporaries in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extends {
    /// `let x = (&temporary(), 1);` keeps it alive, but would not through a call of ours.
    Temporaries,
    Nothing,
}

/// What a binding is when it comes into being.
#[derive(Clone)]
pub(super) enum Born {
    /// It has a value.
    Owed,
    /// It has a value that holds nothing yet.
    Empty,
    /// It gets its value later.
    Later,
    /// It can never owe.
    Harmless,
    /// It is a closure or an async block that owes these.
    Capturing(Vec<Ask>, Span),
}

/// What is left of a value that a pattern does not match.
enum Remains {
    Nothing,
    Whole,
    /// What `hole` stands for in this pattern.
    Part(TokenStream),
}

impl Lowering {
    /// Reads what a pattern is to be matched against.
    pub(super) fn source(&mut self, expr: &Expr, extends: Extends) -> Source {
        let emptied_by_none = self.emptied_by_none(expr);
        let looked_at = self.looked_at(expr);
        if let Some(binding) = self.variable(expr) {
            let kind = SourceKind::Variable(binding);
            return Source { kind, moved: Vec::new(), emptied_by_none, looked_at };
        }
        let is_place = matches!(
            bare(expr),
            Expr::Field(_) | Expr::Index(_) | Expr::Path(_) | Expr::Reference(_) | Expr::Unary(_)
        );
        if is_place {
            let moved = match bare(expr) {
                Expr::Field(_) => self.value(expr),
                _ => {
                    self.place_or_borrow(expr);
                    Vec::new()
                }
            };
            self.settle_again(&moved);
            return Source { kind: SourceKind::Place, moved, emptied_by_none, looked_at };
        }
        let moved = self.value(expr);
        self.settle_again(&moved);
        let ask = match extends {
            Extends::Temporaries => ask_live(expr),
            Extends::Nothing => ask_any(expr),
        };
        Source { kind: SourceKind::Value(ask), moved, emptied_by_none, looked_at }
    }

    fn place_or_borrow(&mut self, expr: &Expr) {
        match bare(expr) {
            Expr::Reference(_) => self.consume(expr),
            _ => self.place(expr),
        }
    }

    pub(super) fn settle_again(&mut self, moves: &[Move]) {
        let copies = moves.iter().map(|moved| match moved {
            Move::Whole(binding) => Move::Whole(*binding),
            Move::Field(binding, member) => Move::Field(*binding, member.clone()),
        });
        self.settle(copies.collect());
    }

    /// `&x`, `x.as_ref()`, `x.first()`: `x`.
    fn looked_at(&mut self, expr: &Expr) -> Option<Binding> {
        match bare(expr) {
            Expr::Reference(reference) => self.variable(&reference.expr),
            Expr::MethodCall(call) if looks_inside(&call.method.to_string()) => {
                self.variable(&call.receiver)
            }
            _ => None,
        }
    }

    /// `q.pop()`, `q.next().await`: the variable that is empty if this gives `None`.
    pub(super) fn emptied_by_none(&mut self, expr: &Expr) -> Option<Binding> {
        match bare(expr) {
            Expr::Await(awaited) => self.emptied_by_none(&awaited.base),
            Expr::Try(question) => self.emptied_by_none(&question.expr),
            Expr::MethodCall(call) if none_says_empty(&call.method.to_string()) => {
                self.variable(&call.receiver)
            }
            _ => None,
        }
    }

    /// The pattern has matched.
    pub(super) fn matched(&mut self, pat: &Pat, source: &Source) {
        if is_none(pat)
            && let Some(binding) = source.emptied_by_none
        {
            self.op(Op::Empty(binding));
        }
        if (is_none(pat) || is_err(pat))
            && let Some(binding) = source.looked_at
        {
            self.op(Op::Empty(binding));
        }
        match &source.kind {
            SourceKind::Variable(binding) => {
                if takes_apart(pat) {
                    let parts = self.parts(*binding, pat);
                    self.frame().done(*binding).consumed |= binds_by_value(pat);
                    self.op(Op::Narrow(*binding, parts));
                } else if let Pat::Ident(_) | Pat::Type(_) = pat
                    && binds_by_value(pat)
                {
                    self.settle(vec![Move::Whole(*binding)]);
                }
            }
            SourceKind::Place => {}
            SourceKind::Value(Some(ask)) if matches!(pat, Pat::Wild(_)) => {
                let ask = Ask { caret: Caret::at(pat.span()), ..ask.clone() };
                self.found.push(ask, Reason::Swallowed, None);
            }
            SourceKind::Value(Some(ask)) => {
                for hole in self.holes(pat) {
                    self.swallow(ask.anchor, hole);
                }
            }
            SourceKind::Value(None) => {}
        }
    }

    /// Asks about a part of a value that a pattern does not take.
    fn swallow(&mut self, anchor: Anchor, hole: Hole) {
        let Hole { pattern, name: hole, place, user_name: name } = hole;
        let subject = Subject::Hole { source: live_value(place), pattern, hole };
        let (reason, why) = match name {
            Some(_) => (Reason::End, Some(Why::NeverUsed)),
            None => (Reason::Swallowed, None),
        };
        let ask = Ask { anchor, subject, caret: Caret::at(place), name };
        self.found.push(ask, reason, why);
    }

    /// The parts of a variable that a pattern leaves in their place.
    fn parts(&mut self, binding: Binding, pat: &Pat) -> Vec<Debt> {
        self.holes(pat).into_iter().filter_map(|hole| self.part(binding, hole)).collect()
    }

    fn part(&mut self, binding: Binding, hole: Hole) -> Option<Debt> {
        let frame = self.frame();
        let whole = frame.bindings[binding.0].asks.first()?;
        let Subject::Binding(name) = &whole.subject else { return None };
        let source = name.to_token_stream();
        let subject = Subject::Hole { source, pattern: hole.pattern, hole: hole.name };
        let caret = Caret::at(hole.place);
        let ask = Ask { subject, caret, name: None, ..whole.clone() };
        Some(frame.add_debt(binding, Kind::Part(ask)))
    }

    /// The pattern has not matched.
    pub(super) fn not_matched(&mut self, pat: &Pat, source: &Source) {
        if is_some(pat)
            && let Some(binding) = source.emptied_by_none
        {
            self.op(Op::Empty(binding));
        }
        if (is_some(pat) || variant(pat).is_some_and(|name| name == "Ok"))
            && refers_only(pat)
            && let Some(binding) = source.looked_at
        {
            self.op(Op::Empty(binding));
        }
        match (remains(pat), &source.kind) {
            (Remains::Whole, _) | (_, SourceKind::Place) => {}
            (Remains::Nothing, SourceKind::Variable(binding)) => self.op(Op::Empty(*binding)),
            (Remains::Part(pattern), SourceKind::Variable(binding)) => {
                let part = self.part(*binding, Hole::of(pattern, pat));
                self.op(Op::Narrow(*binding, part.into_iter().collect()));
            }
            (Remains::Part(pattern), SourceKind::Value(Some(ask))) => {
                self.swallow(ask.anchor, Hole::of(pattern, pat));
            }
            (Remains::Nothing | Remains::Part(_), SourceKind::Value(_)) => {}
        }
    }

    /// An arm `_` or `name`, behind arms that may have taken everything that owes. Gives what
    /// `name` is born as.
    pub(super) fn left_over(&mut self, earlier: &[&Pat], pat: &Pat, source: &Source) -> Born {
        let takers: Vec<_> = earlier.iter().filter(|pat| takes_apart(pat)).collect();
        if earlier.iter().any(|pat| is_some(pat))
            && let Some(binding) = source.emptied_by_none
        {
            self.op(Op::Empty(binding));
        }
        let is_seen = |pat: &&Pat| is_some(pat) || variant(pat).is_some_and(|name| name == "Ok");
        if !matches!(source.kind, SourceKind::Variable(_))
            && earlier.iter().any(is_seen)
            && let Some(binding) = source.looked_at
        {
            self.op(Op::Empty(binding));
        }
        let Some(last) = takers.last() else {
            self.matched(pat, source);
            return Born::Owed;
        };
        let only_err = takers.iter().all(|pat| is_err(pat));
        let only_ok = takers.iter().all(|pat| variant(pat).is_some_and(|name| name == "Ok"));
        match &source.kind {
            SourceKind::Variable(binding) if binds_by_value(pat) => {
                self.settle(vec![Move::Whole(*binding)]);
            }
            SourceKind::Variable(binding) if !only_err && !only_ok => self.op(Op::Empty(*binding)),
            _ if (only_err || only_ok) && !binds_by_value(pat) => self.not_matched(last, source),
            _ => {}
        }
        if only_err { Born::Owed } else { Born::Harmless }
    }

    /// Binds the names of a pattern.
    pub(super) fn bind(&mut self, pat: &Pat, anchor: Anchor, born: Born) {
        match pat {
            Pat::Ident(binding) => self.bind_name(binding, anchor, born),
            Pat::Type(typed) => {
                let born = if type_owes_nothing(&typed.ty) { Born::Harmless } else { born };
                self.bind(&typed.pat, anchor, born);
            }
            Pat::Guard(guarded) => self.bind(&guarded.pat, anchor, born),
            Pat::Paren(paren) => self.bind(&paren.pat, anchor, born),
            Pat::Reference(reference) => self.bind(&reference.pat, anchor, Born::Harmless),
            Pat::Tuple(tuple) => {
                tuple.elems.iter().for_each(|pat| self.bind(pat, anchor, born.clone()));
            }
            Pat::TupleStruct(tuple) => {
                tuple.elems.iter().for_each(|pat| self.bind(pat, anchor, born.clone()));
            }
            Pat::Slice(slice) => {
                slice.elems.iter().for_each(|pat| self.bind(pat, anchor, born.clone()));
            }
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    let is_sure = !are_conditional(&field.attrs);
                    let born = if is_sure { born.clone() } else { Born::Harmless };
                    self.bind(&field.pat, anchor, born);
                }
            }
            // Each case binds the same names.
            Pat::Or(or) => or.cases.iter().take(1).for_each(|pat| {
                self.bind(pat, anchor, born.clone());
            }),
            _ => {}
        }
    }

    fn bind_name(&mut self, pat: &PatIdent, anchor: Anchor, born: Born) {
        if !is_binding(pat) {
            return;
        }
        let by_value = pat.by_ref.is_none();
        let ident = pat.ident.clone();
        let name = ident.to_string();
        let own = Ask {
            anchor,
            caret: Caret::at(ident.span()),
            subject: Subject::Binding(ident),
            name: Some(name.clone()),
        };
        // A variable that nobody uses is a part that the pattern does not take.
        let is_lonely = self.lonely.contains(&name) && !matches!(born, Born::Capturing(..));
        let asks = match &born {
            Born::Harmless => Vec::new(),
            _ if is_lonely || are_conditional(&pat.attrs) => Vec::new(),
            Born::Capturing(captured, _) => captured.clone(),
            _ if by_value => vec![own],
            _ => Vec::new(),
        };
        self.shadow(&name, pat.ident.span());
        let frame = self.frame();
        let captor = match &born {
            Born::Capturing(_, span) => Some(*span),
            _ => None,
        };
        let binding = frame.bind(Info { asks, captor, ..Info::default() });
        frame.names.push((name, binding));
        match born {
            Born::Owed | Born::Capturing(..) => frame.op(Op::Birth(binding)),
            Born::Empty => frame.op(Op::BirthEmpty(binding)),
            Born::Later | Born::Harmless => {}
        }
        // Behind `@`, only what is copied or referred to can be bound.
        if let Some((_, inner)) = &pat.subpat {
            let born = if by_value { Born::Harmless } else { born };
            self.bind(inner, anchor, born);
        }
    }

    fn shadow(&mut self, name: &str, span: Span) {
        let frame = self.frame();
        let hidden = frame.names.iter().rev().find(|(known, _)| known == name);
        if let Some((_, binding)) = hidden {
            frame.bindings[binding.0].shadowed.get_or_insert(span);
        }
    }

    /// The name of a variable that nobody uses, and that says so.
    pub(super) fn lonely_name<'p>(&self, pat: &'p Pat) -> Option<&'p Ident> {
        match pat {
            Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => {
                self.lonely.contains(&ident.to_string()).then_some(ident)
            }
            Pat::Type(typed) => self.lonely_name(&typed.pat),
            _ => None,
        }
    }

    /// The parts of a value that a pattern does not take, or gives to a variable that nobody uses.
    pub(super) fn holes(&self, pat: &Pat) -> Vec<Hole> {
        holes(pat, &|pat| match pat {
            Pat::Wild(wild) => Some((wild.underscore_token.span, None)),
            other => self.lonely_name(other).map(|name| (name.span(), Some(name.to_string()))),
        })
    }

    /// In the pattern of a closure's parameter or of a `for`, each `_` in a tuple gets a name, by
    /// which it can be asked about: what it stands for is dropped at the end either way.
    pub(super) fn name_parts(&mut self, pat: &Pat, anchor: Anchor) {
        let Pat::Tuple(tuple) = pat else { return };
        for elem in &tuple.elems {
            if let Pat::Wild(wild) = elem {
                let place = wild.underscore_token.span;
                let name = Ident::new(&format!("_part{}", self.found.named()), at(place));
                self.found.rename(elem, name.clone());
                let (subject, caret) = (Subject::Binding(name), Caret::at(place));
                let ask = Ask { anchor, subject, caret, name: None };
                self.found.push(ask, Reason::Swallowed, None);
            }
            self.name_parts(elem, anchor);
        }
    }

    /// Whether a loop over this, or a match on it, can lose something.
    pub(super) fn born_of(&self, expr: &Expr) -> Born {
        if value_owes_nothing(expr) { Born::Harmless } else { Born::Owed }
    }

    /// The value of an expression is given to an opaque place: every variable of it may be used up.
    pub(super) fn opaque(&mut self, tokens: &TokenStream) -> Vec<Move> {
        let mut names = Vec::new();
        visible::words(tokens.clone(), &mut |word| names.push(word));
        let used: Vec<_> = names.iter().filter_map(|name| self.lookup(name)).collect();
        used.into_iter().for_each(|binding| self.settle(vec![Move::Whole(binding)]));
        Vec::new()
    }
}

/// `None`, `CONSTANT` and `Unit` look like names of variables; variables are not written so.
fn is_binding(pat: &PatIdent) -> bool {
    let is_upper = pat.ident.to_string().starts_with(char::is_uppercase);
    !is_upper || pat.by_ref.is_some() || pat.mutability.is_some() || pat.subpat.is_some()
}

/// Whether a pattern looks inside, at a part that is bound by value or left.
fn takes_apart(pat: &Pat) -> bool {
    match pat {
        Pat::Guard(guarded) => takes_apart(&guarded.pat),
        Pat::Paren(paren) => takes_apart(&paren.pat),
        Pat::Type(typed) => takes_apart(&typed.pat),
        Pat::Or(or) => or.cases.iter().any(takes_apart),
        Pat::Wild(_) | Pat::Ident(_) | Pat::Reference(_) | Pat::Rest(_) => false,
        // `None`, `A::B`, `1`, `'a'..='z'`: nothing that owes is in there.
        Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) | Pat::Const(_) => false,
        _ => binds_by_value(pat) || has_wild(pat) || !refers(pat),
    }
}

/// Whether the value can be a variant without anything in it.
pub(super) fn is_bare_variant(pat: &Pat) -> bool {
    match pat {
        Pat::Guard(guarded) => is_bare_variant(&guarded.pat),
        Pat::Paren(paren) => is_bare_variant(&paren.pat),
        Pat::Or(or) => or.cases.iter().all(is_bare_variant),
        Pat::Ident(name) => !is_binding(name),
        Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) | Pat::Const(_) => true,
        _ => false,
    }
}

/// Whether what is in the variant is not looked at any closer.
fn refers_only(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(tuple) => {
            tuple.elems.iter().all(|pat| matches!(pat, Pat::Ident(_) | Pat::Wild(_)))
        }
        _ => false,
    }
}

fn has_wild(pat: &Pat) -> bool {
    let is_wild = |pat: &Pat| matches!(pat, Pat::Wild(_)).then(|| (Span::mixed_site(), None));
    !holes(pat, &is_wild).is_empty()
}

fn refers(pat: &Pat) -> bool {
    let mut refers = false;
    each_name(pat, &mut |name| refers |= name.by_ref.is_some());
    refers
}

fn binds_by_value(pat: &Pat) -> bool {
    let mut found = false;
    each_name(pat, &mut |name| found |= name.by_ref.is_none() && is_binding(name));
    found
}

fn each_name(pat: &Pat, see: &mut impl FnMut(&PatIdent)) {
    struct Names<'a, F>(&'a mut F);

    impl<'ast, F: FnMut(&PatIdent)> syn::visit::Visit<'ast> for Names<'_, F> {
        fn visit_pat_ident(&mut self, name: &'ast PatIdent) {
            (self.0)(name);
            syn::visit::visit_pat_ident(self, name);
        }

        fn visit_pat_reference(&mut self, _: &'ast syn::PatReference) {}
        fn visit_expr(&mut self, _: &'ast Expr) {}
    }

    syn::visit::Visit::visit_pat(&mut Names(see), pat);
}

fn variant(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Guard(guarded) => variant(&guarded.pat),
        Pat::Paren(paren) => variant(&paren.pat),
        Pat::TupleStruct(tuple) => Some(tuple.path.segments.last()?.ident.to_string()),
        Pat::Ident(name) => Some(name.ident.to_string()),
        Pat::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn is_some(pat: &Pat) -> bool {
    variant(pat).is_some_and(|name| name == "Some")
}

pub(super) fn is_none(pat: &Pat) -> bool {
    variant(pat).is_some_and(|name| name == "None")
}

fn is_err(pat: &Pat) -> bool {
    variant(pat).is_some_and(|name| name == "Err")
}

/// What a value is that this pattern does not match.
fn remains(pat: &Pat) -> Remains {
    match variant(pat).as_deref() {
        Some("None") => Remains::Whole,
        Some("Err") => Remains::Part(other_side("Ok")),
        Some("Ok") => Remains::Part(other_side("Err")),
        _ if takes_apart(pat) => Remains::Nothing,
        _ => Remains::Whole,
    }
}

/// Output: `Result::Ok(hole_)`.
fn other_side(variant: &str) -> TokenStream {
    let [variant, hole] = [variant, "hole_"].map(|name| Ident::new(name, Span::mixed_site()));
    quote_spanned!(Span::mixed_site()=> ::core::result::Result::#variant(#hole))
}

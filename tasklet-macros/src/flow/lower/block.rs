//! Blocks, their statements, and `let`.

use syn::punctuated::Punctuated;
use syn::{Block, Expr, ExprMacro, Ident, Local, Pat, Stmt, Token};

use super::pattern::{Born, Extends, Source, SourceKind};
use super::{Lowering, Move, Tail, Target, TargetKind, ask_live, is_variable};
use crate::flow::effect::{bare, is_empty_value};
use crate::flow::graph::{Node, Op, Reason, Way};
use crate::flow::local::{Ask, Caret};
use crate::flow::message::Why;
use crate::flow::place::Anchor;
use crate::flow::types::value_owes_nothing;
use crate::flow::visible::{are_conditional, leading_attributes, may_leave};
use crate::macros;

impl Lowering {
    /// A block as an expression, with a label perhaps.
    pub(super) fn block_expr(
        &mut self,
        block: &Block,
        label: Option<String>,
        tail: Tail,
    ) -> Vec<Move> {
        match label {
            Some(label) => self.targeted(Some(label), TargetKind::Block, tail, |this| {
                this.block(block, tail);
            }),
            None => self.block(block, tail),
        }
        Vec::new()
    }

    pub(super) fn try_block(&mut self, block: &Block) -> Vec<Move> {
        self.targeted(None, TargetKind::Try, Tail::Taken, |this| {
            this.block(block, Tail::Taken);
        });
        Vec::new()
    }

    /// A block that can be left to its end.
    fn targeted(
        &mut self,
        label: Option<String>,
        kind: TargetKind,
        tail: Tail,
        read: impl FnOnce(&mut Lowering),
    ) {
        let frame = self.frame();
        let end = frame.graph.add();
        let floor = frame.floor();
        let target =
            Target { label, kind, end, next: end, end_floor: floor, next_floor: floor, tail };
        frame.targets.push(target);
        read(self);
        let frame = self.frame();
        frame.targets.pop();
        let last = frame.here;
        frame.graph.link(last, end, Way::Next);
        frame.here = end;
    }

    /// Reads the statements of a block; what they bind is gone at its end.
    pub(super) fn block(&mut self, block: &Block, tail: Tail) {
        let scope = self.enter();
        self.statements(block, tail);
        self.leave(scope);
    }

    pub(super) fn statements(&mut self, block: &Block, tail: Tail) {
        let frame = self.frame();
        let around = (frame.statement, frame.statement_floor);
        for (index, stmt) in block.stmts.iter().enumerate() {
            let frame = self.frame();
            frame.statement = (!is_conditional(stmt)).then(|| Anchor::before(stmt));
            frame.statement_floor = frame.floor();
            let is_last = index + 1 == block.stmts.len();
            let before = self.frame().here;
            let conditions = self.conditions;
            self.conditions += usize::from(is_conditional(stmt));
            self.statement(stmt, if is_last { tail } else { Tail::Unit });
            self.conditions = conditions;
            // A `return` that may not be there.
            if is_conditional(stmt) {
                self.bypass(before);
            }
        }
        let frame = self.frame();
        (frame.statement, frame.statement_floor) = around;
    }

    /// If what follows cannot be come to, it can from here.
    fn bypass(&mut self, before: Node) {
        let frame = self.frame();
        let here = frame.here;
        let mut edges = frame.graph.blocks.iter().flat_map(|block| &block.edges);
        if before != here && !edges.any(|edge| edge.to == here) {
            frame.graph.link(before, here, Way::Next);
        }
    }

    fn statement(&mut self, stmt: &Stmt, tail: Tail) {
        match stmt {
            Stmt::Local(local) => self.let_(local, stmt),
            Stmt::Item(_) => {}
            Stmt::Expr(expr, None) => self.tail(expr, tail),
            Stmt::Expr(expr, Some(_)) => self.tail(expr, Tail::Dropped),
            Stmt::Macro(mac) => {
                let moves = self.macro_(&mac.mac);
                if mac.semi_token.is_none() && tail == Tail::Taken {
                    self.settle(moves);
                } else if macros::passes_on(&mac.mac) {
                    self.lose_moves(moves, Reason::Statement);
                    let mac = Expr::Macro(ExprMacro { attrs: Vec::new(), mac: mac.mac.clone() });
                    self.lose(&mac, Reason::Statement);
                } else {
                    self.settle(moves);
                }
            }
        }
    }

    /// Reads an expression whose value is the value of a block, or of a statement.
    pub(super) fn tail(&mut self, expr: &Expr, tail: Tail) {
        match (expr, tail) {
            (_, Tail::Taken) => self.consume(expr),
            (Expr::Paren(paren), _) => self.tail(&paren.expr, tail),
            (Expr::Group(group), _) => self.tail(&group.expr, tail),
            (Expr::If(branch), _) => _ = self.if_(branch, tail),
            (Expr::Match(branches), _) => _ = self.match_(branches, tail),
            (Expr::Loop(endless), _) => _ = self.loop_(endless, tail),
            (Expr::Unsafe(block), _) => _ = self.block_expr(&block.block, None, tail),
            (Expr::Block(block), _) => {
                let label = block.label.as_ref().map(|label| label.name.ident.to_string());
                self.block_expr(&block.block, label, tail);
            }
            (_, Tail::Unit) => self.consume(expr),
            (_, Tail::Dropped | Tail::DroppedBranch) => self.dropped(expr, tail),
        }
    }

    /// `expr;`
    fn dropped(&mut self, expr: &Expr, tail: Tail) {
        if let Expr::Field(_) = expr {
            return self.place(expr);
        }
        let moves = self.value(expr);
        match expr {
            Expr::Path(_) => self.lose_moves(moves, Reason::Statement),
            Expr::Async(block) => {
                self.lose_moves(moves, Reason::NeverRun(block.async_token.span));
            }
            Expr::Closure(closure) => {
                self.lose_moves(moves, Reason::NeverRun(closure.inputs_begin.span));
            }
            Expr::Macro(mac) if !macros::passes_on(&mac.mac) => self.settle(moves),
            _ if tail == Tail::DroppedBranch => {
                self.settle(moves);
                self.lose_in_place(expr, Reason::Statement);
            }
            _ => {
                self.settle(moves);
                self.lose(expr, Reason::Statement);
            }
        }
    }

    fn let_(&mut self, local: &Local, stmt: &Stmt) {
        let Some(init) = &local.init else {
            let born = if is_conditional(stmt) { Born::Harmless } else { Born::Later };
            self.bind(&local.pat, Anchor::after(stmt), born);
            return;
        };
        if is_conditional(stmt) {
            self.consume(&init.expr);
            self.bind(&local.pat, Anchor::after(stmt), Born::Harmless);
            return;
        }
        match &init.diverge {
            None => self.let_value(&local.pat, &init.expr, Anchor::after(stmt)),
            Some((_, diverging)) => {
                let source = self.source(&init.expr, Extends::Temporaries);
                let before = self.frame().here;
                self.branch(before, Way::False(init.eq_token.spans[0]));
                self.not_matched(&local.pat, &source);
                self.tail(diverging, Tail::Taken);
                self.stop();
                self.branch(before, Way::Next);
                self.let_source(&local.pat, &init.expr, &source, Anchor::after(stmt));
            }
        }
    }

    /// `let pat = expr;`
    fn let_value(&mut self, pat: &Pat, expr: &Expr, anchor: Anchor) {
        if is_wild(pat) {
            return self.lose_value_of_let(expr, matches!(pat, Pat::Type(_)));
        }
        // `let (a, _) = (x, y);` is two of them, but that `y` is moved.
        if let (Pat::Tuple(pats), Expr::Tuple(values)) = (pat, expr)
            && pats.elems.len() == values.elems.len()
            && !pats.elems.iter().any(|pat| matches!(pat, Pat::Rest(_)))
        {
            return self.let_each(&pats.elems, &values.elems, anchor);
        }
        // `let _kept = x;`: what is moved there nobody uses, so it is `x` that is asked about.
        if self.lonely_name(pat).is_some() && self.variable(expr).is_some() {
            return;
        }
        let source = self.source(expr, Extends::Temporaries);
        self.let_source(pat, expr, &source, anchor);
    }

    /// `let (a, b) = (x, y);`: all values are made before any is bound.
    fn let_each(&mut self, pats: &Elements<Pat>, values: &Elements<Expr>, anchor: Anchor) {
        let mut made = Vec::new();
        let mut owed = Vec::new();
        let pending = self.frame().pending.len();
        for (index, value) in values.iter().enumerate() {
            let moved = self.value(value);
            self.wait_for_all(&moved);
            made.push(moved);
            if values.iter().skip(index + 1).any(may_leave) && !is_variable(value) {
                owed.extend(self.temporary(value));
            }
        }
        self.frame().pending.truncate(pending);
        self.settle(owed);
        for ((pat, value), moved) in pats.iter().zip(values).zip(made) {
            if is_wild(pat) {
                match moved.is_empty() {
                    true => self.lose(value, Reason::Swallowed),
                    false => self.lose_moves(moved, Reason::Swallowed),
                }
                continue;
            }
            self.settle_again(&moved);
            let kind = SourceKind::Value(ask_live(value));
            let source = Source { kind, moved, emptied_by_none: None, looked_at: None };
            self.let_source(pat, value, &source, anchor);
        }
    }

    fn let_source(&mut self, pat: &Pat, init: &Expr, source: &Source, anchor: Anchor) {
        self.matched(pat, source);
        let captured = self.captured_by(init, source);
        if let Some(name) = self.lonely_name(pat)
            && captured.is_empty()
        {
            self.never_used(name, init);
            self.bind(pat, anchor, Born::Harmless);
            return;
        }
        let born = if !captured.is_empty() {
            Born::Capturing(captured, syn::spanned::Spanned::span(init))
        } else if self.is_harmless(init) {
            Born::Harmless
        } else if is_empty_value(init) {
            Born::Empty
        } else {
            Born::Owed
        };
        self.bind(pat, anchor, born);
    }

    /// `let _name = init;`, and nobody uses it: the question is one about `init`.
    fn never_used(&mut self, name: &Ident, init: &Expr) {
        match bare(init) {
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.never_used(name, elem)),
            Expr::Array(array) => array.elems.iter().for_each(|elem| self.never_used(name, elem)),
            _ => {
                let Some(ask) = ask_live(init) else { return };
                let ask =
                    Ask { caret: Caret::at(name.span()), name: Some(name.to_string()), ..ask };
                self.found.push(ask, Reason::End, Some(Why::NeverUsed));
            }
        }
    }

    /// Whether this cannot owe, by what syntax and the names in scope say.
    fn is_harmless(&mut self, init: &Expr) -> bool {
        match bare(init) {
            Expr::Path(_) => match self.variable(init) {
                Some(binding) => !self.frame().bindings[binding.0].is_tracked(),
                None => false,
            },
            Expr::Closure(_) | Expr::Async(_) => true,
            other => value_owes_nothing(other) && !is_empty_value(other),
        }
    }

    /// `let _ = expr;` and `_ = expr;`: a place stays where it is, anything else is dropped.
    pub(super) fn lose_value_of_let(&mut self, expr: &Expr, is_typed: bool) {
        match bare(expr) {
            Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => self.place(expr),
            Expr::Async(block) => {
                let moves = self.value(expr);
                self.lose_moves(moves, Reason::NeverRun(block.async_token.span));
            }
            Expr::Closure(closure) => {
                let moves = self.value(expr);
                self.lose_moves(moves, Reason::NeverRun(closure.inputs_begin.span));
            }
            Expr::Block(_) | Expr::If(_) | Expr::Loop(_) | Expr::Match(_) | Expr::Unsafe(_) => {
                self.tail(expr, Tail::Dropped);
            }
            // The type that is written down decides what the expression is.
            _ if is_typed => {
                self.consume(expr);
                if let Some(ask) = ask_live(expr) {
                    self.found.push(ask, Reason::Underscore, None);
                }
            }
            _ => {
                self.consume(expr);
                self.lose(expr, Reason::Underscore);
            }
        }
    }

    /// The questions about what a closure or an async block has captured: it owes them.
    fn captured_by(&mut self, init: &Expr, source: &Source) -> Vec<Ask> {
        if !matches!(bare(init), Expr::Async(_) | Expr::Closure(_)) {
            return Vec::new();
        }
        let frame = self.frame();
        let captured = source.moved.iter().filter_map(|moved| match moved {
            Move::Whole(binding) => Some(*binding),
            Move::Field(..) => None,
        });
        captured.flat_map(|binding| frame.bindings[binding.0].asks.clone()).collect()
    }

    /// Begins a scope.
    pub(super) fn enter(&mut self) -> Scope {
        let frame = self.frame();
        Scope { names: frame.names.len(), floor: frame.floor() }
    }

    /// Ends a scope: what it bound and is still owed is lost.
    pub(super) fn leave(&mut self, scope: Scope) {
        let frame = self.frame();
        frame.names.truncate(scope.names);
        if scope.floor < frame.floor() {
            frame.op(Op::Leave(Some(scope.floor), Reason::End));
        }
    }
}

/// Whether `#[cfg]` may take the statement away.
fn is_conditional(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Local(local) => are_conditional(&local.attrs),
        Stmt::Macro(mac) => are_conditional(&mac.attrs),
        Stmt::Item(_) => false,
        Stmt::Expr(expr, _) => are_conditional(leading_attributes(expr)),
    }
}

type Elements<T> = Punctuated<T, Token![,]>;

/// The beginning of a scope.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    names: usize,
    pub(super) floor: crate::flow::local::Binding,
}

fn is_wild(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) => true,
        Pat::Type(typed) => is_wild(&typed.pat),
        Pat::Paren(paren) => is_wild(&paren.pat),
        _ => false,
    }
}

//! Branches, loops, and the ways out of them.

use proc_macro2::Span;
use syn::{
    Arm, BinOp, Block, Expr, ExprBreak, ExprContinue, ExprForLoop, ExprIf, ExprLet, ExprLoop,
    ExprMatch, ExprMethodCall, ExprReturn, ExprTry, ExprWhile, Lit, Pat, UnOp,
};

use super::macros::pattern_words;
use super::pattern::{Born, Extends, Source, SourceKind, is_bare_variant, is_none};
use super::{Lowering, Move, Tail, Target, TargetKind, ask_any};
use crate::flow::effect::says_empty;
use crate::flow::ends::{self, start};
use crate::flow::graph::{Node, Op, Reason, Way};
use crate::flow::local::{Ask, Binding, Info};
use crate::flow::place::Anchor;
use crate::flow::types::iterates_references;
use crate::flow::visible::are_conditional;

impl Lowering {
    pub(super) fn if_(&mut self, branch: &ExprIf, tail: Tail) -> Vec<Move> {
        let scope = self.enter();
        let mut falses = Vec::new();
        self.condition(&branch.cond, Anchor::head(&branch.then_branch), &mut falses);
        let tail = tail.of_branch();
        self.block(&branch.then_branch, tail);
        self.leave(scope);
        let frame = self.frame();
        let end = frame.graph.add();
        let last = frame.here;
        frame.graph.link(last, end, Way::Next);
        self.join(falses);
        if let Some((_, otherwise)) = &branch.else_branch {
            self.tail(otherwise, tail);
        }
        let frame = self.frame();
        let last = frame.here;
        frame.graph.link(last, end, Way::Next);
        frame.here = end;
        Vec::new()
    }

    /// Goes on where these come together.
    fn join(&mut self, nodes: Vec<Node>) {
        let frame = self.frame();
        frame.here = frame.graph.add();
        for node in nodes {
            let here = frame.here;
            frame.graph.link(node, here, Way::Next);
        }
    }

    /// Reads a condition. What follows is the way on which it is true; the others are collected.
    fn condition(&mut self, condition: &Expr, anchor: Anchor, falses: &mut Vec<Node>) {
        match condition {
            Expr::Paren(paren) => self.condition(&paren.expr, anchor, falses),
            Expr::Group(group) => self.condition(&group.expr, anchor, falses),
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
                let floor = self.frame().floor();
                self.condition(&binary.left, anchor, falses);
                let mut later = Vec::new();
                self.condition(&binary.right, anchor, &mut later);
                self.leave_chain(floor, start(&binary.right), &later);
                falses.extend(later);
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::Or(_)) => {
                let mut first = Vec::new();
                self.condition(&binary.left, anchor, &mut first);
                let left = self.frame().here;
                self.join(first);
                self.condition(&binary.right, anchor, falses);
                let right = self.frame().here;
                self.join(vec![left, right]);
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                let mut inner = Vec::new();
                self.condition(&unary.expr, anchor, &mut inner);
                falses.push(self.frame().here);
                self.join(inner);
            }
            Expr::Let(binding) => self.let_condition(binding, anchor, falses),
            Expr::MethodCall(call) => self.test(condition, call, falses),
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(known) if known.value => {}
                _ => {
                    falses.push(self.frame().here);
                    self.stop();
                }
            },
            other => {
                self.plain(other);
                self.split(start(other), falses);
            }
        }
    }

    /// What an earlier part of a chain has bound is lost where a later part is false.
    fn leave_chain(&mut self, floor: Binding, span: Span, falses: &[Node]) {
        let frame = self.frame();
        if floor < frame.floor() {
            for node in falses {
                frame.graph.push(*node, Op::Leave(Some(floor), Reason::Condition(span)));
            }
        }
    }

    fn split(&mut self, span: Span, falses: &mut Vec<Node>) {
        let before = self.frame().here;
        self.branch(before, Way::False(span));
        falses.push(self.frame().here);
        self.branch(before, Way::True(span));
    }

    /// `x.is_empty()` and its kin say something of `x`.
    fn test(&mut self, condition: &Expr, call: &ExprMethodCall, falses: &mut Vec<Node>) {
        let says = says_empty(&call.method.to_string());
        let variable = self.variable(&call.receiver);
        self.consume(condition);
        let before = self.frame().here;
        self.branch(before, Way::False(start(condition)));
        if let (Some(false), Some(binding)) = (says, variable) {
            self.op(Op::Empty(binding));
        }
        falses.push(self.frame().here);
        self.branch(before, Way::True(start(condition)));
        if let (Some(true), Some(binding)) = (says, variable) {
            self.op(Op::Empty(binding));
        }
    }

    fn let_condition(&mut self, binding: &ExprLet, anchor: Anchor, falses: &mut Vec<Node>) {
        let source = self.source(&binding.expr, Extends::Nothing);
        let before = self.frame().here;
        let span = binding.let_token.span;
        self.branch(before, Way::False(span));
        self.not_matched(&binding.pat, &source);
        falses.push(self.frame().here);
        self.branch(before, Way::True(span));
        self.matched(&binding.pat, &source);
        let born = self.born_of(&binding.expr);
        self.bind(&binding.pat, anchor, born);
    }

    /// A condition that is not one of an `if` or a `while`: `a && b`.
    pub(super) fn value_of_condition(&mut self, condition: &Expr) -> Vec<Move> {
        let mut ends = Vec::new();
        let Some(anchor) = self.frame().statement else { return Vec::new() };
        self.condition(condition, anchor, &mut ends);
        ends.push(self.frame().here);
        self.join(ends);
        Vec::new()
    }

    pub(super) fn match_(&mut self, branches: &ExprMatch, tail: Tail) -> Vec<Move> {
        let source = self.source(&branches.expr, Extends::Nothing);
        let born = self.born_of(&branches.expr);
        let frame = self.frame();
        let end = frame.graph.add();
        // Where the next arm is tried: behind guards that were false.
        let mut trying = frame.here;
        let mut earlier: Vec<&Pat> = Vec::new();
        for arm in &branches.arms {
            trying = self.arm(arm, trying, &source, &born, &earlier, tail);
            let frame = self.frame();
            let last = frame.here;
            frame.graph.link(last, end, Way::Next);
            if !matches!(arm.pat, Pat::Guard(_)) && !are_conditional(&arm.attrs) {
                earlier.push(&arm.pat);
            }
        }
        self.frame().here = end;
        Vec::new()
    }

    /// Reads one arm, up to the end of its body. Gives where the next one is tried.
    fn arm(
        &mut self,
        arm: &Arm,
        trying: Node,
        source: &Source,
        born: &Born,
        earlier: &[&Pat],
        tail: Tail,
    ) -> Node {
        let scope = self.enter();
        let mut next = trying;
        self.branch(trying, Way::Arm(arm.fat_arrow_token.spans[0]));
        if let Pat::Guard(guarded) = &arm.pat {
            let mut falses = Vec::new();
            // Nobody outside of the arm can name what its pattern binds.
            let names = self.frame().names.len();
            self.hide_names(&pattern_words(&guarded.pat));
            self.condition(&guarded.guard, Anchor::arm(arm), &mut falses);
            self.frame().names.truncate(names);
            let here = self.frame().here;
            self.join(falses);
            let frame = self.frame();
            next = frame.here;
            frame.graph.link(trying, next, Way::Next);
            frame.here = here;
        }
        let pat = match &arm.pat {
            Pat::Guard(guarded) => &*guarded.pat,
            other => other,
        };
        let is_rest = matches!(pat, Pat::Wild(_)) || matches!(pat, Pat::Ident(_) if !is_none(pat));
        let born = if are_conditional(&arm.attrs) {
            // Nobody may speak of a pattern that may not be there.
            if let SourceKind::Variable(binding) = &source.kind {
                self.op(Op::Empty(*binding));
            }
            born.clone()
        } else if is_rest && !is_bare_variant(pat) {
            match (self.left_over(earlier, pat, source), born) {
                (Born::Harmless, _) | (_, Born::Harmless) => Born::Harmless,
                (left, _) => left,
            }
        } else {
            self.matched(pat, source);
            if is_bare_variant(pat)
                && let SourceKind::Variable(binding) = &source.kind
            {
                self.op(Op::Empty(*binding));
            }
            born.clone()
        };
        self.bind(pat, Anchor::arm(arm), born);
        self.arm_body(arm, tail);
        self.leave(scope);
        next
    }

    fn arm_body(&mut self, arm: &Arm, tail: Tail) {
        let frame = self.frame();
        let around = (frame.statement, frame.statement_floor);
        if !matches!(*arm.body, Expr::Block(_)) {
            frame.statement = Some(Anchor::arm(arm));
            frame.statement_floor = frame.floor();
        }
        let conditions = self.conditions;
        self.conditions += usize::from(are_conditional(&arm.attrs));
        self.tail(&arm.body, tail.of_branch());
        self.conditions = conditions;
        let frame = self.frame();
        (frame.statement, frame.statement_floor) = around;
    }

    /// The parts of a loop that every kind of it has.
    fn loop_body(
        &mut self,
        label: Option<String>,
        head: Node,
        end: Node,
        end_floor: Binding,
        tail: Tail,
        read: impl FnOnce(&mut Lowering),
    ) {
        let frame = self.frame();
        let next_floor = frame.floor();
        let kind = TargetKind::Loop;
        frame.targets.push(Target { label, kind, end, next: head, end_floor, next_floor, tail });
        let scope = self.enter();
        read(self);
        self.leave(scope);
        let frame = self.frame();
        frame.targets.pop();
        let last = frame.here;
        frame.graph.link(last, head, Way::Next);
        frame.here = end;
    }

    /// Begins a node that is come back to.
    fn loop_head(&mut self) -> (Node, Node) {
        let before = self.frame().here;
        self.branch(before, Way::Next);
        let frame = self.frame();
        let head = frame.here;
        (head, frame.graph.add())
    }

    pub(super) fn loop_(&mut self, endless: &ExprLoop, tail: Tail) -> Vec<Move> {
        let label = endless.label.as_ref().map(|label| label.name.ident.to_string());
        let (head, end) = self.loop_head();
        let floor = self.frame().floor();
        self.loop_body(label, head, end, floor, tail, |this| {
            this.block(&endless.body, Tail::Unit);
        });
        Vec::new()
    }

    pub(super) fn while_(&mut self, again: &ExprWhile) -> Vec<Move> {
        let label = again.label.as_ref().map(|label| label.name.ident.to_string());
        let (head, end) = self.loop_head();
        let floor = self.frame().floor();
        self.loop_body(label, head, end, floor, Tail::Unit, |this| {
            let mut falses = Vec::new();
            this.condition(&again.cond, Anchor::head(&again.body), &mut falses);
            let frame = this.frame();
            for node in falses {
                frame.graph.link(node, end, Way::Skip(again.while_token.span));
            }
            this.block(&again.body, Tail::Unit);
        });
        Vec::new()
    }

    pub(super) fn for_loop(&mut self, each: &ExprForLoop) -> Vec<Move> {
        let label = each.label.as_ref().map(|label| label.name.ident.to_string());
        let outside = self.frame().floor();
        let by_reference = iterates_references(&each.expr);
        let drops_each = matches!(*each.pat, Pat::Wild(_)) || self.lonely_name(&each.pat).is_some();
        let ask = if by_reference { None } else { self.iterated(&each.expr) };
        self.consume(&each.expr);
        let rest = ask.map(|ask| self.rest_of_loop(ask));
        let (head, end) = self.loop_head();
        // The end by itself: nothing is left of the iterator.
        self.branch(head, Way::Skip(each.for_token.span));
        if let Some(rest) = rest {
            self.op(match drops_each {
                true => Op::Drop(rest, Reason::Swallowed),
                false => Op::Settle(rest),
            });
        }
        let frame = self.frame();
        let exhausted = frame.here;
        frame.graph.link(exhausted, end, Way::Next);
        self.branch(head, Way::True(each.for_token.span));
        self.loop_body(label, head, end, outside, Tail::Unit, |this| {
            let is_harmless = by_reference || drops_each;
            let born = if is_harmless { Born::Harmless } else { Born::Owed };
            if !by_reference {
                this.name_parts(&each.pat, Anchor::head(&each.body));
            }
            this.bind(&each.pat, Anchor::head(&each.body), born);
            this.block(&each.body, Tail::Unit);
        });
        Vec::new()
    }

    /// The question about what a loop goes over.
    fn iterated(&mut self, expr: &Expr) -> Option<Ask> {
        let caret = ends::caret(expr);
        match self.variable(expr) {
            Some(binding) => {
                let known = self.frame().bindings[binding.0].asks.first()?.clone();
                Some(Ask { caret, ..known })
            }
            None => ask_any(expr),
        }
    }

    /// What a loop has not come to yet.
    fn rest_of_loop(&mut self, ask: Ask) -> Binding {
        let frame = self.frame();
        let rest = frame.bind(Info { asks: vec![ask], is_rest_of_loop: true, ..Info::default() });
        frame.op(Op::Birth(rest));
        rest
    }

    fn target(&mut self, label: Option<&syn::Lifetime>, needs_loop: bool) -> Option<usize> {
        let label = label.map(|label| label.ident.to_string());
        self.frame().targets.iter().rposition(|target| match &label {
            Some(_) => target.label == label,
            None => target.kind == TargetKind::Loop && needs_loop,
        })
    }

    pub(super) fn break_(&mut self, jump: &ExprBreak) -> Vec<Move> {
        let index = self.target(jump.label.as_ref(), true);
        if let Some(value) = &jump.expr {
            let tail = index.map_or(Tail::Taken, |index| self.frame().targets[index].tail);
            let tail = tail.of_branch();
            self.tail(value, tail);
        }
        let reason = Reason::Break(jump.break_token.span);
        if let Some(index) = index {
            let target = &self.frame().targets[index];
            let (to, floor) = (target.end, target.end_floor);
            self.jump(to, floor, reason);
        }
        self.stop();
        Vec::new()
    }

    pub(super) fn continue_(&mut self, jump: &ExprContinue) -> Vec<Move> {
        let reason = Reason::Continue(jump.continue_token.span);
        if let Some(index) = self.target(jump.label.as_ref(), true) {
            let target = &self.frame().targets[index];
            let (to, floor) = (target.next, target.next_floor);
            self.jump(to, floor, reason);
        }
        self.stop();
        Vec::new()
    }

    fn jump(&mut self, to: Node, floor: Binding, reason: Reason) {
        self.op(Op::Leave(Some(floor), reason));
        let frame = self.frame();
        let here = frame.here;
        frame.graph.link(here, to, Way::Next);
    }

    pub(super) fn return_(&mut self, back: &ExprReturn) -> Vec<Move> {
        back.expr.iter().for_each(|value| self.consume(value));
        self.op(Op::Leave(None, Reason::Return(back.return_token.span)));
        self.stop();
        Vec::new()
    }

    /// `expr?`
    pub(super) fn question(&mut self, question: &ExprTry) -> Vec<Move> {
        let emptied = self.emptied_by_none(&question.expr);
        self.consume(&question.expr);
        let reason = Reason::Question(question.question_token.span);
        let frame = self.frame();
        let inner = frame.targets.iter().rposition(|target| target.kind == TargetKind::Try);
        match inner {
            Some(index) => {
                let target = &frame.targets[index];
                let (to, floor) = (target.end, target.end_floor);
                let before = frame.here;
                self.branch(before, Way::Next);
                self.jump(to, floor, reason);
                self.branch(before, Way::Next);
            }
            None => self.exit(reason, emptied),
        }
        Vec::new()
    }

    /// Reads the body of a function or a closure.
    pub(super) fn body(&mut self, block: &Block) {
        self.statements(block, Tail::Taken);
        self.op(Op::Leave(None, Reason::End));
    }
}

//! From syntax to the graph: in which order a body evaluates its parts, and where it may branch or
//! leave. What a known name does to its operands is in `effect`.

mod ask;
mod block;
mod call;
mod closure;
mod control;
mod frame;
mod hole;
mod macros;
mod parameter;
mod pattern;

pub(super) use frame::Frame;

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    BinOp, Expr, ExprAssign, ExprBinary, ExprReference, ExprStruct, FieldValue, Member, UnOp,
};

use self::ask::{ask_any, ask_items, ask_live, is_variable, plain_copy};
use self::frame::{Tail, Target, TargetKind};
use super::effect::{bare, is_empty_value};
use super::ends;
use super::graph::{Node, Op, Reason, Way};
use super::local::{Ask, Binding, Info};
use super::report;
use super::types::{may_give_owned, value_owes_nothing};
use super::visible::{self, are_conditional, copyable};
use crate::question::Subject;

/// A variable, or a field of one, that the value of an expression is moved out of. It owes until
/// whoever takes the value really has it: an argument, until the call.
pub(super) enum Move {
    Whole(Binding),
    Field(Binding, Member),
}

/// Reads one function, and the bodies inside it.
pub(super) struct Lowering {
    /// From the outside to the inside.
    pub(super) frames: Vec<Frame>,
    pub(super) found: report::Found,
    /// Names that begin with `_` and are written once: nobody uses these variables, and no question
    /// should, since some lints forbid it.
    pub(super) lonely: HashSet<String>,
    /// How many statements around this one may not be there: what they mention may not be, either.
    pub(super) conditions: usize,
}

impl Lowering {
    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a body is being read")
    }

    pub(super) fn op(&mut self, op: Op) {
        self.frame().op(op);
    }

    /// Goes on in a new node, which is linked to the present one.
    pub(super) fn branch(&mut self, from: Node, way: Way) {
        let frame = self.frame();
        let to = frame.graph.add();
        frame.graph.link(from, to, way);
        frame.here = to;
    }

    /// What follows here is never come to.
    pub(super) fn stop(&mut self) {
        let frame = self.frame();
        frame.here = frame.graph.add();
    }

    /// A way out of the body that may be taken here. It is taken only if `emptied` is empty.
    pub(super) fn exit(&mut self, reason: Reason, emptied: Option<Binding>) {
        let before = self.frame().here;
        self.branch(before, Way::Next);
        emptied.into_iter().for_each(|binding| self.op(Op::Empty(binding)));
        self.op(Op::Leave(None, reason));
        self.branch(before, Way::Next);
    }

    pub(super) fn settle(&mut self, moves: Vec<Move>) {
        let is_sure = self.conditions == 0;
        for moved in moves {
            let frame = self.frame();
            match moved {
                Move::Field(binding, member) if is_sure => {
                    frame.done(binding).consumed = true;
                    let debt = frame.field_debt(binding, &member);
                    frame.op(Op::SettleField(debt));
                }
                Move::Whole(binding) | Move::Field(binding, _) => {
                    frame.done(binding).consumed = true;
                    frame.op(Op::Settle(binding));
                }
            }
        }
    }

    /// Reads an expression whose value is taken at once.
    pub(super) fn consume(&mut self, expr: &Expr) {
        let moves = self.value(expr);
        self.settle(moves);
    }

    /// The tracked variable that an expression names.
    pub(super) fn variable(&mut self, expr: &Expr) -> Option<Binding> {
        let Expr::Path(path) = bare(expr) else { return None };
        if path.qself.is_some() {
            return None;
        }
        self.lookup(&path.path.get_ident()?.to_string())
    }

    /// Reads an expression whose value is moved.
    pub(super) fn value(&mut self, expr: &Expr) -> Vec<Move> {
        match expr {
            Expr::Array(array) => self.operands(array.elems.iter()),
            Expr::Assign(assign) => self.assign(assign),
            Expr::Async(block) => self.async_block(block),
            Expr::Await(awaited) => self.awaited(&awaited.base),
            Expr::Binary(ExprBinary { op: BinOp::And(_) | BinOp::Or(_), .. }) => {
                self.value_of_condition(expr)
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::Block(block) => {
                let label = block.label.as_ref().map(|label| label.name.ident.to_string());
                self.block_expr(&block.block, label, Tail::Taken)
            }
            Expr::Break(jump) => self.break_(jump),
            Expr::Call(call) => self.call(call),
            Expr::Cast(cast) => self.value(&cast.expr),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Const(_) | Expr::Infer(_) | Expr::Lit(_) => Vec::new(),
            Expr::Continue(jump) => self.continue_(jump),
            Expr::Field(_) | Expr::Path(_) => self.moved(expr),
            Expr::ForLoop(each) => self.for_loop(each),
            Expr::Group(group) => self.value(&group.expr),
            Expr::If(branch) => self.if_(branch, Tail::Taken),
            Expr::Index(index) => {
                self.place(&index.expr);
                self.consume(&index.index);
                Vec::new()
            }
            Expr::Let(_) => self.value_of_condition(expr),
            Expr::Loop(endless) => self.loop_(endless, Tail::Taken),
            Expr::Macro(mac) => self.macro_(&mac.mac),
            Expr::Match(branches) => self.match_(branches, Tail::Taken),
            Expr::MethodCall(call) => self.method(call),
            Expr::Paren(paren) => self.value(&paren.expr),
            Expr::Range(range) => {
                let ends = [&range.start, &range.end];
                ends.into_iter().flatten().for_each(|end| self.consume(end));
                Vec::new()
            }
            Expr::RawAddr(raw) => {
                self.place(&raw.expr);
                Vec::new()
            }
            Expr::Reference(reference) => self.reference(reference),
            Expr::Repeat(repeat) => self.value(&repeat.expr),
            Expr::Return(back) => self.return_(back),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Try(question) => self.question(question),
            Expr::TryBlock(block) => self.try_block(&block.block),
            Expr::Tuple(tuple) => self.operands(tuple.elems.iter()),
            // Only out of a box can `*` move.
            Expr::Unary(unary) => self.value(&unary.expr),
            Expr::Unsafe(block) => self.block_expr(&block.block, None, Tail::Taken),
            Expr::While(again) => self.while_(again),
            Expr::Yield(given) => {
                given.expr.iter().for_each(|expr| self.consume(expr));
                Vec::new()
            }
            // Newer syntax: what it mentions may be used in any way.
            other => self.opaque(&other.to_token_stream()),
        }
    }

    fn struct_literal(&mut self, literal: &ExprStruct) -> Vec<Move> {
        let is_sure = |field: &&FieldValue| !are_conditional(&field.attrs);
        let fields = literal.fields.iter().filter(is_sure).map(|field| &field.expr);
        let mut moves = self.operands(fields);
        for field in literal.fields.iter().filter(|field| !is_sure(field)) {
            self.opaque(&field.expr.to_token_stream());
        }
        if let Some(rest) = &literal.rest {
            moves.extend(self.value(rest));
        }
        moves
    }

    /// Reads an expression that is looked at in its place.
    pub(super) fn place(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(_) => {
                self.variable(expr);
            }
            Expr::Field(field) => self.place(&field.base),
            Expr::Index(index) => {
                self.place(&index.expr);
                self.consume(&index.index);
            }
            Expr::Paren(paren) => self.place(&paren.expr),
            Expr::Group(group) => self.place(&group.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.place(&unary.expr),
            other => self.consume(other),
        }
    }

    /// `x`, `x.field`, `x.field.field`.
    fn moved(&mut self, expr: &Expr) -> Vec<Move> {
        match expr {
            Expr::Field(field) => {
                let mut first = field;
                while let Expr::Field(inner) = bare(&first.base) {
                    first = inner;
                }
                match self.variable(&first.base) {
                    Some(binding) => vec![Move::Field(binding, first.member.clone())],
                    None => {
                        self.place(&first.base);
                        Vec::new()
                    }
                }
            }
            _ => self.variable(expr).map(Move::Whole).into_iter().collect(),
        }
    }

    /// Values that are made one after the other and then taken together: an earlier one is lost if
    /// a later one leaves the body.
    pub(super) fn operands<'e>(
        &mut self,
        operands: impl Iterator<Item = &'e Expr> + Clone,
    ) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut rest = operands.clone();
        let pending = self.frame().pending.len();
        for operand in operands {
            rest.next();
            let moved = self.value(operand);
            self.wait_for_all(&moved);
            moves.extend(moved);
            let is_kept = rest.clone().any(visible::may_leave);
            if is_kept && !is_variable(operand) {
                moves.extend(self.temporary(operand));
            }
        }
        self.frame().pending.truncate(pending);
        moves
    }

    /// These are moved by now, but owed until all operands are there.
    pub(super) fn wait_for_all(&mut self, moves: &[Move]) {
        let whole = moves.iter().filter_map(|moved| match moved {
            Move::Whole(binding) => Some(*binding),
            Move::Field(..) => None,
        });
        self.frame().pending.extend(whole);
    }

    /// A value without a name, which is owed until it is taken.
    pub(super) fn temporary(&mut self, expr: &Expr) -> Option<Move> {
        let ask = ask_live(expr)?;
        let frame = self.frame();
        let binding = frame.bind(Info { asks: vec![ask], ..Info::default() });
        frame.op(Op::Birth(binding));
        Some(Move::Whole(binding))
    }

    /// A question about an expression whose value nobody takes, by a copy of it that is never run:
    /// nothing around it can decide its type.
    pub(super) fn ask_copy(&mut self, expr: &Expr) -> Option<Ask> {
        let has_attributes = !visible::leading_attributes(expr).is_empty();
        if value_owes_nothing(expr) || has_attributes || !copyable(expr) {
            return None;
        }
        let frame = self.frame();
        let anchor = frame.statement?;
        let names = &frame.names;
        let floor = frame.statement_floor;
        let tokens = expr.to_token_stream();
        let is_new = |name: &str| {
            names.iter().rev().find(|(known, _)| known == name).is_some_and(|(_, b)| *b >= floor)
        };
        if visible::mentions(tokens.clone(), &is_new) {
            return None;
        }
        let caret = ends::caret(expr);
        let subject = Subject::Copy(plain_copy(expr, tokens));
        Some(Ask { anchor, subject, caret, name: None })
    }

    /// Nobody takes the value of this expression.
    pub(super) fn lose(&mut self, expr: &Expr, reason: Reason) {
        if value_owes_nothing(expr) {
            return;
        }
        if let Some(ask) = self.ask_copy(expr).or_else(|| ask_any(expr)) {
            self.found.push(ask, reason, None);
        }
    }

    /// The same of an expression whose type something around it may decide.
    pub(super) fn lose_in_place(&mut self, expr: &Expr, reason: Reason) {
        if let Some(ask) = ask_any(expr) {
            self.found.push(ask, reason, None);
        }
    }

    /// What an iterator gives, and nobody takes.
    pub(super) fn lose_items(&mut self, iterator: &Expr, reason: Reason) {
        if may_give_owned(iterator)
            && let Some(ask) = ask_items(iterator)
        {
            self.found.push(ask, reason, None);
        }
    }

    /// Variables whose value nobody takes.
    pub(super) fn lose_moves(&mut self, moves: Vec<Move>, reason: Reason) {
        for moved in moves {
            match moved {
                Move::Whole(binding) => {
                    self.frame().done(binding).consumed = true;
                    self.op(Op::Drop(binding, reason));
                }
                field @ Move::Field(..) => self.settle(vec![field]),
            }
        }
    }

    /// Reads an operand that is no future, since it can be compared or calculated with.
    pub(super) fn plain(&mut self, operand: &Expr) {
        match self.variable(operand) {
            Some(binding) => self.mark_plain(binding),
            None => self.place(operand),
        }
    }

    fn awaited(&mut self, base: &Expr) -> Vec<Move> {
        // `(&mut x).await` uses up what it borrows.
        if let Expr::Reference(reference) = bare(base) {
            self.consume(&reference.expr);
        } else {
            self.consume(base);
        }
        Vec::new()
    }

    fn reference(&mut self, reference: &ExprReference) -> Vec<Move> {
        match self.variable(&reference.expr) {
            Some(binding) if reference.mutability.is_some() => self.lend(binding),
            _ => self.place(&reference.expr),
        }
        Vec::new()
    }

    pub(super) fn lend(&mut self, binding: Binding) {
        self.frame().done(binding).emptied = true;
        self.op(Op::Lend(binding));
    }

    pub(super) fn fill(&mut self, binding: Binding) {
        self.frame().done(binding).filled = true;
        self.op(Op::Put(binding));
    }

    fn binary(&mut self, binary: &ExprBinary) -> Vec<Move> {
        match binary.op {
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => {
                self.plain(&binary.left);
                self.plain(&binary.right);
            }
            BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_)
            | BinOp::BitOr(_) => {
                let moves = self.operands([&*binary.left, &*binary.right].into_iter());
                self.settle(moves);
                let operands = [&binary.left, &binary.right].map(|side| self.variable(side));
                operands.into_iter().flatten().for_each(|binding| self.mark_plain(binding));
            }
            // `+=` and its kin.
            _ => {
                self.consume(&binary.right);
                self.place(&binary.left);
            }
        }
        Vec::new()
    }

    fn assign(&mut self, assign: &ExprAssign) -> Vec<Move> {
        if let Expr::Infer(_) = bare(&assign.left) {
            self.lose_value_of_let(&assign.right, false);
            return Vec::new();
        }
        if let (Expr::Tuple(left), Expr::Tuple(right)) = (bare(&assign.left), bare(&assign.right))
            && left.elems.len() == right.elems.len()
        {
            for (left, right) in left.elems.iter().zip(&right.elems) {
                match left {
                    Expr::Infer(_) => self.lose_argument(right, Reason::Underscore),
                    _ => self.consume(right),
                }
            }
        } else {
            self.consume(&assign.right);
        }
        let is_empty = is_empty_value(&assign.right) || value_owes_nothing(&assign.right);
        self.assign_to(&assign.left, is_empty, ends::start(&assign.left));
        Vec::new()
    }

    fn assign_to(&mut self, left: &Expr, is_empty: bool, span: Span) {
        match bare(left) {
            Expr::Infer(_) => {}
            Expr::Tuple(tuple) => {
                tuple.elems.iter().for_each(|left| self.assign_to(left, false, span));
            }
            Expr::Array(array) => {
                array.elems.iter().for_each(|left| self.assign_to(left, false, span));
            }
            Expr::Call(call) => call.args.iter().for_each(|left| self.assign_to(left, false, span)),
            Expr::Struct(literal) => {
                literal.fields.iter().for_each(|field| self.assign_to(&field.expr, false, span));
            }
            Expr::Path(_) => {
                let Some(binding) = self.variable(left) else { return };
                if !self.frame().pending.contains(&binding) {
                    self.op(Op::Drop(binding, Reason::Overwritten(span)));
                }
                self.frame().done(binding).filled = true;
                self.op(if is_empty { Op::BirthEmpty(binding) } else { Op::Birth(binding) });
            }
            Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => {
                self.place(left);
                if !is_empty && let Some(binding) = self.root(left) {
                    self.fill(binding);
                }
            }
            other => self.place(other),
        }
    }

    /// The variable that a place is a part of.
    fn root(&mut self, place: &Expr) -> Option<Binding> {
        match bare(place) {
            Expr::Field(field) => self.root(&field.base),
            Expr::Index(index) => self.root(&index.expr),
            Expr::Unary(unary) => self.root(&unary.expr),
            other => self.variable(other),
        }
    }
}

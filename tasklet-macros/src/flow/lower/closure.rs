//! Closures and async blocks: bodies of their own, which owe what they capture by value.

use syn::{Expr, ExprAsync, ExprClosure, Ident, Pat};

use super::pattern::Born;
use super::{Frame, Lowering, Move};
use crate::flow::graph::{Graph, Op, Reason};
use crate::flow::local::{Ask, Binding, Caret, Info};
use crate::flow::place::Anchor;
use crate::flow::report;
use crate::flow::types::type_owes_nothing;
use crate::hygiene::at;
use crate::question::Subject;

impl Lowering {
    /// The binding that a name means here. One of a body further out is captured, by this body and
    /// by those in between.
    pub(super) fn lookup(&mut self, name: &str) -> Option<Binding> {
        let depth = self.frames.len();
        let (level, mut binding) = (0..depth).rev().find_map(|level| {
            let mut names = self.frames[level].names.iter().rev();
            names.find(|(known, _)| known == name).map(|(_, binding)| (level, *binding))
        })?;
        self.frames[level].bindings[binding.0].uses += 1;
        for level in level + 1..depth {
            let outer = &self.frames[level - 1].bindings[binding.0];
            let asks = outer.asks.clone();
            let frame = &mut self.frames[level];
            let known = frame.captured.iter().find(|(outer, _)| *outer == binding);
            binding = match known {
                Some((_, inner)) => *inner,
                None => {
                    let info = Info { asks, is_captured: true, ..Info::default() };
                    let inner = frame.bind(info);
                    frame.graph.push(Graph::ENTRY, Op::Birth(inner));
                    frame.captured.push((binding, inner));
                    inner
                }
            };
        }
        Some(binding)
    }

    /// It is used as no future can be. That holds of what it stands for, too.
    pub(super) fn mark_plain(&mut self, binding: Binding) {
        let mut binding = binding;
        for frame in self.frames.iter_mut().rev() {
            frame.bindings[binding.0].is_plain = true;
            match frame.captured.iter().find(|(_, inner)| *inner == binding) {
                Some((outer, _)) => binding = *outer,
                None => return,
            }
        }
    }

    pub(super) fn async_block(&mut self, block: &ExprAsync) -> Vec<Move> {
        self.inner(block.capture.is_some(), |this| this.body(&block.block))
    }

    pub(super) fn closure(&mut self, closure: &ExprClosure) -> Vec<Move> {
        let anchor = Anchor::closure(closure);
        self.inner(closure.capture.is_some(), |this| {
            for (index, pat) in closure.inputs.iter().enumerate() {
                this.parameter_of_closure(index, pat, anchor);
            }
            if let Expr::Block(body) = &*closure.body
                && body.label.is_none()
            {
                this.body(&body.block);
            } else {
                let frame = this.frame();
                frame.statement = Some(anchor);
                frame.statement_floor = frame.floor();
                this.consume(&closure.body);
                this.op(Op::Leave(None, Reason::End));
            }
        })
    }

    /// One that nobody uses gets a name of ours, by which it can be asked about.
    fn parameter_of_closure(&mut self, index: usize, pat: &Pat, anchor: Anchor) {
        let (inner, ty) = match pat {
            Pat::Type(typed) => (&*typed.pat, Some(&typed.ty)),
            other => (other, None),
        };
        let place = match inner {
            Pat::Wild(wild) => Some(wild.underscore_token.span),
            other => self.lonely_name(other).map(Ident::span),
        };
        let Some(place) = place else {
            self.name_parts(inner, anchor);
            return self.bind(pat, anchor, Born::Owed);
        };
        if ty.is_some_and(|ty| type_owes_nothing(ty)) {
            return;
        }
        let name = Ident::new(&format!("_arg{index}"), at(place));
        self.found.rename(inner, name.clone());
        let ask =
            Ask { anchor, subject: Subject::Binding(name), caret: Caret::at(place), name: None };
        self.found.push(ask, Reason::Swallowed, None);
    }

    /// Reads an inner body. Gives what it has captured by value.
    fn inner(&mut self, is_move: bool, read: impl FnOnce(&mut Lowering)) -> Vec<Move> {
        self.frames.push(Frame::new());
        read(self);
        let Some(frame) = self.frames.pop() else { return Vec::new() };
        let by_value = |inner: Binding| is_move || frame.bindings[inner.0].done.consumed;
        let is_owed = |binding: Binding| {
            let captured = frame.captured.iter().find(|(_, inner)| *inner == binding);
            captured.is_none_or(|(_, inner)| by_value(*inner))
        };
        report::frame(&frame, is_owed, &mut self.found);
        let mut moves = Vec::new();
        for (outer, inner) in &frame.captured {
            let done = frame.bindings[inner.0].done;
            if by_value(*inner) {
                moves.push(Move::Whole(*outer));
            } else if done.cloned {
                self.frame().done(*outer).cloned = true;
                self.op(Op::Empty(*outer));
            } else if done.emptied {
                self.lend(*outer);
            } else if done.filled {
                self.fill(*outer);
            }
        }
        moves
    }
}

//! Calls of functions and methods: an argument is taken when the call happens.

use syn::{Expr, ExprCall, ExprMethodCall, ExprUnary, Member, UnOp};

use super::{Lowering, Move};
use crate::flow::effect::{
    OnReceiver, bare, discards, discards_items, diverges, loses, makes_pollable, on_receiver,
    only_looks, only_waits,
};
use crate::flow::graph::{Op, Reason};
use crate::flow::local::Binding;

impl Lowering {
    pub(super) fn call(&mut self, call: &ExprCall) -> Vec<Move> {
        let path = match bare(&call.func) {
            Expr::Path(path) => Some(&path.path),
            _ => None,
        };
        if let Some(name) = path.and_then(discards) {
            let span = path.map_or_else(proc_macro2::Span::call_site, syn::spanned::Spanned::span);
            call.args.iter().for_each(|arg| self.lose_argument(arg, Reason::Discarded(name, span)));
            return Vec::new();
        }
        if let Some(name) = path.and_then(|path| loses(path, call.args.len())) {
            let span = path.map_or_else(proc_macro2::Span::call_site, syn::spanned::Spanned::span);
            call.args.iter().for_each(|arg| self.lose_argument(arg, Reason::Loser(name, span)));
            return Vec::new();
        }
        if path.is_some_and(only_waits) {
            for arg in &call.args {
                match bare(arg) {
                    Expr::Reference(reference) => self.place(&reference.expr),
                    _ => self.consume(arg),
                }
            }
            return Vec::new();
        }
        // Of `mem::take(&mut x)`, the value is what `x` owed.
        let mut moves = self.value(&call.func);
        moves.extend(self.operands(call.args.iter()));
        self.settle(moves);
        if path.is_some_and(diverges) {
            self.stop();
        }
        Vec::new()
    }

    /// An argument that its callee drops.
    pub(super) fn lose_argument(&mut self, arg: &Expr, reason: Reason) {
        if let Expr::MethodCall(call) = bare(arg)
            && makes_pollable(&call.method.to_string())
        {
            return self.lose_argument(&call.receiver, reason);
        }
        let moves = self.value(arg);
        if moves.is_empty() {
            self.lose_in_place(arg, reason);
        } else {
            self.lose_moves(moves, reason);
        }
    }

    pub(super) fn method(&mut self, call: &ExprMethodCall) -> Vec<Move> {
        let method = call.method.to_string();
        if let Some(binding) = self.variable(boxed(&call.receiver)) {
            self.method_of_variable(call, binding, &method);
        } else if let Expr::Field(_) = bare(&call.receiver) {
            self.method_of_field(call, &method);
        } else {
            let mut moves = self.value(&call.receiver);
            if call.args.iter().any(super::visible::may_leave) {
                moves.extend(self.temporary(&call.receiver));
            }
            moves.extend(self.operands(call.args.iter()));
            self.settle(moves);
            if only_looks(&method) && is_made_here(&call.receiver) {
                self.lose(&call.receiver, Reason::Temporary);
            }
            if let Some(name) = discards_items(call) {
                self.lose_items(&call.receiver, Reason::Discarded(name, call.method.span()));
            }
        }
        Vec::new()
    }

    fn method_of_variable(&mut self, call: &ExprMethodCall, binding: Binding, method: &str) {
        let moves = self.operands(call.args.iter());
        self.settle(moves);
        match on_receiver(method) {
            OnReceiver::Borrows => {}
            OnReceiver::Lends => self.lend(binding),
            OnReceiver::Fills => self.fill(binding),
            OnReceiver::Empties => {
                self.frame().done(binding).cloned |= method == "clone";
                self.frame().done(binding).emptied = true;
                self.op(Op::Empty(binding));
            }
            OnReceiver::Clears => {
                let span = call.method.span();
                self.op(Op::Drop(binding, Reason::Discarded("clear", span)));
                self.frame().done(binding).emptied = true;
            }
            OnReceiver::Consumes => self.settle(vec![Move::Whole(binding)]),
        }
    }

    fn method_of_field(&mut self, call: &ExprMethodCall, method: &str) {
        let moves = self.operands(call.args.iter());
        self.settle(moves);
        let Some((binding, member)) = self.field_of_variable(&call.receiver) else {
            self.place(&call.receiver);
            return;
        };
        match on_receiver(method) {
            OnReceiver::Borrows => {}
            OnReceiver::Fills => self.fill(binding),
            _ => self.settle(vec![Move::Field(binding, member)]),
        }
    }

    fn field_of_variable(&mut self, receiver: &Expr) -> Option<(Binding, Member)> {
        let Expr::Field(field) = bare(receiver) else { return None };
        match bare(&field.base) {
            Expr::Field(_) => self.field_of_variable(&field.base),
            base => Some((self.variable(base)?, field.member.clone())),
        }
    }
}

/// `x` in `(*x)`: a method by value moves out of a box.
fn boxed(receiver: &Expr) -> &Expr {
    match bare(receiver) {
        Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => expr,
        other => other,
    }
}

/// Whether an expression makes a value, which is a temporary of its statement.
fn is_made_here(receiver: &Expr) -> bool {
    matches!(
        bare(receiver),
        Expr::Array(_)
            | Expr::Await(_)
            | Expr::Call(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Try(_)
            | Expr::Tuple(_)
    )
}

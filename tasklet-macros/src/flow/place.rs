//! Places of a syntax tree, to which questions are pinned.
//!
//! The analysis reads a tree and decides what to ask where; only when all of it is read, questions
//! are woven into the same tree. A node is known by its address meanwhile, since the tree stays
//! where it is, and syn's nodes have no names.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Block, Expr, ExprClosure, Ident, Pat, Stmt};

use crate::question::{self, Question};

/// Where the question of a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Anchor {
    /// Before a statement.
    Before(Address),
    /// Behind a statement.
    After(Address),
    /// At the beginning of a block.
    Head(Address),
    /// At the beginning of a match arm's body.
    Arm(Address),
    /// At the beginning of a closure's body.
    Closure(Address),
    /// Around an expression.
    Around(Address),
}

/// The address of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address(usize);

impl Address {
    pub(super) fn of<T>(node: &T) -> Address {
        Address(std::ptr::from_ref(node).addr())
    }
}

impl Anchor {
    pub(crate) fn before(stmt: &Stmt) -> Anchor {
        Anchor::Before(Address::of(stmt))
    }

    pub(crate) fn after(stmt: &Stmt) -> Anchor {
        Anchor::After(Address::of(stmt))
    }

    pub(crate) fn head(block: &Block) -> Anchor {
        Anchor::Head(Address::of(block))
    }

    pub(crate) fn arm(arm: &Arm) -> Anchor {
        Anchor::Arm(Address::of(arm))
    }

    pub(crate) fn closure(closure: &ExprClosure) -> Anchor {
        Anchor::Closure(Address::of(closure))
    }

    pub(crate) fn around(expr: &Expr) -> Anchor {
        Anchor::Around(Address::of(expr))
    }
}

/// The questions of one tree, by their places.
#[derive(Default)]
pub(crate) struct Questions {
    by_anchor: HashMap<Anchor, Vec<Question>>,
    /// Patterns that become names.
    renames: HashMap<Address, Ident>,
}

impl Questions {
    pub(crate) fn push(&mut self, anchor: Anchor, question: Question) {
        self.by_anchor.entry(anchor).or_default().push(question);
    }

    fn take(&mut self, anchor: Anchor) -> Vec<Question> {
        self.by_anchor.remove(&anchor).unwrap_or_default()
    }

    pub(super) fn rename(&mut self, pat: Address, name: Ident) {
        self.renames.insert(pat, name);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_anchor.is_empty()
    }

    /// All questions, in no order.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Question> {
        self.by_anchor.values().flatten()
    }

    /// Puts the questions into the tree that they were found in.
    pub(crate) fn weave(self, tree: &mut Block, runtime: &TokenStream) {
        Weaver { questions: self, runtime }.visit_block_mut(tree);
    }
}

struct Weaver<'a> {
    questions: Questions,
    runtime: &'a TokenStream,
}

impl Weaver<'_> {
    /// Output: `if false { … }`.
    fn dead_code(&self, questions: &[Question]) -> Stmt {
        Stmt::Expr(Expr::Verbatim(question::dead_code(questions, self.runtime)), None)
    }

    /// Input: `body`. Output: `{ if false { … } body }`.
    fn put_before(&mut self, anchor: Anchor, body: &mut Expr) {
        let questions = self.questions.take(anchor);
        if questions.is_empty() {
            return;
        }
        let question = self.dead_code(&questions);
        if let Expr::Block(block) = body
            && block.label.is_none()
            && block.attrs.is_empty()
        {
            block.block.stmts.insert(0, question);
        } else {
            *body = Expr::Verbatim(question::braced(&quote!(#question #body)));
        }
    }
}

impl VisitMut for Weaver<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        // The statements are looked at where they are: their addresses count.
        visit_mut::visit_block_mut(self, block);
        // What is asked behind a statement and before the next is asked at once.
        let mut gaps: Vec<Vec<Question>> = Vec::new();
        gaps.resize_with(block.stmts.len() + 1, Vec::new);
        for (index, stmt) in block.stmts.iter().enumerate() {
            gaps[index].extend(self.questions.take(Anchor::before(stmt)));
            gaps[index + 1].extend(self.questions.take(Anchor::after(stmt)));
        }
        // Behind items: a statement before an item is bad style, and would be the user's.
        let items = block.stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
        gaps[items].extend(self.questions.take(Anchor::head(block)));
        let mut stmts = std::mem::take(&mut block.stmts).into_iter();
        for questions in gaps {
            if !questions.is_empty() {
                block.stmts.push(self.dead_code(&questions));
            }
            block.stmts.extend(stmts.next());
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        visit_mut::visit_arm_mut(self, arm);
        self.put_before(Anchor::arm(arm), &mut arm.body);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        visit_mut::visit_expr_closure_mut(self, closure);
        self.put_before(Anchor::closure(closure), &mut closure.body);
    }

    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        visit_mut::visit_pat_mut(self, pat);
        if let Some(name) = self.questions.renames.remove(&Address::of(pat)) {
            *pat = Pat::Verbatim(name.into_token_stream());
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let questions = self.questions.take(Anchor::around(expr));
        if !questions.is_empty() {
            *expr = Expr::Verbatim(question::tied(&questions, expr, self.runtime));
        }
    }

    /// A nested item has its own attribute, or none.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

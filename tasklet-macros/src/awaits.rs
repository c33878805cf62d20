//! Does this body await? If it never does, it needs no coroutine and runs like any other function.

use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Expr, ExprAsync, ExprAwait, ExprClosure, ExprConst, ExprYield, Item, Macro,
    Pat, Type,
};

use crate::item::Body;
use crate::macros;

/// True unless syntax alone shows that the body cannot await: an opaque macro may.
pub(crate) fn may_await(body: &Body) -> bool {
    body.block.as_ref().is_none_or(block_may_await)
}

fn block_may_await(block: &Block) -> bool {
    let mut finder = Finder { found: false };
    finder.visit_block(block);
    finder.found
}

struct Finder {
    found: bool,
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_expr_await(&mut self, _: &'ast ExprAwait) {
        self.found = true;
    }

    fn visit_expr_yield(&mut self, _: &'ast ExprYield) {
        self.found = true;
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if let Expr::Verbatim(_) = expr {
            self.found = true;
        }
        visit::visit_expr(self, expr);
    }

    /// Of a pattern, only the guard is run.
    fn visit_pat(&mut self, pat: &'ast Pat) {
        if let Pat::Guard(guarded) = pat {
            self.visit_expr(&guarded.guard);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        match macros::expressions(mac) {
            Some(expressions) => {
                self.found |= expressions.iter().any(|expr| {
                    let mut finder = Finder { found: false };
                    finder.visit_expr(expr);
                    finder.found
                });
            }
            None => self.found = true,
        }
    }

    // What these contain is not run by this body, or cannot await.
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_const(&mut self, _: &'ast ExprConst) {}
    fn visit_item(&mut self, _: &'ast Item) {}
    fn visit_type(&mut self, _: &'ast Type) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

//! What can be seen in an expression without reading it in order: names, ways out, and whether it
//! can be written a second time.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprAsync, ExprClosure, Item, Macro};

use crate::macros;

/// Whether these say that what they stand on may not be there.
pub(super) fn are_conditional(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
}

/// The attributes before an expression, which stand on its first part.
pub(super) fn leading_attributes(expr: &Expr) -> &[Attribute] {
    let (attrs, first) = match expr {
        Expr::Assign(expr) => (&expr.attrs, Some(&expr.left)),
        Expr::Await(expr) => (&expr.attrs, Some(&expr.base)),
        Expr::Binary(expr) => (&expr.attrs, Some(&expr.left)),
        Expr::Call(expr) => (&expr.attrs, Some(&expr.func)),
        Expr::Cast(expr) => (&expr.attrs, Some(&expr.expr)),
        Expr::Field(expr) => (&expr.attrs, Some(&expr.base)),
        Expr::Index(expr) => (&expr.attrs, Some(&expr.expr)),
        Expr::MethodCall(expr) => (&expr.attrs, Some(&expr.receiver)),
        Expr::Try(expr) => (&expr.attrs, Some(&expr.expr)),
        Expr::Async(expr) => (&expr.attrs, None),
        Expr::Block(expr) => (&expr.attrs, None),
        Expr::Break(expr) => (&expr.attrs, None),
        Expr::Closure(expr) => (&expr.attrs, None),
        Expr::Continue(expr) => (&expr.attrs, None),
        Expr::ForLoop(expr) => (&expr.attrs, None),
        Expr::If(expr) => (&expr.attrs, None),
        Expr::Loop(expr) => (&expr.attrs, None),
        Expr::Macro(expr) => (&expr.attrs, None),
        Expr::Match(expr) => (&expr.attrs, None),
        Expr::Path(expr) => (&expr.attrs, None),
        Expr::Return(expr) => (&expr.attrs, None),
        Expr::Struct(expr) => (&expr.attrs, None),
        Expr::Tuple(expr) => (&expr.attrs, None),
        Expr::Unsafe(expr) => (&expr.attrs, None),
        Expr::While(expr) => (&expr.attrs, None),
        _ => return &[],
    };
    match first {
        Some(first) if attrs.is_empty() => leading_attributes(first),
        _ => attrs,
    }
}

/// Whether a word of these tokens is a name of which `is_meant` is true.
pub(super) fn mentions(tokens: TokenStream, is_meant: &impl Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), is_meant),
        TokenTree::Ident(ident) => is_meant(&ident.to_string()),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

/// Every word of these tokens.
pub(super) fn words(tokens: TokenStream, use_word: &mut impl FnMut(String)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), use_word),
            TokenTree::Ident(ident) => use_word(ident.to_string()),
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Whether evaluating this expression may leave the body, or a loop of it.
pub(super) fn may_leave(expr: &Expr) -> bool {
    let mut finder = Leaves { found: false };
    finder.visit_expr(expr);
    finder.found
}

struct Leaves {
    found: bool,
}

impl<'ast> Visit<'ast> for Leaves {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.found |=
            matches!(expr, Expr::Try(_) | Expr::Return(_) | Expr::Break(_) | Expr::Continue(_));
        if !self.found {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.found |= macros::returning(mac).is_some();
        for expr in macros::expressions(mac).into_iter().flatten() {
            self.found |= may_leave(&expr);
        }
    }

    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// Whether a copy of this expression means the same as the original, for the type checker.
///
/// A closure or an async block has a type of its own wherever it is written; blocks may bind and
/// declare; and a macro that is not std's may do anything twice.
pub(super) fn copyable(expr: &Expr) -> bool {
    let mut finder = Uncopyable { found: false };
    finder.visit_expr(expr);
    !finder.found
}

struct Uncopyable {
    found: bool,
}

impl<'ast> Visit<'ast> for Uncopyable {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.found |= matches!(
            expr,
            Expr::Async(_)
                | Expr::Block(_)
                | Expr::Break(_)
                | Expr::Closure(_)
                | Expr::Const(_)
                | Expr::Continue(_)
                | Expr::ForLoop(_)
                | Expr::If(_)
                | Expr::Let(_)
                | Expr::Loop(_)
                | Expr::Match(_)
                | Expr::Return(_)
                | Expr::TryBlock(_)
                | Expr::Unsafe(_)
                | Expr::Verbatim(_)
                | Expr::While(_)
                | Expr::Yield(_)
        );
        if !self.found {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        self.found |= are_conditional(std::slice::from_ref(attr));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        match macros::expressions(mac) {
            Some(expressions) => self.found |= !expressions.iter().all(copyable),
            None => self.found = true,
        }
    }
}

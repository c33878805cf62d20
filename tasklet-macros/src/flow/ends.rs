//! The first and the last token of an expression, without writing all that is between them.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, Macro, MacroDelimiter, Path};

use crate::question::Caret;

/// The place of an expression.
pub(super) fn caret(expr: &Expr) -> Caret {
    let (first, last) = ends(expr);
    Caret { first, last }
}

/// Where an expression begins.
pub(super) fn start(expr: &Expr) -> Span {
    ends(expr).0
}

fn ends(expr: &Expr) -> (Span, Span) {
    match expr {
        Expr::Array(array) => both(array.bracket_token.span.join()),
        Expr::Await(awaited) => (start(&awaited.base), awaited.await_token.span),
        Expr::Binary(binary) => (start(&binary.left), ends(&binary.right).1),
        Expr::Call(call) => (start(&call.func), call.paren_token.span.join()),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => (start(&field.base), name.span()),
            syn::Member::Unnamed(index) => (start(&field.base), index.span),
        },
        Expr::If(branch) => (branch.if_token.span, branch.then_branch.brace_token.span.join()),
        Expr::Index(index) => (start(&index.expr), index.bracket_token.span.join()),
        Expr::Lit(literal) => both(literal.lit.span()),
        Expr::Macro(mac) => macro_ends(&mac.mac),
        Expr::MethodCall(call) => (start(&call.receiver), call.paren_token.span.join()),
        Expr::Paren(paren) => both(paren.paren_token.span.join()),
        Expr::Path(path) if path.qself.is_none() => path_ends(&path.path),
        Expr::Try(question) => (start(&question.expr), question.question_token.span),
        Expr::Tuple(tuple) => both(tuple.paren_token.span.join()),
        other => {
            let Caret { first, last } = Caret::over(&tokens(other));
            (first, last)
        }
    }
}

fn both(span: Span) -> (Span, Span) {
    (span, span)
}

fn tokens(node: &impl ToTokens) -> TokenStream {
    node.to_token_stream()
}

fn path_ends(path: &Path) -> (Span, Span) {
    let has_arguments = path.segments.last().is_some_and(|last| !last.arguments.is_none());
    match (path.segments.first(), path.segments.last()) {
        (Some(first), Some(last)) if !has_arguments && path.leading_colon.is_none() => {
            (first.ident.span(), last.ident.span())
        }
        _ => {
            let Caret { first, last } = Caret::over(&tokens(path));
            (first, last)
        }
    }
}

fn macro_ends(mac: &Macro) -> (Span, Span) {
    let delimiter = match &mac.delimiter {
        MacroDelimiter::Paren(paren) => paren.span.join(),
        MacroDelimiter::Brace(brace) => brace.span.join(),
        MacroDelimiter::Bracket(bracket) => bracket.span.join(),
    };
    (path_ends(&mac.path).0, delimiter)
}

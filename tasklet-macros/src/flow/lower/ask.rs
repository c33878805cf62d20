//! Questions about expressions, as they are asked in their place, or by a copy.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::Expr;
use syn::visit_mut::{self, VisitMut};

use crate::flow::effect::bare;
use crate::flow::ends;
use crate::flow::local::Ask;
use crate::flow::place::Anchor;
use crate::flow::types::{keeps_temporaries, value_owes_nothing};
use crate::flow::visible;
use crate::hygiene::at;
use crate::question::Subject;

/// A copy for the type checker: of each `format!(…)`, no more than its type.
pub(super) fn plain_copy(expr: &Expr, tokens: TokenStream) -> TokenStream {
    struct Texts(bool);

    impl VisitMut for Texts {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            if let Expr::Macro(mac) = expr
                && mac.mac.path.is_ident("format")
            {
                let place = at(ends::start(expr));
                // Not `String::new()`, for which clippy knows something better.
                let text = quote_spanned! {place=>
                    <::std::string::String as ::core::default::Default>::default()
                };
                *expr = Expr::Verbatim(text);
                self.0 = true;
            } else {
                visit_mut::visit_expr_mut(self, expr);
            }
        }
    }

    if !visible::mentions(tokens.clone(), &|word| word == "format") {
        return tokens;
    }
    let mut copy = expr.clone();
    let mut texts = Texts(false);
    texts.visit_expr_mut(&mut copy);
    if texts.0 { copy.to_token_stream() } else { tokens }
}

/// A question about the value that a `let` binds, unless `&` in it keeps a temporary alive: through
/// a call of ours it would not.
pub(super) fn ask_live(expr: &Expr) -> Option<Ask> {
    if keeps_temporaries(expr) { None } else { ask_any(expr) }
}

/// A question about any other value that is run.
pub(super) fn ask_any(expr: &Expr) -> Option<Ask> {
    if value_owes_nothing(expr) || is_variable(expr) || is_place(expr) {
        return None;
    }
    // An attribute belongs to a statement, and not to an argument of ours.
    if !visible::leading_attributes(expr).is_empty() {
        return None;
    }
    let caret = ends::caret(expr);
    Some(Ask { anchor: Anchor::around(expr), subject: Subject::Live, caret, name: None })
}

/// A question about what an iterator gives, who drops all of it.
pub(super) fn ask_items(expr: &Expr) -> Option<Ask> {
    ask_any(expr).map(|ask| Ask { subject: Subject::Items, ..ask })
}

/// Whether an expression names a place, whose value stays there.
fn is_place(expr: &Expr) -> bool {
    matches!(bare(expr), Expr::Index(_) | Expr::Unary(_))
}

pub(super) fn is_variable(expr: &Expr) -> bool {
    matches!(bare(expr), Expr::Path(_) | Expr::Field(_) | Expr::Closure(_) | Expr::Async(_))
}

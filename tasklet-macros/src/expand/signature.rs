//! The signature that callers see.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, Meta, ReturnType, Signature, Token, Type};

use super::plan::Plan;
use crate::args::Shape;
use crate::hygiene::at;
use crate::item::Function;

/// All of a function but its body.
///
/// Input: `async fn f(a: A) -> R`. Output: `#[track_caller] fn f(a: A) -> TaskletFuture<R>`.
pub(super) fn head(plan: &Plan<'_>, attrs: &[&Attribute], sig: Signature) -> TokenStream {
    let Function { vis, defaultness, settled, .. } = plan.function;
    let sig = rewritten(plan, sig);
    let attrs = attrs.iter().filter(|attr| !says_nothing(attr, plan.config.shape));
    let track_caller = track_caller(plan, &sig);
    quote!(#(#attrs)* #settled #track_caller #vis #defaultness #sig)
}

/// Input: `async fn f(a: A) -> R`.
///
/// Output: `fn f(a: A) -> TaskletFuture<R>` for a tasklet, `fn f(a: A) -> R` for what blocks, and
/// for a toplevel the input.
fn rewritten(plan: &Plan<'_>, mut sig: Signature) -> Signature {
    if plan.config.shape != Shape::Toplevel {
        sig.asyncness = None;
    }
    if plan.config.shape == Shape::Tasklet {
        let handle = plan.output.inside(&plan.handle());
        let arrow = match sig.output {
            ReturnType::Type(arrow, _) => arrow,
            ReturnType::Default => Token![->](at(plan.output.place())),
        };
        sig.output = ReturnType::Type(arrow, Box::new(Type::Verbatim(handle)));
    }
    sig
}

/// A plain `#[must_use]` says nothing on a function whose handle is `#[must_use]` itself, and
/// clippy says so.
fn says_nothing(attr: &Attribute, shape: Shape) -> bool {
    shape == Shape::Tasklet && matches!(&attr.meta, Meta::Path(path) if path.is_ident("must_use"))
}

/// A task knows the place that started it. `main` cannot have this attribute, nor an `async fn`.
fn track_caller(plan: &Plan<'_>, sig: &Signature) -> Option<TokenStream> {
    let has_it = plan.function.attrs.iter().any(|attr| attr.path().is_ident("track_caller"));
    (!has_it && sig.asyncness.is_none() && plan.function.name() != "main")
        .then(|| quote_spanned!(plan.place=> #[track_caller]))
}

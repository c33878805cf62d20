//! The body, as the argument of a call into the runtime.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::params::Params;
use super::plan::Plan;
use crate::item::Body;

/// A body that awaits.
///
/// Input: `async fn f(mut a: A) -> R { body }`.
///
/// Output:
///
/// ```text
/// async move {
///     if let Some(r_) = never::<R>() { return r_; }
///     let _ = &a;
///     let mut a = a;
///     return match never::<R>() { None => { body } Some(r_) => r_ };
/// }
/// ```
///
/// `never` is always `None`. Its first call gives each `return`, each `?` and the tail of the body
/// the type that they would have in the function itself, with its coercions. The second keeps rustc
/// from calling the `return` unreachable if the body never ends; and without a `return` there,
/// clippy would speak of every tasklet whose result is a future.
///
/// The arm of a match drops the temporaries of the body's tail at its end, so that in the editions
/// before 2024 they do not outlive the parameters.
///
/// The block itself has the span of the user's own name, without a trace of the macro: rustc does
/// not name the variables of a block that it takes for a macro's.
pub(super) fn coroutine(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let runtime = &plan.runtime;
    let forced = plan.output.forced(runtime);
    let ty = plan.output.inferable();
    let body = body.emitted();
    let work = quote_spanned! {plan.place=>
        #forced
        #params
        return match #runtime::never::<#ty>() {
            ::core::option::Option::None => #body
            ::core::option::Option::Some(r_) => r_,
        };
    };
    let seen = plan.function.sig.ident.span();
    quote_spanned!(seen=> async move { #work })
}

/// A body that does not await.
///
/// Input: `fn f(mut a: A) -> R { body }`.
///
/// Output: `move || -> R { let _ = &a; let mut a = a; match () { () => { body } } }`.
pub(super) fn closure(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    closure_after(&TokenStream::new(), plan, body, params)
}

/// The same, with statements before it.
pub(super) fn closure_after(
    before: &TokenStream,
    plan: &Plan<'_>,
    body: &Body,
    params: &Params,
) -> TokenStream {
    let ty = plan.output.inferable();
    let body = body.emitted();
    let work = quote_spanned!(plan.place=> #before #params match () { () => #body });
    let seen = plan.function.sig.ident.span();
    quote_spanned!(seen=> move || -> #ty { #work })
}

//! What stands in for a function with mistakes: the signature that it would have had.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, FnArg, Pat, ReceiverKind, Signature};

use super::params::Params;
use super::plan::Plan;
use super::{signature, work};
use crate::args::{Config, Role, Shape};
use crate::hygiene::Names;
use crate::item::{Body, Function};

/// Expands a function that was refused, so that its callers still find it.
///
/// Input: `async fn f(a: &str) -> R { body }`, which must not be a tasklet.
///
/// Output: `fn f(a: &str) -> TaskletFuture<R> { loop {} }`.
pub(crate) fn fallback(function: &Function, config: &Config) -> TokenStream {
    let plan = Plan::new(function, config);
    let sig = Signature { constness: None, abi: None, variadic: None, ..function.sig.clone() };
    let attrs: Vec<_> = function.attrs.iter().filter(|attr| speaks_of_callers(attr)).collect();
    match &function.body {
        None => {
            let head = signature::head(&plan, &attrs, sig);
            quote_spanned!(plan.place=> #head ;)
        }
        Some(body) if plan.output.is_opaque() => {
            let params = Params::new(&sig, body);
            let sig = Signature { inputs: params.inputs.clone(), ..sig };
            let head = signature::head(&plan, &attrs, sig);
            let reveal = reveal(&plan, body, &params);
            quote_spanned!(plan.place=> #head { #reveal })
        }
        Some(_) => {
            let head = signature::head(&plan, &attrs, silence_parameters(sig));
            quote_spanned!(plan.place=> #head { loop {} })
        }
    }
}

/// Attributes that judge the body, which is gone, and those that are a mistake, are left out.
fn speaks_of_callers(attr: &Attribute) -> bool {
    Role::of(attr).is_none() && !attr.path().is_ident("expect")
}

/// Renames the parameters, so that none of them is called unused.
///
/// Input: `(mut self, mut a: A, (b, c): B)`. Output: `(self, a: A, arg_: B)`.
fn silence_parameters(mut sig: Signature) -> Signature {
    let mut names = Names::default();
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)) => {}
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(typed) => {
                let name = match &*typed.pat {
                    Pat::Ident(binding) => names.fresh_like(&binding.ident),
                    other => names.fresh("arg_", syn::spanned::Spanned::span(other)),
                };
                *typed.pat = Pat::Verbatim(name.into_token_stream());
            }
        }
    }
    sig
}

/// An `impl Trait` in the output has to be made known by a body: this one runs the user's without
/// asking anything of it.
fn reveal(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let value = plan.call("synctasklet", &work::coroutine(plan, body, params));
    let later = quote_spanned!(plan.place=> move || #value);
    match plan.config.shape {
        Shape::Tasklet if plan.config.send => plan.call_with_report("ready", &later),
        Shape::Tasklet => plan.call_with_report("ready_local", &later),
        Shape::Blocking | Shape::Toplevel => value,
    }
}

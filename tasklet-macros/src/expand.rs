//! A function that passed every gate, and what it becomes: a handful of lines around its own body.

mod fallback;
mod output;
mod params;
mod plan;
mod signature;
mod transaction;
mod work;

pub(crate) use fallback::fallback;
pub(crate) use plan::runtime;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Signature, Visibility};

use crate::args::{Config, OnDrop, Shape, Within};
use crate::awaits::may_await;
use crate::hygiene::at;
use crate::item::{Body, Function};
use params::Params;
use plan::Plan;

/// Expands one function.
///
/// Input: `attributes visibility async fn f(parameters) -> R { body }`.
///
/// Output: `attributes #[track_caller] visibility fn f(parameters) -> TaskletFuture<R> { launch }`,
/// or for a trait's declaration the same without a body.
pub(crate) fn function(function: &Function, config: &Config) -> TokenStream {
    let plan = Plan::new(function, config);
    let sig = function.sig.clone();
    let attrs: Vec<_> = function.attrs.iter().collect();
    let Some(body) = &function.body else {
        let head = signature::head(&plan, &attrs, sig);
        return quote_spanned!(plan.place=> #head ;);
    };
    let mut params = Params::new(&sig, body);
    if let Some(transaction) = config.transaction() {
        transaction::add_uses(transaction, &mut params);
    }
    let head = signature::head(&plan, &attrs, Signature { inputs: params.inputs.clone(), ..sig });
    let launch = launch(&plan, body, &params);
    let braces = braces(&plan, body);
    quote_spanned!(braces=> #head { #launch })
}

/// The braces are the user's, so that lints see the function as one that the user wrote.
///
/// A public `async fn` that blocks is the exception: clippy would have each of them be
/// `#[must_use]`, which it does not ask of the `async fn` that the user sees.
fn braces(plan: &Plan<'_>, body: &Body) -> Span {
    let users = body.tokens.span();
    let is_exported = matches!(plan.function.vis, Visibility::Public(_));
    let blocks = plan.config.shape == Shape::Blocking && plan.function.is_async();
    if blocks && is_exported { at(users) } else { users }
}

/// All that the function does: one call into the runtime.
///
/// Output: `return call;`, or `match call {}` for `-> !`. Were the call the tail, rustc would take
/// the braces around it for needless as soon as another macro puts the function's block into one.
fn launch(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let prepared = match plan.config.shape {
        Shape::Tasklet | Shape::Blocking => transaction::prepared(plan, params),
        Shape::Toplevel => TokenStream::new(),
    };
    let call = match plan.config.shape {
        Shape::Tasklet => tasklet(plan, body, params),
        Shape::Blocking => blocking(plan, body, params),
        Shape::Toplevel => toplevel(plan, body, params),
    };
    if plan.config.shape != Shape::Tasklet && plan.output.is_never() {
        quote_spanned!(plan.place=> #prepared match #call {})
    } else {
        quote_spanned!(plan.place=> #prepared return #call;)
    }
}

/// Output: `synctasklet(…)`, or what runs the body in a transaction or outside of any.
fn blocking(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    match plan.config.within {
        Within::Anything => plan.call("synctasklet", &work::coroutine(plan, body, params)),
        Within::Transaction(_) => transaction::blocking(plan, body, params),
        Within::NoTransaction { allow_existing } => {
            let work = work::closure(plan, body, params);
            if !allow_existing {
                return plan.call_for_result("outside_only", &work);
            }
            let entry = plan.entry("non_transactional");
            quote_spanned!(plan.place=> #entry(#work))
        }
    }
}

/// Output: what starts the body, or what runs it at once.
fn tasklet(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    match plan.config.within {
        Within::Anything => started(plan, body, params),
        Within::Transaction(_) => transaction::started(plan, body, params),
        Within::NoTransaction { allow_existing } => {
            let work = work::coroutine(plan, body, params);
            let work = quote_spanned!(plan.place=> move || #work);
            match (allow_existing, plan.config.send) {
                (true, true) => plan.call_with_report("non_transactional_async", &work),
                (true, false) => plan.call_with_report("non_transactional_local", &work),
                (false, send) => {
                    let entry = if send { "outside_only_async" } else { "outside_only_local" };
                    plan.call_for_result(entry, &plan.with_report(&work))
                }
            }
        }
    }
}

/// Output: `start(…)` with a coroutine, or `ready(…)` with a body that never awaits.
fn started(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    if may_await(body) || plan.output.is_uninhabited() {
        let entry = if plan.config.send { "start" } else { "start_local" };
        // A closure, so that the runtime makes the coroutine in the place where it will stay.
        let work = work::coroutine(plan, body, params);
        plan.call_with_report(entry, &quote_spanned!(plan.place=> move || #work))
    } else {
        let entry = if plan.config.send { "ready" } else { "ready_local" };
        let work = work::closure(plan, body, params);
        plan.call_with_report(entry, &work)
    }
}

/// Output: `toplevel(…).telling(report).await`, or `toplevel_blocking(…)` for a plain function. One
/// that is cancelled with its caller has no result that nobody sees, and no report.
fn toplevel(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let is_transaction = plan.config.transaction().is_some();
    if !plan.function.is_async() {
        let work = match is_transaction {
            true => transaction::in_a_closure(plan, body, params),
            false => work::closure(plan, body, params),
        };
        return plan.call("toplevel_blocking", &work);
    }
    let entry = match (plan.config.send, plan.config.on_drop) {
        (true, OnDrop::Finish) => "toplevel",
        (true, OnDrop::Cancel) => "toplevel_cancel",
        (false, OnDrop::Finish) => "toplevel_local",
        (false, OnDrop::Cancel) => "toplevel_local_cancel",
    };
    let work = match is_transaction {
        true => transaction::in_a_coroutine(plan, body, params),
        false => work::coroutine(plan, body, params),
    };
    let call = plan.call(entry, &work);
    if plan.config.on_drop == OnDrop::Cancel || plan.output.is_never() {
        return quote_spanned!(plan.place=> #call.await);
    }
    let report = plan.report();
    quote_spanned!(plan.place=> #call.telling(#report).await)
}

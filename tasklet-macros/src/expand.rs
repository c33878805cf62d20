//! A function that passed every gate, and what it becomes: a handful of lines around its own body.

mod fallback;
mod output;
mod params;
mod plan;
mod signature;
mod work;

pub(crate) use fallback::fallback;
pub(crate) use plan::runtime;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Signature, Visibility};

use crate::args::{Config, OnDrop, Role};
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
    let params = Params::new(&sig, body);
    let head = signature::head(&plan, &attrs, Signature { inputs: params.inputs.clone(), ..sig });
    let launch = launch(&plan, body, &params);
    let braces = braces(&plan, body);
    quote_spanned!(braces=> #head { #launch })
}

/// The braces are the user's, so that lints see the function as one that the user wrote.
///
/// A public synctasklet is the exception: clippy would have each of them be `#[must_use]`, which it
/// does not ask of the `async fn` that the user sees.
fn braces(plan: &Plan<'_>, body: &Body) -> Span {
    let users = body.tokens.span();
    let is_exported = matches!(plan.function.vis, Visibility::Public(_));
    if plan.config.role == Role::Synctasklet && is_exported { at(users) } else { users }
}

/// All that the function does: one call into the runtime.
///
/// Output: `return call;`, or `match call {}` for `-> !`. Were the call the tail, rustc would take
/// the braces around it for needless as soon as another macro puts the function's block into one.
fn launch(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let call = match plan.config.role {
        Role::Tasklet => tasklet(plan, body, params),
        Role::Synctasklet => plan.call("synctasklet", &work::coroutine(plan, body, params)),
        Role::Toplevel => toplevel(plan, body, params),
    };
    if plan.config.role != Role::Tasklet && plan.output.is_never() {
        quote_spanned!(plan.place=> match #call {})
    } else {
        quote_spanned!(plan.place=> return #call;)
    }
}

/// Output: `start(…)` with a coroutine, or `ready(…)` with a body that never awaits.
fn tasklet(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
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
    if !plan.function.is_async() {
        return plan.call("toplevel_blocking", &work::closure(plan, body, params));
    }
    let entry = match (plan.config.send, plan.config.on_drop) {
        (true, OnDrop::Finish) => "toplevel",
        (true, OnDrop::Cancel) => "toplevel_cancel",
        (false, OnDrop::Finish) => "toplevel_local",
        (false, OnDrop::Cancel) => "toplevel_local_cancel",
    };
    let call = plan.call(entry, &work::coroutine(plan, body, params));
    if plan.config.on_drop == OnDrop::Cancel || plan.output.is_never() {
        return quote_spanned!(plan.place=> #call.await);
    }
    let report = plan.report();
    quote_spanned!(plan.place=> #call.telling(#report).await)
}

//! A body that is a transaction, and may run several times: what it is made of once, and what for
//! each attempt.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, FieldPat, Pat, PatWild, Token};

use super::params::{Named, Params};
use super::plan::Plan;
use super::work;
use crate::args::Transaction;
use crate::hygiene::{adopt, at};
use crate::item::Body;
use crate::mentions::Mentions;

/// What is done once, at the call: the options, and a stock of each argument.
///
/// Input: `(self: Arc<Self>, a: A, State(db): State<Db>)` with `retries = 5, manager = db`.
///
/// Output:
///
/// ```text
/// let options_ = options().retries(5).manager({
///     let State(db) = &db_; let db = Clone::clone(db); db
/// });
/// let a = again(a); let db_ = again(db_);
/// ```
///
/// A stock knows how to clone its argument. So the closure that has captured the stocks is `Clone`
/// whatever they are, and an argument that is not is blamed in its own place.
pub(super) fn prepared(plan: &Plan<'_>, params: &Params) -> TokenStream {
    let Some(transaction) = plan.config.transaction() else { return TokenStream::new() };
    let options = options(plan, transaction, params);
    let receiver = plan.function.sig.receiver().filter(|_| !transaction.is_once());
    let receiver = receiver.map(|receiver| {
        let place = at(receiver.self_token.span);
        let (runtime, name) =
            (adopt(plan.runtime.clone(), place), Ident::from(receiver.self_token));
        quote_spanned!(place=> #runtime::is_fresh(&#name);)
    });
    let stocks = stocked(plan, params).iter().map(|Named { cfgs, name, .. }| {
        let place = at(name.span());
        let runtime = adopt(plan.runtime.clone(), place);
        quote_spanned!(place=> #(#cfgs)* let #name = #runtime::again(#name);)
    });
    quote_spanned!(plan.place=> let options_ = #options; #receiver #(#stocks)*)
}

/// The arguments of which there may have to be several.
fn stocked<'a>(plan: &Plan<'_>, params: &'a Params) -> &'a [Named] {
    let is_once = plan.config.transaction().is_some_and(Transaction::is_once);
    if is_once { &[] } else { &params.names }
}

/// Output: `options().retries(5)`.
fn options(plan: &Plan<'_>, transaction: &Transaction, params: &Params) -> TokenStream {
    let Plan { place, runtime, .. } = plan;
    let mut options = quote_spanned!(*place=> #runtime::options());
    if let Some(retries) = &transaction.retries {
        options = quote_spanned!(*place=> #options.retries(#retries));
    }
    if let Some(word) = transaction.propagation {
        let place = at(word.place);
        let variant = Ident::new(word.variant, place);
        options = quote_spanned!(place=> #options.propagation(#runtime::Propagation::#variant));
    }
    if let Some(word) = transaction.isolation {
        let place = at(word.place);
        let variant = Ident::new(word.variant, place);
        options = quote_spanned!(place=> #options.isolation(#runtime::Isolation::#variant));
    }
    if let Some(place) = transaction.read_only {
        options = quote_spanned!(at(place)=> #options.read_only());
    }
    if let Some(manager) = &transaction.manager {
        let manager = seeing_parameters(manager, params);
        options = quote_spanned!(*place=> #options.manager(#manager));
    }
    options
}

/// The expression, with clones of the arguments that it mentions.
///
/// Input: `db`, with a parameter `State(db): State<Db>`, which the signature calls `db_`.
///
/// Output: `{ let State(db) = &db_; let db = Clone::clone(db); db }`.
fn seeing_parameters(expr: &Expr, params: &Params) -> TokenStream {
    let mentions = Mentions::of_expression(expr);
    let mut clones = Vec::new();
    for Named { cfgs, name, pat } in &params.names {
        let seen = Seen::of(&mentions, pat);
        if seen.names.is_empty() {
            continue;
        }
        let (place, pat) = (at(name.span()), seen.pat);
        clones.push(quote_spanned!(place=> #(#cfgs)* let #pat = &#name;));
        for name in seen.names {
            let clone = quote_spanned!(place=> ::core::clone::Clone::clone(#name));
            clones.push(quote_spanned!(place=> #(#cfgs)* let #name = #clone;));
        }
    }
    if clones.is_empty() {
        return expr.to_token_stream();
    }
    quote_spanned!(at(expr.span())=> { #(#clones)* #expr })
}

/// What the arguments of the attribute mention is used, whether or not the body uses it.
pub(super) fn add_uses(transaction: &Transaction, params: &mut Params) {
    let mut used = Vec::new();
    for expr in [&transaction.manager, &transaction.retries].into_iter().flatten() {
        let mentions = Mentions::of_expression(expr);
        for Named { cfgs, pat, .. } in &params.names {
            let names = Seen::of(&mentions, pat).names;
            used.extend(names.into_iter().map(|name| (cfgs.clone(), name)));
        }
    }
    for (cfgs, name) in used {
        params.add_use(&cfgs, &name);
    }
}

/// What an expression mentions of a pattern: the pattern with `_` for the rest.
struct Seen<'a> {
    mentions: &'a Mentions,
    pat: Pat,
    names: Vec<Ident>,
}

impl Seen<'_> {
    fn of<'a>(mentions: &'a Mentions, pat: &Pat) -> Seen<'a> {
        let mut pat = pat.clone();
        let mut seen = Seen { mentions, pat: pat.clone(), names: Vec::new() };
        seen.visit_pat_mut(&mut pat);
        Seen { pat, ..seen }
    }
}

impl VisitMut for Seen<'_> {
    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        let Pat::Ident(binding) = pat else { return visit_mut::visit_pat_mut(self, pat) };
        if self.mentions.may_read(&binding.ident) {
            self.names.push(binding.ident.clone());
            (binding.by_ref, binding.mutability) = (None, None);
            return visit_mut::visit_pat_ident_mut(self, binding);
        }
        let underscore_token = Token![_](binding.ident.span());
        *pat = match binding.subpat.take() {
            Some((_, inner)) => *inner,
            None => Pat::Wild(PatWild { attrs: Vec::new(), underscore_token }),
        };
        if !matches!(pat, Pat::Wild(_)) {
            self.visit_pat_mut(pat);
        }
    }

    /// `A { b }` is `A { b: b }`, and becomes `A { b: _ }`.
    fn visit_field_pat_mut(&mut self, field: &mut FieldPat) {
        visit_mut::visit_field_pat_mut(self, field);
        if !matches!(&*field.pat, Pat::Ident(_)) && field.colon_token.is_none() {
            field.colon_token = Some(Token![:](field.member.span()));
        }
    }
}

/// Output: `let b = fresh(b); let a = fresh(a);`.
///
/// Captures are dropped in the order in which they are mentioned.
fn fresh(plan: &Plan<'_>, params: &Params) -> TokenStream {
    let runtime = &plan.runtime;
    let fresh = stocked(plan, params).iter().rev().map(|Named { cfgs, name, .. }| {
        quote_spanned!(at(name.span())=> #(#cfgs)* let #name = #runtime::fresh(#name);)
    });
    quote!(#(#fresh)*)
}

/// One attempt, as often as there are clones of it.
///
/// Output: `again_and_again(work)`, or `once(work)`.
fn attempts(plan: &Plan<'_>, work: &TokenStream) -> TokenStream {
    let is_once = plan.config.transaction().is_some_and(Transaction::is_once);
    let entry = plan.entry(if is_once { "once" } else { "again_and_again" });
    quote_spanned!(plan.place=> #entry(#work))
}

/// Output: `again_and_again(move || { let a = fresh(a); async move { body } })`.
fn async_attempts(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let (fresh, work) = (fresh(plan, params), work::coroutine(plan, body, params));
    attempts(plan, &quote_spanned!(plan.place=> move || { #fresh #work }))
}

/// Output: `transactional_async(|| info, options_, attempts, report)`.
pub(super) fn started(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let entry = if plan.config.send { "transactional_async" } else { "transactional_local" };
    let attempts = async_attempts(plan, body, params);
    let (info, report) = (plan.info_of_transaction(), plan.report());
    let arguments = quote_spanned!(plan.place=> || #info, options_, #attempts, #report);
    plan.call_for_result(entry, &arguments)
}

/// Output: `transactional(info, options_, attempts, report)`, with a body that awaits or not.
pub(super) fn blocking(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let (entry, attempts) = if plan.function.is_async() {
        ("transactional", async_attempts(plan, body, params))
    } else {
        let work = work::closure_after(&fresh(plan, params), plan, body, params);
        ("transactional_blocking", attempts(plan, &work))
    };
    plan.call_for_result(entry, &arguments(plan, &attempts))
}

/// The work of an async handler.
///
/// Output: `async move { prepared return in_transaction(…).await; }`.
pub(super) fn in_a_coroutine(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let prepared = prepared(plan, params);
    let arguments = arguments(plan, &async_attempts(plan, body, params));
    let call = plan.call_for_result("in_transaction", &arguments);
    quote_spanned!(plan.place=> async move { #prepared return #call.await; })
}

/// Output: `info, options_, attempts, report`.
fn arguments(plan: &Plan<'_>, attempts: &TokenStream) -> TokenStream {
    let (info, report) = (plan.info_of_transaction(), plan.report());
    quote_spanned!(plan.place=> #info, options_, #attempts, #report)
}

/// The work of a handler that blocks.
///
/// Output: `move || -> R { prepared return transactional_blocking(…); }`.
pub(super) fn in_a_closure(plan: &Plan<'_>, body: &Body, params: &Params) -> TokenStream {
    let ty = plan.output.inferable();
    let (prepared, call) = (prepared(plan, params), blocking(plan, body, params));
    quote_spanned!(plan.place=> move || -> #ty { #prepared return #call; })
}

//! The kinds of scopes that trees grow in: toplevels and contexts of all sorts, on a server's
//! runtime. A new kind is a function that takes a `Work` and returns when it no longer looks.

mod handlers;
mod left;
mod own;

use std::future::Future;
use std::pin::Pin;

use crate::work::Work;

/// What a server's task does with one scope.
pub(crate) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How a scope of one kind is run.
pub(crate) type Scope = fn(Work) -> Running;

const SCOPES: [&[Scope]; 3] = [handlers::SCOPES, left::SCOPES, own::SCOPES];

/// A scope of any kind.
pub(crate) fn run(mut work: Work) -> Running {
    let scopes = work.dice.pick(&SCOPES);
    let scope = *work.dice.pick(scopes);
    scope(work)
}

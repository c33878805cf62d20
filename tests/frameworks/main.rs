//! One handler on each of the web frameworks of Rust, as their users would write it: it starts two
//! tasklets, waits for both, and leaves a third to its toplevel. Real servers, real sockets.
//!
//! Each file also says in which order `#[toplevel]` and the framework's own attribute can stand,
//! and whether parameters can be owned. Where they can, the work is finished although its client
//! has left.

/// Handlers that need not be `Send`, and that stay on their thread. Also clients that leave.
mod actix_web;
/// Owned extractors, no attribute of its own. Also blocking handlers, and clients that leave.
mod axum;
/// No framework: a function from a request to a response, on either kind of task.
mod hyper;
/// Filters.
mod warp;

/// State is borrowed, bodies are owned.
mod poem;
/// Everything is borrowed: state and body.
mod rocket;
/// Everything is borrowed, the request itself too. Also handlers that are methods.
mod salvo;

mod support;

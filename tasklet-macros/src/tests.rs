//! What the phases find out, and what comes out at the end, on functions given as text.

mod differential;
mod expansion;
mod mutation;
mod questions;
mod robustness;

use proc_macro2::TokenStream;

use crate::args::Role;
use crate::pipeline;

/// Expands an attribute with these arguments on this item.
fn expand(role: Role, args: &str, item: &str) -> TokenStream {
    let [args, item] = [args, item].map(|text| text.parse().expect("the test is made of tokens"));
    pipeline::run(role, args, item)
}

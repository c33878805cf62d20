//! Every shape of function that the attributes accept, under every lint that may speak about it.
//!
//! Nothing here runs. The crate is right if it compiles, and if clippy has nothing to say: what
//! an attribute makes of a function must be as silent as the function itself. The lints that are
//! forbidden here are forbidden to expansions too, so that an expansion which switched one off
//! would not compile. (`pass/lints` forbids those that functions here switch off themselves.)

#![forbid(
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    meta_variable_misuse,
    missing_docs,
    non_ascii_idents,
    nonstandard_style,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    variant_size_differences
)]
#![deny(rust_2018_idioms, unreachable_code, unused, unused_extern_crates, warnings)]

pub mod blocking;
pub mod flow;
pub mod generics;
pub mod handlers;
pub mod methods;
pub mod parameters;
pub mod private;
pub mod results;
pub mod traits;
pub mod transactions;

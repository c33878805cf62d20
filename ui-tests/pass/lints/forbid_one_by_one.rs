//! A crate that forbids these lints can have tasklets.
#![forbid(
    let_underscore_drop,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    single_use_lifetimes,
    unreachable_code,
    unsafe_code,
    unused_assignments,
    unused_braces,
    unused_imports,
    unused_macros,
    unused_must_use,
    unused_mut,
    unused_parens,
    unused_qualifications,
    unused_results,
    unused_variables
)]

include!("forbid.in");

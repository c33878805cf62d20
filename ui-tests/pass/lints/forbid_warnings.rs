//! A crate that forbids `warnings` can have tasklets.
#![forbid(warnings)]

include!("forbid.in");

//! A crate that forbids `unused` can have tasklets.
#![forbid(unused)]

include!("forbid.in");

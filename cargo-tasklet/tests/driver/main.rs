//! `cargo tasklet prove` as its users see it, on small packages made for each test: what is built,
//! what is proved, and what it leaves alone.

mod foreign;
#[cfg(unix)]
mod memory;
mod profile;
mod refuse;
mod run;
mod select;
mod support;

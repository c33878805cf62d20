//! What the tests on databases stand on: a PostgreSQL server of their own, a proxy before it that
//! cuts connections where a test says so, one interface to two databases, and waiting.

mod args;
mod error;
mod place;
mod postgres;
mod process;
mod proxy;
mod run;
mod store;
mod wait;

pub use args::Args;
pub use error::{Error, Result};
pub use place::Place;
pub use postgres::Server;
pub use proxy::{Point, Proxy, Stop};
pub use run::{run, run_in_runtime, runtime};
pub use store::Store;
pub use wait::{DEADLINE, eventually};

/// The programs of the README are tests, and one of them needs a database.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    mod readme {}
}

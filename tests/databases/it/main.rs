//! Transactions on real databases. The PostgreSQL server is the tests' own, and they fail when
//! there is none: see `support/postgres.rs` for what to install.
//!
//! Every test in [`on_both`] runs on SQLite and on PostgreSQL.

/// What the other tests stand on: the proxy cuts where it says.
mod proxy;

/// NDB's own example: a commit waits for a write that nobody awaits.
mod salary;

/// Bodies that fail, panic, forget and hide.
mod bodies;
/// Whoever awaits a transaction goes away: in its begin, its body, its commit.
mod cancels;
/// The connection is cut before, during and after the commit, and everywhere else.
mod cuts;
/// Servers and sessions that are killed in the middle.
mod kills;
/// A pool that has no connection left.
mod pool;
/// Transactions in each other's way.
mod rivals;

/// The programs of this package: a counter of many processes, and the bank.
mod programs;

mod halves;

/// Makes each test body a test on either database.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                databases::run(async || super::$test(databases::Place::sqlite()).await);
            })+
        }
        mod postgres {
            $(#[test]
            fn $test() {
                databases::run(async || super::$test(databases::Place::postgres().await).await);
            })+
        }
    };
}
use on_both;

//! What every question shares: contenders, a fair race between them, the goals, one table.
//!
//! A question is a file beside this folder. It names its contenders and leaves the rest to
//! [`Question`], which runs them in turns (all of them once, then all of them again), so that a
//! slow moment of the machine hits everybody. The first round warms up and is thrown away; of the
//! others the minimum and the median are kept.
//!
//! Run by `cargo bench`, a question measures. Run by `cargo test`, it runs each contender on a
//! small load and prints no numbers. Nothing here ever fails because of a number: a wrong *result*
//! of a contender does fail.

pub mod executors;
pub mod fans;
pub mod goals;
mod question;
mod row;
pub mod table;

pub use question::{Contender, Question, timed};
pub use row::{Kind, Row};

/// The environment variable that names the file to which a question appends its rows, in place of
/// printing its own table.
pub const ROWS_FILE: &str = "BENCHES_ROWS_FILE";

//! Which values of a body may be dropped though they owe an await?
//!
//! # The idea
//!
//! Rust has no types that must be used up, but the body of a function is small enough to follow
//! each of its paths. For every variable, and for some values without a name, the analysis asks:
//! *is there a path on which it is dropped, and nobody has taken it before?* That needs no types,
//! and where it does (is it a future at all?), the finding becomes a question to the compiler.
//!
//! ```text
//! async fn post(id: u32) -> Result<u32, Error> {
//!     let user = load(id);             // user: owed
//!     let count = visits(id).await?;   // `?`: leaves, and user is owed: a finding
//!     if count > 0 {
//!         return Ok(user.await);       // user: settled; leaves, and nothing is owed
//!     }
//!     Ok(count)                        // the end, and user is owed: a finding
//! }
//! ```
//!
//! # The way of a body
//!
//! * `lower` reads the tree in the order of evaluation, and writes a control-flow `graph`. What
//!   happens to a variable is an operation in a node: it is born, settled, dropped, filled, lent;
//!   and at each way out of a scope, what the scope has bound is *left*.
//! * `effect` and `types` are the tables: what known methods and functions do to their operands,
//!   and what cannot be a future by its syntax alone.
//! * `solve` carries a `state` (two bits for each thing that may be owed) through the graph until
//!   nothing new is learned.
//! * `report` takes what is owed where it is left, finds the reason, and makes questions of it;
//!   `message` is what the user reads.
//! * `place` weaves the questions into the tree, as dead code.
//!
//! # What settles
//!
//! To be moved: into a call, a method that takes `self`, a value, a result, an `.await`. A closure
//! or an async block that captures by value owes what it has captured, on every path of its own.
//! An argument is moved when the call happens, and not before.
//!
//! # Silence
//!
//! A correct program is never to be contorted, so where syntax cannot know, nothing is said: what a
//! macro of somebody else does with its tokens, what a method of an unknown name does with its
//! receiver, which of two variables a name means that comes through a macro. What is missed there,
//! the context still waits for at run time.

mod effect;
mod ends;
mod graph;
mod local;
mod lower;
mod message;
pub(crate) mod place;
mod report;
mod solve;
mod state;
#[cfg(test)]
mod tests;
mod types;
mod visible;

use syn::{Block, FnArg, Signature};

use lower::Lowering;
use place::Questions;
pub(crate) use types::type_owes_nothing;

/// What is to be asked about a function's body.
pub(crate) fn check(sig: &Signature, body: &Block) -> Questions {
    let mut questions = Questions::default();
    // Questions are calls, which a constant function cannot make.
    if sig.constness.is_some() {
        return questions;
    }
    let mut lowering = Lowering::new(body);
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => lowering.receiver(receiver, body),
            FnArg::Typed(typed) => lowering.parameter(typed, body),
        }
    }
    lowering.function(body).into_questions(body, &mut questions);
    questions
}

/// The findings in a function, one line each, for tests.
#[cfg(test)]
pub(crate) fn findings(source: &str) -> Vec<String> {
    let function: syn::ItemFn = syn::parse_str(source).expect("the test is a function");
    let questions = check(&function.sig, &function.block);
    let mut lines: Vec<_> = questions
        .iter()
        .map(|question| {
            let start = question.caret.first.start();
            let what = question.title.split('`').nth(1).unwrap_or("_").to_owned();
            (start.line, start.column, format!("{what}: {}", question.label))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(.., text)| text).collect()
}

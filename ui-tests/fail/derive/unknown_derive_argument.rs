//! What may stand in the parentheses of `#[must_await]` on a type.
use tasklet_core::{MustAwait, TaskletFuture};

#[derive(MustAwait)]
#[must_await(skip)]
struct A(TaskletFuture<u32>);

#[derive(MustAwait)]
#[must_await]
struct B(TaskletFuture<u32>);

#[derive(MustAwait)]
#[must_await(crate = "tasklet_core")]
struct C(TaskletFuture<u32>);

#[derive(MustAwait)]
#[must_await(crate = tasklet_core)]
#[must_await(crate = tasklet_core)]
struct D(TaskletFuture<u32>);

fn main() {}

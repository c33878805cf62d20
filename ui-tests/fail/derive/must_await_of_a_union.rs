//! A union cannot say which of its fields it holds.
use std::mem::ManuallyDrop;

use tasklet_core::{MustAwait, TaskletFuture};

#[derive(MustAwait)]
union Slot {
    future: ManuallyDrop<TaskletFuture<u32>>,
    result: u32,
}

fn main() {}

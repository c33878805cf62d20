//! Drops that a proof of the whole program must find, and others that it must pass over, in every
//! run: so that it cannot pass in silence because a compiler names things in another way.
//!
//! Compiled for `cargo tasklet prove` alone, and never called.

use std::future::Future;
use std::pin::Pin;

use crate::TaskletFuture;

fn owed(value: u8) -> TaskletFuture<u8> {
    TaskletFuture::ready(value)
}

fn all_owed() -> Vec<TaskletFuture<u8>> {
    vec![owed(1), owed(2)]
}

// What drops: each function is one finding.

/// At its end.
pub fn drops_directly() {
    let _forgotten = owed(1);
}

/// With what holds it.
pub fn drops_in_a_vec() {
    let _forgotten = all_owed();
}

/// With a closure that was never called: whoever has the box drops it.
pub fn drops_behind_a_pointer() -> Box<dyn FnOnce() + Send> {
    let captured = owed(1);
    Box::new(move || {
        captured.get_result();
    })
}

/// With a body that was never polled to its end: whoever has the box drops it.
pub fn drops_while_suspended() -> Pin<Box<dyn Future<Output = u8> + Send>> {
    let held = owed(1);
    Box::pin(async move {
        std::future::ready(()).await;
        held.await
    })
}

/// In a function that could take anything.
pub fn drops_through_a_generic() {
    drop(owed(1));
}

/// With an iterator that may have more to give.
pub fn drops_the_rest_of_an_iterator() {
    for future in all_owed() {
        if future.get_result() == 1 {
            break;
        }
    }
}

// What does not drop: none of these is a finding.

/// Takes the result.
pub fn waits() -> u8 {
    owed(1).get_result()
}

/// Holds it across an await, in the runtime's own cell.
pub fn awaits() -> TaskletFuture<u8> {
    let held = owed(1);
    crate::Context::current().spawn(async move {
        std::future::ready(()).await;
        held.await
    })
}

/// Goes through all of an iterator.
pub fn empties_a_vec() {
    for future in all_owed() {
        future.get_result();
    }
}

/// Takes from the end until there is nothing left.
pub fn pops() {
    let mut futures = all_owed();
    while let Some(future) = futures.pop() {
        future.get_result();
    }
}

/// Takes it out of its place, if it is there.
pub fn takes() {
    let mut slot = Some(owed(1));
    if let Some(future) = slot.take() {
        future.get_result();
    }
}

/// Leaves it to the context.
pub fn defers() {
    owed(1).defer();
}

//! Futures of many: NDB's `MultiFuture`, `QueueFuture`, `SerialQueueFuture` and `ReducingFuture`.
//!
//! All four follow one protocol. Each has two sides, which are made together:
//!
//! ```text
//!   producer (clones are further ones)           consumer
//!   add_dependent(future) ─┐                  ┌─ getq(), a Stream   QueueFuture, SerialQueueFuture
//!   putq(value) ───────────┼──▶  entries  ───▶┼─ .await: a Vec      MultiFuture
//!   complete()             │                  └─ .await: one value  ReducingFuture
//!   set_exception(error) ──┘
//! ```
//!
//! | | order | an item's error | `set_exception` |
//! |---|---|---|---|
//! | `MultiFuture` | of addition | the first by position, when all have finished | fails at once |
//! | `QueueFuture` | of completion | is an item, and the queue goes on | the last item |
//! | `SerialQueueFuture` | of addition | is an item, and the queue goes on | the last item |
//! | `ReducingFuture` | of completion | fails at once | fails at once |
//!
//! Two sides, and not one object as in Python, so that it is known when nobody can add anything any
//! more, or take it: a consumer never waits for a producer that is gone, and a producer learns that
//! it works for nobody. That nothing is added to what is complete is a matter of types.
//!
//! # Inside
//!
//! `state` knows what is in a queue and who waits for it; its transitions are plain code. `core`
//! puts a lock around it, and runs what is the users' own outside of that. `item` is what goes in,
//! `producer` and `bounded` put it in, `consumer` takes it out. `room` is a queue's limit, `homes`
//! the contexts to drive while one waits; `slab` and `waiters` are the two data structures: things
//! with a number, and a line.
//!
//! A future stays in its entry, with its result inside, until somebody takes the item. So the queue
//! adds nothing to what is owed, and what it drops is as any handle that is dropped: the future's
//! own context finishes it, and reports its failure with its own name and place. The future's waker
//! tells the queue when it has finished; that is a short transition and a wake-up, never a poll, so
//! that no number of items makes the stack deep.

mod bounded;
mod completion;
mod consumer;
mod core;
mod homes;
mod item;
mod multi;
mod producer;
mod reducing;
mod room;
mod serial;
mod slab;
mod state;
#[cfg(test)]
mod tests;
mod waiters;

pub use bounded::{BoundedProducer, PutQ, TryPutError};
pub use completion::QueueFuture;
pub use consumer::{Finished, GetQ};
pub use item::{Dependent, Item};
pub use multi::{JoinMulti, MultiFuture, TryJoinMulti};
pub use producer::Producer;
pub use reducing::{REDUCER_BATCH, ReducingFuture};
pub use serial::SerialQueueFuture;

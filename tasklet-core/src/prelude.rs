//! What a handler imports: `use tasklet_core::prelude::*;`.
//!
//! The attributes, the handles, the joins, and the traits behind `.join_all()` and
//! `.try_join_all()`; the context, batches, queues, and `tasklet_local!`; what a transaction's body
//! needs. What is rarer has its name written out: `tasklet_core::map`,
//! `tasklet_core::fetch::fetch`, `tasklet_core::transaction_async`.

pub use crate::{
    Batch, BatchError, BatchResults, Batcher, BoundedProducer, Completer, Context, JoinAll,
    LocalTaskletFuture, MultiFuture, MustAwait, Producer, QueueFuture, ReducingFuture, Rollback,
    SerialQueueFuture, SharedFuture, TaskletFuture, TimedOut, TransactionError, TryJoinAll,
    call_on_commit, in_transaction, join, must_await, non_transactional, sleep, synctasklet,
    tasklet, tasklet_local, toplevel, transactional, transactional_async, transactional_tasklet,
    try_join, wait_all, wait_any,
};

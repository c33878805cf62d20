//! What a handler imports: `use tasklet_core::prelude::*;`.
//!
//! The attributes, the handles, the joins, and the traits behind `.join_all()` and
//! `.try_join_all()`; the context, batches, queues, and `tasklet_local!`. What is rarer has its
//! name written out: `tasklet_core::map`, `tasklet_core::fetch::fetch`.

pub use crate::{
    Batch, BatchError, BatchResults, Batcher, BoundedProducer, Completer, Context, JoinAll,
    LocalTaskletFuture, MultiFuture, MustAwait, Producer, QueueFuture, ReducingFuture,
    SerialQueueFuture, SharedFuture, TaskletFuture, TimedOut, TryJoinAll, join, must_await, sleep,
    synctasklet, tasklet, tasklet_local, toplevel, try_join, wait_all, wait_any,
};

//! NDB's tasklets for Rust: calling one *starts* it, and a request does not end before everything
//! that it has started.
//!
//! Google App Engine's NDB had a way to write handlers that people still miss. A function marked
//! `@ndb.tasklet` runs at once when it is called, and gives a future; two calls one after the other
//! run in parallel; `@ndb.toplevel` does not let the handler answer before all of them have
//! finished. This crate brings that to Rust, for any web framework, for blocking handlers, and for
//! a plain `main`.
//!
//! # Which one do I want?
//!
//! | your function | attribute | what it becomes |
//! |---|---|---|
//! | does something that others wait for | [`#[tasklet]`](macro@tasklet) | a `fn` that starts it and returns a [`TaskletFuture`] |
//! | the same, with things that cannot leave their thread | `#[tasklet(?Send)]` | the same, with a [`LocalTaskletFuture`] |
//! | is a handler: what it starts must be finished when it answers | [`#[toplevel]`](macro@toplevel) | an `async fn`, as before |
//! | is a blocking handler | `#[toplevel]` on a `fn` | a `fn`, as before |
//! | is called by code that is not async | [`#[synctasklet]`](macro@synctasklet) | a `fn` that blocks until it is done |
//! | is all or nothing: a transaction | [`#[transactional_async]`](macro@transactional_async) | as with `#[tasklet]` |
//! | the same, below `#[toplevel]` | `#[transactional_async]`, or `#[transactional]` on a `fn` | a handler, as before |
//! | the same, called by code that is not async | [`#[transactional]`](macro@transactional) | a `fn` that blocks until it is committed |
//! | stays if a transaction is rolled back | [`#[non_transactional]`](macro@non_transactional) | as with `#[tasklet]`, or a `fn`, as before |
//! | only passes futures on: a helper, or a whole `impl` or `mod` | [`#[must_await]`](macro@must_await) | what it was, checked |
//! | is no function, but a type with futures in it | [`#[derive(MustAwait)]`](derive@MustAwait) | what it was, looked after as a future is |
//!
//! | your tasklets | what serves them |
//! |---|---|
//! | are several, known where they are called | [`join!`], [`try_join!`], [`wait_any`] |
//! | are a list, or come one by one | [`JoinAll::join_all`], [`TryJoinAll::try_join_all`]; [`MultiFuture`] |
//! | give results that others take as they come | [`QueueFuture`], [`SerialQueueFuture`]; bounded, if the producer is fast |
//! | give results that become one value | [`ReducingFuture`] |
//! | are one for each item of a stream | [`map`](map()), [`try_map`], [`map_stream`] |
//! | ask one backend for many things | [`Batcher`] |
//! | all need the same value: who asks, which request | [`tasklet_local!`], [`namespace`](namespace()) |
//! | must have finished before the code goes on, whatever they are | [`Context::scope_to_end`] of a [`Context::child`] |
//! | wait for something that is no tasklet | [`Completer`]; `.await` of any future |
//!
//! # The life of one call
//!
//! ```
//! use tasklet_core::prelude::*;
//!
//! #[tasklet]
//! async fn put(name: &'static str) -> usize {
//!     sleep(std::time::Duration::from_millis(1)).await;
//!     name.len()
//! }
//!
//! #[synctasklet]
//! async fn sign() -> usize {
//!     let user = put("user");            // both run from here on
//!     let profile = put("profile");
//!     let (user, profile) = join!(user, profile);
//!     user + profile
//! }
//!
//! assert_eq!(sign(), 11);
//! ```
//!
//! `put("user")` makes one heap cell, which holds the body, and polls it at once, on the caller's
//! stack, up to where it must wait. Had it come to its end there, that would be all. But it waits,
//! so it is put down in the current [`Context`], and the call returns a [`TaskletFuture`]: the
//! handle of the cell, and the promise of its result.
//!
//! `join!` waits for both. Now `sign` itself must wait, and with it the thread: it drives the
//! context's loop. A tasklet that is woken goes to the end of the ready queue, and is polled in its
//! turn; when nothing is ready, idle callbacks are called (batches leave then), then timers that
//! are due; and when there is nothing at all to do, the thread sleeps.
//!
//! When a body ends, its result takes the place of the future in the cell, and whoever waits is
//! woken. Awaiting takes the result out, and the cell is gone.
//!
//! # What is owed
//!
//! A future that is forgotten is a write that nobody waits for. So it does not compile: each of the
//! attributes above follows every path of the function's body, and a value that may be dropped with
//! a future in it is an error, which names the path.
//!
//! ```compile_fail
//! # use tasklet_core::prelude::*;
//! # #[tasklet]
//! # async fn put(name: &'static str) -> usize {
//! #     name.len()
//! # }
//! #[toplevel]
//! async fn sign(age: String) -> Result<usize, std::num::ParseIntError> {
//!     let user = put("user");
//!     let age: usize = age.parse()?; // may return first, and `user` is forgotten
//!     Ok(age + user.await)
//! }
//! ```
//!
//! There are three ways out: to await it, alone or with others; to leave it to the toplevel on
//! purpose, [`TaskletFuture::defer`]; or to stop it, [`TaskletFuture::cancel`].
//!
//! What no attribute sees (code that has none, a panic) is waited for all the same: every tasklet
//! is registered with its context, and a toplevel ends when all have. What failed meanwhile, and
//! nobody looked at, is a [`TaskletError`] of the context.
//!
//! Tasklets that wait for each other in a circle would never finish. Whoever blocks for one of
//! them, and a toplevel that owes one, panics with a message that names them and the places of
//! their calls, instead of hanging.
//!
//! If the caller of an async toplevel goes away (a web server drops the handler's future when its
//! client has disconnected), the toplevel is finished in the background: on the tokio runtime it
//! ran on, with the feature `tokio`, otherwise on a thread of this crate. [`drain`] waits for those
//! at the end of the process.
//!
//! # Many loads, one call
//!
//! A backend that can answer many questions at once is a [`Batch`]. Its [`Batcher`] collects what
//! the tasklets of a context ask for until none of them can go on, and makes one call of it: there
//! is no time window, and no latency added. It may keep the answers for the rest of the request.
//! [`map`](map()) and its kin start a tasklet for each item of a stream, so many at a time.
//!
//! # All or nothing
//!
//! What is started in a [`transaction_async`] is committed together, or not at all: it waits for
//! all of it, and fails if any of it has failed, whoever looked at it. It is tried again where
//! another transaction was in its way. A database takes part as a [`TransactionManager`]; the crate
//! `tasklet-sqlx` has those for SQLite and PostgreSQL.
//!
//! # Features
//!
//! * `tokio`: contexts remember the runtime they were entered on. Turn it on in any program that
//!   uses tokio.
//! * `fetch`: HTTP requests that run beside tasklets, in the module `fetch`. They need no runtime.
//! * `tracing`: a failure that nobody looked at is an error event. Without it, it is written to the
//!   standard error stream at the end of the context, unless somebody took it before. And every
//!   tasklet and toplevel has a span (target `tasklet`, level `DEBUG`), below the one that is
//!   current at the call, and entered around each poll, within the innermost span of yours around
//!   the call: so a layer with a filter of its own that sees no tasklets finds that one, also after
//!   an await. Its fields are the name (`tasklet` or `toplevel`, and `otel.name` for
//!   OpenTelemetry), `module`, `place`, and the tasklet's `toplevel`. Where such spans are not
//!   wanted, a tasklet goes on in the one it was called in.

#![deny(unsafe_code)]

mod task;

mod batch;
mod context;
mod error;
mod event_loop;
#[cfg(feature = "fetch")]
pub mod fetch;
mod future;
mod join;
mod local;
mod map;
mod namespace;
pub mod prelude;
mod queue;
mod sync;
mod trace;
mod transaction;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

use std::panic::Location;
use std::time::Duration;

pub use __private::must_await::MustAwait;
pub use batch::{
    Batch, BatchError, BatchResults, Batcher, BatcherBuilder, CACHE_ENTRIES_MAX,
    CALLS_IN_FLIGHT_MAX, Policy, READ_ITEMS_MAX, SameKey, WRITE_ITEMS_MAX, With,
};
pub use context::live::{Unfinished, drain, live};
pub use context::{
    BLOCKING_DEPTH_MAX, Builder, Context, DUMP_MAX, Dump, DumpedTask, ERRORS_MAX, Scope, Standing,
};
pub use error::TaskletError;
pub use error::flow::add_flow_exception;
pub use event_loop::{Idle, Turn};
pub use future::{
    Awaiting, AwaitingShared, Completer, LocalAwaiting, LocalTaskletFuture, SharedFuture, State,
    TaskletFuture, TimedOut, Timeout,
};
pub use join::{
    Join, JoinAll, JoinArray, JoinVec, Joinable, TryJoinAll, TryJoinArray, TryJoinVec, WaitAll,
    WaitAny, wait_all, wait_any,
};
pub use local::{LocalScope, TaskletLocal};
pub use map::{MapStream, map, map_stream, try_map};
pub use namespace::{
    InvalidNamespace, NAMESPACE, NAMESPACE_BYTES_MAX, Namespace, namespace, set_namespace,
};
pub use queue::{
    BoundedProducer, Dependent, Finished, GetQ, Item, JoinMulti, MultiFuture, Producer, PutQ,
    QueueFuture, REDUCER_BATCH, ReducingFuture, SerialQueueFuture, TryJoinMulti, TryPutError,
};
pub use tasklet_macros::{
    MustAwait, must_await, non_transactional, synctasklet, tasklet, toplevel, transactional,
    transactional_async, transactional_tasklet,
};
pub use transaction::{
    Isolation, Phase, Propagation, RETRIES, Rollback, Transaction, TransactionError,
    TransactionErrorKind, TransactionManager, TransactionOptions, TransactionResult, Verdict,
    call_on_commit, in_transaction, non_transactional_async, set_default_transaction_manager,
    transaction, transaction_async,
};

/// A tasklet that is ready after `delay`. The time counts from the call, not from the await.
///
/// If its future is dropped (with a tasklet that is cancelled, say), the sleep is over: it is of no
/// use to anybody. To have the toplevel wait for it, [`defer`] it.
///
/// [`defer`]: TaskletFuture::defer
///
/// NDB: `tasklets.sleep`.
///
/// ```
/// use std::time::Duration;
/// use tasklet_core::{Context, sleep};
///
/// let context = Context::builder().virtual_time().build();
/// context.block_on(async { sleep(Duration::from_secs(60)).await });
/// ```
#[track_caller]
pub fn sleep(delay: Duration) -> TaskletFuture<()> {
    let about = |_: Option<&()>| error::About::new(&event_loop::timers::SLEEP);
    let place = Location::caller();
    context::current::with(|home| {
        let timer = event_loop::timers::Timer::in_context(home, delay);
        context::start_in(home, place, about, || timer)
    })
}

/// Runs a future to its end on this thread, driving the current context meanwhile:
/// [`Context::block_on`] of [`Context::current`].
///
/// # Panics
///
/// As [`Context::block_on`].
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    Context::current().block_on(future)
}

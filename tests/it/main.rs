//! What tasklets do, through the public interface alone. Each module is one thing to ask about; a
//! test's name is the sequence of events that it pins.

/// The call: eager, known to the context, going on by itself; every place an attribute may stand.
mod tasklet;

/// The handle: asking, waiting, mapping, deferring.
mod future;

/// Stopping a tasklet: what is dropped, and what goes on.
mod cancel;

/// One future for many.
mod shared;

/// Calls that wait for a result.
mod callbacks;

/// Futures that somebody else completes.
mod promise;

/// Several at once, of which all are waited for.
mod join;

/// Several at once that fail: the first by position, after all have finished.
mod join_failures;

/// The first of several, and all of several without their results.
mod any;

/// Futures of many: lists, queues, reductions.
mod queues;

/// Time limits that lose nothing.
mod timeout;

/// Panics: to whoever waits, or into the context's report.
mod panics;

/// What is wrong, asked without taking the result; and failing on purpose.
mod exceptions;

/// Errors that are expected.
mod flow_errors;

/// Failures that nobody looked at, each way to have one: told once.
mod unobserved;

/// The scope of a request: the current one, entering, counting, errors.
mod context;

/// What a context still owes, listed.
mod dump;

/// Contexts in each other: scopes, nested toplevels.
mod scopes;

/// Contexts whose work another one owes.
mod children;

/// All or nothing: commit, rollback, another attempt.
mod transactions;

/// The attributes of transactions.
mod transactional;

/// What others keep in a context.
mod extensions;

/// Who drives a context: several threads, other runtimes, nobody.
mod drivers;

/// One turn of the loop, by hand: ready, idle, timers.
mod event_loop;

/// Many loads, one call: when batches leave, what is in them, who gets what.
mod batcher;

/// Batches of different options, and of writes: which one goes first.
mod batch_order;

/// Batches that fail: who hears of it, and that it is told once.
mod batch_errors;

/// What a context has loaded, and need not load again.
mod cache;

/// A tasklet for each item of a stream, so many at a time.
mod map;

/// Deadlines.
mod sleep;

/// Handlers: nothing that they start is forgotten.
mod toplevel;

/// Handlers that block.
mod toplevel_blocking;

/// Handlers whose caller goes away half-way.
mod on_drop;

/// Tasklets that stay on their thread.
mod locals;

/// Values that belong to a tasklet and to all that it starts.
mod tasklet_locals;

/// Those values: defaults, scopes, drops.
mod tasklet_local_values;

/// The namespace.
mod namespace;

/// Numbers that are large: chains, crowds, and what they must not do to the stack.
mod limits;

/// Tasklets that wait for each other: told, not suffered. Where words are narrow nobody looks.
#[cfg(target_pointer_width = "64")]
mod deadlock;

/// What looks like a deadlock and is none.
mod deadlock_never;

/// Blocking inside of blocking.
mod nesting;

/// What may go to other threads, and what must not.
mod auto_traits;

/// Which types owe an await.
mod must_await;

/// Ways to lose a future that no compiler sees: it is waited for, and its error is told.
mod forgotten;

/// Tokio's clients and runtimes, with the feature `tokio`.
#[cfg(feature = "tokio")]
mod tokio_runtime;

/// The events of failures that nobody looked at, with the feature `tracing`.
#[cfg(feature = "tracing")]
mod tracing_events;

/// Requests to a server of their own, with the feature `fetch`.
#[cfg(feature = "fetch")]
mod fetch;
/// The spans of tasklets and toplevels, with the feature `tracing`.
#[cfg(feature = "tracing")]
mod tracing_spans;

/// NDB's own tests, case by case: what they assert, asserted here.
mod ndb;

//! The task: one heap cell for each tasklet that is suspended, and the argument why it is sound.
//!
//! # The cell
//!
//! A cell is one allocation: a header of 72 bytes, then the stage, which holds the future and later
//! its outcome in the same place. Whoever has a pointer to the header can reach all of it through
//! the header's table of functions, without knowing the future's type.
//!
//! Who holds a cell, each with a mark in its atomic word (`state.rs`):
//!
//! | holder | mark | how many | may |
//! |---|---|---|---|
//! | the context | `OWNED` | one, from birth to completion | poll, complete, cancel, through its driver |
//! | the handle, [`Task`] | `HANDLE` | one, from birth until it is used up | take the outcome after `DONE` |
//! | wakers, messages, [`TaskRef`](reference::TaskRef) | the count | any number | wake; keep the memory |
//! | wakers that lie with another task of the same context | the count, and the inner count | any number | the same |
//!
//! The memory is freed by whoever takes the last mark away. The future is gone by then: it is
//! dropped by the driver, when it finishes or is cancelled, and `OWNED` stays until that is done.
//!
//! # The driver
//!
//! One thread at a time drives a context. It has a [`Driving`], the proof of that, which only
//! `scheduler.rs` makes: from a successful exchange of the context's `driver` word, or from finding
//! this thread's number there. A thread's number is never used again, and only the thread itself
//! writes it. A `Driving` is handed down by reference, into closures that cannot keep it, while the
//! `Drive` that released it lives in a frame below.
//!
//! What is not atomic belongs to the driver: the future, the links of the list, the waiter, where
//! the task stands (`Run`), the ready queue, and the loop's own data. Hand-over from one driver to
//! the next synchronises through `driver`, stored and exchanged with `SeqCst`.
//!
//! # Inner references
//!
//! A waker that waits for the end of a task lies in that task's waiter slot, or in the [`Fan`] that
//! does. If both belong to one context, it is kept with a second table of functions, and counted
//! twice: as a reference, and as an inner one. Both counts change in one operation, so that no
//! thread ever sees one without the other, and the memory depends on the first alone. A clone of it
//! is an ordinary waker, and so is what leaves the place: the slot belongs to the driver, who fires
//! the waker at once; a fan may be emptied by any thread, which loosens what it takes under the
//! fan's lock. So as long as a task's references are all inner ones, and no wake-up is on its way,
//! nothing but the end of another task of its context can wake it (`scheduler/lookout.rs`). The
//! wakers of a root are counted likewise (`root.rs`): one strong count of its owner belongs to all
//! of them together.
//!
//! A waker's table tells what its data is: the tables are statics of this module, and their
//! addresses do not leave it but in the wakers themselves.
//!
//! # Situations
//!
//! *Waking on the driver's thread* looks at `driver`, and then changes `Run` and the ready queue as
//! the driver. *Waking elsewhere* sets `WOKEN`; who sets it first adds one reference and sends it
//! through the inbox. The driver unsets `WOKEN` before it queues the task, so that a later wake-up
//! is a new message.
//!
//! *The ready queue* holds no references. A task in it is `OWNED`: it was not finished when it was
//! put there, and a cancelled one keeps its mark until it is taken out (`FinishedQueued`).
//!
//! *The first poll* takes place at the call, before the cell is in any list. If it gives the
//! outcome, and no waker was cloned, nobody but the starter knows the cell: no atomic
//! read-modify-write was needed.
//!
//! *The outcome* is written by the driver before `DONE`, which is a Release; the handle reads it
//! after an Acquire of `DONE`. If there is no handle any more, the driver drops it. The two agree
//! on one exchange of the word: `complete` refuses where `HANDLE` is unset, `detach` where `DONE`
//! is set.
//!
//! *The context* must be alive when a task reaches it. The driver holds it; a cell whose first poll
//! ends without an outcome, or whose waker is cloned, takes a strong count of it (`HOME`) and gives
//! it back with its memory. So a context with suspended tasks does not die, and a waker can always
//! send its message. That circle (the context owns its tasks, they hold it) is what "a context does
//! not end while it owes work" means; it is broken as each task finishes or is cancelled.
//!
//! *Waiting from elsewhere*: the waiter's slot is the driver's, so that another thread sends its
//! waker as a message, and looks at `DONE` once more. Both sides use `SeqCst`: either the waiter
//! sees `DONE`, or the driver, which reads its inbox before it leaves, sees the message.
//!
//! *A future that is not `Send`* is started only after the context was bound to this thread
//! (`bind`). From then on `acquire` refuses all others, so that it is polled and dropped here. Its
//! handle is neither `Send` nor `Sync`. If its thread ends first, future and cell are leaked.
//!
//! *What goes along* with a task (the values of tasklet-locals, a span) waits in a table of the
//! driver's, and is in a frame of its own while user code runs in its company.
//!
//! *A look for a deadlock* follows links and waiter slots as the driver, runs no user code, and
//! touches no future. Those whom it gives up are held by references while they are cancelled, since
//! each drop is user code, and may end others of them.
//!
//! *Panics*: the poll, the drop of a future and the drop of an outcome are user code, and each runs
//! inside `catch_unwind`. Nothing of the driver's is borrowed while user code runs.

#![expect(unsafe_code, reason = "the one place of the workspace that may; argued above")]

mod body;
mod cell;
mod companion;
mod count;
mod current;
mod exclusive;
mod fan;
mod handle;
mod harness;
mod inbox;
mod kept;
#[cfg(all(test, tasklet_loom))]
mod models;
mod pool;
mod raw;
mod reference;
mod root;
mod scheduler;
mod state;
#[cfg(test)]
mod tests;
mod waker;
mod wrapper;

pub(crate) use body::Body;
pub(crate) use companion::{Companion, Companions, apart, has_values, inline, set_has_values};
pub(crate) use count::WakerCount;
pub(crate) use current::{Entered, HomeRef, with_entered};
pub(crate) use exclusive::Exclusive;
pub(crate) use fan::Fan;
pub(crate) use handle::Task;
pub(crate) use harness::{start, start_later, start_local};
pub(crate) use inbox::Message;
pub(crate) use kept::{Kept, kept_call};
pub(crate) use raw::{Describe, Known};
pub(crate) use root::{OF_BLOCKED, OF_TOPLEVEL, RootOwner, RootWaker, Tables};
pub(crate) use scheduler::{Affinity, Drive, Driving, Effort, Scheduler, Seen, Waits};
pub(crate) use wrapper::{collect_all, unwrap_all};

/// What a task belongs to.
type Home = crate::context::Shared;

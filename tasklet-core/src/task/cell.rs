//! The memory of a task: a header that is the same for all, then the future or its outcome.

use std::future::Future;
use std::mem::{ManuallyDrop, offset_of};
use std::panic::Location;
use std::ptr::NonNull;
use std::task::Waker;

use super::Home;
use super::raw::VTable;
use super::state::State;
use crate::context::Standing;
use crate::error::Outcome;
use crate::sync::{Cell, UnsafeCell};

/// Where a task stands with its driver. Written by the driver alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// Suspended, until a wake-up.
    Idle,
    /// In the ready queue.
    Queued,
    /// Being polled, somewhere on the driver's stack.
    Running,
    /// Being polled, and woken meanwhile: it goes back to the ready queue.
    Notified,
    /// Being polled, and to be cancelled when the poll ends.
    Cancelled,
    /// The future is gone.
    Finished,
    /// The future is gone, but the ready queue still has an entry that owns the cell.
    FinishedQueued,
}

impl From<Run> for Standing {
    fn from(run: Run) -> Standing {
        match run {
            Run::Queued => Standing::Ready,
            Run::Running | Run::Notified | Run::Cancelled => Standing::Running,
            // One that has finished is in no list, and nobody asks.
            Run::Idle | Run::Finished | Run::FinishedQueued => Standing::Suspended,
        }
    }
}

/// What every task has, whatever its future: 72 bytes on a 64-bit machine.
pub(super) struct Header {
    /// What depends on the future's type.
    pub(super) vtable: &'static VTable,
    pub(super) state: State,
    /// The context. Valid while the first poll runs, and from then on while `HOME` is set.
    pub(super) home: NonNull<Home>,
    /// Where the tasklet was called.
    pub(super) place: &'static Location<'static>,
    /// The neighbours in the context's list. The driver's.
    pub(super) previous: Cell<Option<NonNull<Header>>>,
    pub(super) next: Cell<Option<NonNull<Header>>>,
    /// Who is woken when the task is done. The driver's.
    pub(super) waiter: Cell<Option<Waker>>,
    /// The driver's.
    pub(super) run: Cell<Run>,
    /// Whether the context has callbacks for this task in its table. The driver's.
    pub(super) has_callbacks: Cell<bool>,
    /// The place of what goes along with the task, in the context's table; zero if nothing does.
    /// The driver's.
    pub(super) companion: Cell<u32>,
    /// What the last look for a deadlock has found out about it. The driver's.
    pub(super) has_hope: Cell<bool>,
}

/// The future, until it has finished; then what came of it.
#[repr(C)]
pub(super) union Stage<F: Future> {
    future: ManuallyDrop<F>,
    outcome: ManuallyDrop<Outcome<F::Output>>,
}

/// One task, whole. `repr(C)`, so that a pointer to the header is one to the cell.
#[repr(C)]
pub(super) struct TaskCell<F: Future, A> {
    header: Header,
    stage: UnsafeCell<Stage<F>>,
    /// Tells the tasklet's name and what is wrong with its result; takes no room.
    about: A,
}

impl<F: Future, A> TaskCell<F, A> {
    /// Where the stage lies, for those who know only the type of the outcome.
    pub(super) const STAGE_OFFSET: usize = offset_of!(TaskCell<F, A>, stage);
}

// The promise of the documentation: an idle tasklet with a 24-byte future takes 96 bytes.
// In a model, what tells loom of an access takes room.
#[cfg(all(target_pointer_width = "64", not(all(test, tasklet_loom))))]
const _: () = assert!(size_of::<Header>() == 72);

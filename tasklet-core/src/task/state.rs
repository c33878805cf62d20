//! The atomic word of a task: six flags and two counts; transitions only, no pointers.
//!
//! Every transition that leaves the caller with something to do returns a `#[must_use]` value that
//! names it; `harness.rs` and `handle.rs` do it. Who may touch what while a flag is set is argued
//! in the module documentation of `task`.

use crate::sync::AtomicUsize;
use crate::sync::Ordering::{AcqRel, Acquire, Relaxed, SeqCst};

/// The tasklet has finished: its outcome is final (stored, handed on, or dropped).
///
/// Set once, by the thread that drives the context, never unset. Whoever reads it with `Acquire`
/// may read what the driver wrote before.
const DONE: usize = 1 << 0;

/// A handle exists. It is the only one that may take the outcome once [`DONE`] is set.
///
/// Set at birth, unset once by whoever owns the handle. While it is unset, the driver drops the
/// outcome itself.
const HANDLE: usize = 1 << 1;

/// The context owns the cell: it is linked in the context's list, or in its first poll.
///
/// Set at birth, unset once by the driver. While it is set, the future, the links and the waiter
/// slot belong to the driver.
const OWNED: usize = 1 << 2;

/// A wake-up from outside is in the context's inbox, together with one reference.
///
/// Set by any thread, unset by the driver before it schedules the task.
const WOKEN: usize = 1 << 3;

/// The cell holds one strong count of its context, which is given back with its memory.
///
/// Set once, when the first waker is cloned or the first poll ends without a result.
const HOME: usize = 1 << 4;

/// The future was dropped before it had finished: there is no outcome, and never will be.
///
/// Set together with [`DONE`], by the driver.
const CANCELLED: usize = 1 << 5;

/// One reference of a waker, of a message in an inbox, or of a borrowing handle.
const REFERENCE: usize = 1 << 6;

/// On top of a [`REFERENCE`]: that of a waker which lies in a place of our own, where nothing but
/// the end of another task of the same context fires it. Such a reference is an *inner* one.
///
/// In the same word, so that one load tells whether anybody else could wake the task. Narrow
/// machines have no room for it: there every reference counts as somebody else's.
#[cfg(target_pointer_width = "64")]
const INNER: usize = 1 << 35;
#[cfg(not(target_pointer_width = "64"))]
const INNER: usize = 0;

/// The bits that count references.
const REFERENCES: usize = INNER.wrapping_sub(1) & !(REFERENCE - 1);

/// So many references mean that wakers are leaked in a loop; the process stops. It is the highest
/// bit of the count, so that other threads that add some meanwhile do not reach its end.
const TOO_MANY: usize = REFERENCES & !(REFERENCES >> 1);

/// What the caller of a releasing transition has to do with the cell's memory.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// Somebody else still needs the cell.
    Keep,
    /// The caller was the last one: it frees the memory.
    Free,
}

/// What the driver has to do with a finished task's outcome.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Completion {
    /// No handle is left: the driver looks at the outcome, drops it, and calls
    /// [`State::release_owned`].
    Unclaimed,
    /// The handle has it now; the driver must not touch the cell any more.
    Claimed,
}

/// What the owner of a handle that goes away has to do.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detach {
    /// The task is still running: the driver now owns its outcome.
    Running,
    /// The outcome is there and still the handle's: drop it, then [`State::release_handle`].
    Finished,
}

/// The atomic word.
#[derive(Debug)]
pub(super) struct State(AtomicUsize);

impl State {
    /// A task that was just made: it has a handle, and the context owns it.
    #[inline]
    pub(super) fn new() -> State {
        State(AtomicUsize::new(HANDLE | OWNED))
    }

    /// Whether the outcome is final; what the driver wrote before is visible if it is.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.0.load(Acquire) & DONE != 0
    }

    /// Marks a task as done that finished in its first poll, so that its handle is still here.
    #[inline]
    pub(super) fn complete_first(&self) {
        if self.0.load(Acquire) == HANDLE | OWNED {
            // No waker was cloned: nobody else knows the cell, and a plain store will do.
            self.0.store(HANDLE | DONE, Relaxed);
        } else {
            let completion = self.complete();
            debug_assert!(completion == Completion::Claimed, "the handle is the caller's");
        }
    }

    /// Marks the task as done and gives up the driver's hold, if a handle is there to take the
    /// outcome.
    #[inline]
    pub(super) fn complete(&self) -> Completion {
        let mut word = self.0.load(Acquire);
        loop {
            debug_assert!(word & (DONE | OWNED) == OWNED, "a task completes once: {word:b}");
            if word & HANDLE == 0 {
                return Completion::Unclaimed;
            }
            // SeqCst: a waiter that sends its waker from outside looks at this flag once more after
            // sending; either it sees the flag, or the driver sees its message.
            let next = (word | DONE) & !OWNED;
            match self.0.compare_exchange_weak(word, next, SeqCst, Acquire) {
                Ok(_) => return Completion::Claimed,
                Err(actual) => word = actual,
            }
        }
    }

    /// Marks a task without a handle as done; it stays owned.
    pub(super) fn complete_unclaimed(&self) {
        let before = self.0.fetch_or(DONE, AcqRel);
        debug_assert!(before & HANDLE == 0, "the handle's outcome is not the driver's");
    }

    /// Marks a task as done whose future was dropped unfinished; it stays owned.
    pub(super) fn cancelled(&self) {
        self.0.fetch_or(DONE | CANCELLED, SeqCst);
    }

    /// Whether the task is done without an outcome.
    pub(super) fn is_cancelled(&self) -> bool {
        self.0.load(Acquire) & CANCELLED != 0
    }

    /// As [`State::is_done`], for those who have just sent a message to the driver.
    pub(super) fn is_done_after_message(&self) -> bool {
        self.0.load(SeqCst) & DONE != 0
    }

    /// The driver gives up its hold.
    #[inline]
    pub(super) fn release_owned(&self) -> Release {
        let before = self.0.fetch_and(!OWNED, AcqRel);
        debug_assert!(before & OWNED != 0, "owned once");
        release(before & !OWNED)
    }

    /// The owner of the handle lets go of it while the task may still run.
    #[inline]
    pub(super) fn detach(&self) -> Detach {
        let mut word = self.0.load(Acquire);
        loop {
            debug_assert!(word & HANDLE != 0, "a handle is given up once");
            if word & DONE != 0 {
                return Detach::Finished;
            }
            match self.0.compare_exchange_weak(word, word & !HANDLE, AcqRel, Acquire) {
                Ok(_) => return Detach::Running,
                Err(actual) => word = actual,
            }
        }
    }

    /// The owner of the handle of a finished task has taken or dropped the outcome.
    #[inline]
    pub(super) fn release_handle(&self) -> Release {
        // Alone with the cell, nobody can come anew: no need for a read-modify-write.
        if self.0.load(Acquire) & !(DONE | HOME | CANCELLED) == HANDLE {
            return Release::Free;
        }
        release(self.0.fetch_and(!HANDLE, AcqRel) & !HANDLE)
    }

    /// Whether the task is done with an outcome, and the handle the last to know the cell. Tells
    /// whether the cell holds its context.
    #[inline]
    pub(super) fn is_handles_alone(&self) -> Option<bool> {
        let word = self.0.load(Acquire);
        (word & !HOME == DONE | HANDLE).then_some(word & HOME != 0)
    }

    /// One more reference. Returns whether the cell holds its context already.
    #[inline]
    pub(super) fn add_reference(&self) -> bool {
        self.add(REFERENCE)
    }

    /// One more inner reference. Returns whether the cell holds its context already.
    #[inline]
    pub(super) fn add_inner(&self) -> bool {
        self.add(REFERENCE + INNER)
    }

    #[inline]
    fn add(&self, what: usize) -> bool {
        // Relaxed as in `Arc::clone`: whoever adds one holds one, or is inside the first poll.
        let before = self.0.fetch_add(what, Relaxed);
        if before & TOO_MANY != 0 {
            // A panic would unwind and could be caught; the count would then wrap around.
            std::process::abort();
        }
        before & HOME != 0
    }

    /// One reference less.
    #[inline]
    pub(super) fn drop_reference(&self) -> Release {
        self.subtract(REFERENCE)
    }

    /// One inner reference less.
    #[inline]
    pub(super) fn drop_inner(&self) -> Release {
        self.subtract(REFERENCE + INNER)
    }

    #[inline]
    fn subtract(&self, what: usize) -> Release {
        let before = self.0.fetch_sub(what, AcqRel);
        debug_assert!(REFERENCE <= before & REFERENCES, "a reference that was never added");
        debug_assert!(what <= before, "an inner reference that was never added");
        release(before - what)
    }

    /// An inner reference leaves its place, and is one like any other from now on.
    pub(super) fn loosen(&self) {
        let before = self.0.fetch_sub(INNER, AcqRel);
        debug_assert!(before.checked_div(INNER) != Some(0), "an inner reference never added");
    }

    /// Whether nothing but the end of another task of the context can wake this one: it has
    /// references, all of them are inner ones, and no wake-up is on its way.
    ///
    /// A task without any reference waits for nothing of ours, and is not judged.
    pub(super) fn is_inner_only(&self) -> bool {
        // Acquire: what the last other reference did before it went is seen.
        let word = self.0.load(Acquire);
        let inner = word.checked_div(INNER).unwrap_or(0);
        inner != 0 && word & (REFERENCES | WOKEN) == inner * REFERENCE
    }

    /// Claims the right to send a wake-up from outside; it comes with one reference.
    ///
    /// False if the task is done, or a wake-up is on its way already.
    pub(super) fn wake_from_outside(&self) -> bool {
        let mut word = self.0.load(Acquire);
        loop {
            if word & DONE != 0 {
                return false;
            }
            let is_first = word & WOKEN == 0;
            // Where a message is on its way already, the word is exchanged for itself: by that the
            // driver, which unsets the flag before it polls, sees what was done before this wake-up
            // too. A mere look might see the flag when the driver has unset it already.
            let next = if is_first { (word | WOKEN) + REFERENCE } else { word };
            match self.0.compare_exchange_weak(word, next, AcqRel, Acquire) {
                Ok(_) => return is_first,
                Err(actual) => word = actual,
            }
        }
    }

    /// The driver has received the wake-up; later ones send a new message.
    pub(super) fn woken(&self) {
        self.0.fetch_and(!WOKEN, AcqRel);
    }

    /// Whether the cell holds its context.
    #[inline]
    pub(super) fn has_home(&self) -> bool {
        self.0.load(Relaxed) & HOME != 0
    }

    /// As [`State::set_home`], for a task that was just polled for the first time, if only its
    /// starter knows it. False if not, and nothing is noted then.
    #[inline]
    pub(super) fn set_home_first(&self) -> bool {
        let is_fresh = self.0.load(Acquire) == HANDLE | OWNED;
        if is_fresh {
            // No waker was cloned: nobody else knows the cell, and a plain store will do.
            self.0.store(HANDLE | OWNED | HOME, Relaxed);
        }
        is_fresh
    }

    /// Notes that the cell holds its context. False if it did so before.
    #[inline]
    pub(super) fn set_home(&self) -> bool {
        self.0.fetch_or(HOME, AcqRel) & HOME == 0
    }
}

/// Whoever frees a cell does so after all that others have done with it: models prove that.
#[cfg(all(test, tasklet_loom))]
impl Drop for State {
    fn drop(&mut self) {
        self.0.assert_exclusive();
    }
}

/// Whether a cell with this word is still needed.
fn release(word: usize) -> Release {
    if word & !(DONE | WOKEN | HOME | CANCELLED) == 0 { Release::Free } else { Release::Keep }
}

//! How many wakers a root has, and how many of them are inner ones: one atomic word, transitions
//! only, no pointers.

use super::state::Release;
use crate::sync::AtomicUsize;
use crate::sync::Ordering::{AcqRel, Acquire, Relaxed};

/// One waker.
const WAKER: usize = 1;

/// On top of it: the waker is an inner one. Narrow machines have no room for that count.
#[cfg(target_pointer_width = "64")]
const INNER: usize = 1 << 32;
#[cfg(not(target_pointer_width = "64"))]
const INNER: usize = 0;

/// The bits that count wakers.
const WAKERS: usize = INNER.wrapping_sub(1);

/// So many wakers mean that they are leaked in a loop; the process stops.
const TOO_MANY: usize = WAKERS & !(WAKERS >> 1);

/// The wakers of one root. The root itself has one, with which it is polled.
#[derive(Debug)]
pub(crate) struct WakerCount(AtomicUsize);

impl WakerCount {
    #[inline]
    pub(crate) fn new() -> WakerCount {
        WakerCount(AtomicUsize::new(0))
    }

    /// One more. True if it is the first.
    #[inline]
    pub(super) fn add(&self) -> bool {
        self.add_some(WAKER)
    }

    /// One more inner one.
    #[inline]
    pub(super) fn add_inner(&self) {
        let first = self.add_some(WAKER + INNER);
        debug_assert!(!first, "an inner waker is a clone");
    }

    #[inline]
    fn add_some(&self, what: usize) -> bool {
        // Relaxed as in `Arc::clone`.
        let before = self.0.fetch_add(what, Relaxed);
        if before & TOO_MANY != 0 {
            // A panic would unwind and could be caught; the count would then wrap around.
            std::process::abort();
        }
        before & WAKERS == 0
    }

    /// One less. `Free` if it was the last.
    #[inline]
    pub(super) fn drop_one(&self) -> Release {
        self.subtract(WAKER)
    }

    /// One inner one less.
    #[inline]
    pub(super) fn drop_inner(&self) -> Release {
        self.subtract(WAKER + INNER)
    }

    #[inline]
    fn subtract(&self, what: usize) -> Release {
        let before = self.0.fetch_sub(what, AcqRel);
        debug_assert!(what <= before, "a waker that was never counted");
        if before == what { Release::Free } else { Release::Keep }
    }

    /// An inner waker is one like any other from now on.
    pub(super) fn loosen(&self) {
        let before = self.0.fetch_sub(INNER, AcqRel);
        debug_assert!(before.checked_div(INNER) != Some(0), "an inner waker never counted");
    }

    /// Whether the root waits for tasks of its context and for nothing else: it has wakers besides
    /// its own, and all of them are inner ones.
    pub(super) fn is_inner_only(&self) -> bool {
        // Acquire: what the last other waker did before it went is seen.
        let word = self.0.load(Acquire);
        let inner = word.checked_div(INNER).unwrap_or(0);
        inner != 0 && word & WAKERS == inner + WAKER
    }
}

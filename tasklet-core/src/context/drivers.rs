//! Whom to wake when a context has something to do: its root, and everyone who waits.

use std::sync::PoisonError;
use std::task::Waker;

use super::Root;
use crate::sync::Ordering::SeqCst;
use crate::sync::{AtomicBool, AtomicUsize, AtomicWaker, Mutex};

/// The possible drivers of one context.
///
/// A waker in `waiting` is woken once; whoever still waits registers it anew in each poll, *before*
/// it looks at the context. So nobody needs to give notice when it stops to wait.
#[derive(Debug)]
pub(super) struct Drivers {
    root: Root,
    /// A toplevel's waker.
    toplevel: AtomicWaker,
    waiting: Mutex<Vec<Waker>>,
    /// The length of `waiting`, so that a wake-up takes no lock where nobody waits.
    waiting_len: AtomicUsize,
    /// Somebody wanted to drive while another one did.
    missed: AtomicBool,
}

impl Drivers {
    pub(super) fn new(root: Root) -> Drivers {
        Drivers {
            root,
            toplevel: AtomicWaker::new(),
            waiting: Mutex::new(Vec::new()),
            waiting_len: AtomicUsize::new(0),
            missed: AtomicBool::new(false),
        }
    }

    pub(super) fn root(&self) -> Root {
        self.root
    }

    /// The toplevel is about to look at its inbox and then to sleep.
    pub(super) fn register_toplevel(&self, waker: &Waker) {
        self.toplevel.register(waker);
    }

    /// Somebody else is about to look.
    pub(super) fn register_waiting(&self, waker: &Waker) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
            self.waiting_len.store(waiting.len(), SeqCst);
        }
    }

    /// Somebody could not drive, because another one does. To be followed by a second attempt.
    pub(super) fn miss(&self) {
        // SeqCst: either the second attempt succeeds, or the driver sees this when it leaves.
        self.missed.store(true, SeqCst);
    }

    /// Whether somebody has missed its turn since this was asked last.
    pub(super) fn take_missed(&self) -> bool {
        self.missed.load(SeqCst) && self.missed.swap(false, SeqCst)
    }

    /// The root has something to do.
    pub(super) fn wake_root(&self) {
        if self.root == Root::Toplevel {
            self.toplevel.wake();
        }
    }

    /// Whoever waits may drive, or see that all is done. Which of them still wants to is not known
    /// here, so all are woken.
    pub(super) fn wake_waiting(&self) {
        if self.waiting_len.load(SeqCst) == 0 {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let wakers = std::mem::take(&mut *waiting);
        self.waiting_len.store(0, SeqCst);
        drop(waiting);
        wakers.into_iter().for_each(Waker::wake);
    }
}

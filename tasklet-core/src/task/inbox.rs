//! What other threads want of a driver: a lock-free stack that is taken whole.
//!
//! Producers push with one compare-exchange; the driver takes everything at once and turns it
//! round, so that messages are handled in the order of their arrival. Nothing is ever popped
//! singly, which is why the classic ABA problem of such stacks cannot arise.

use std::fmt;
use std::ptr;

use super::reference::TaskRef;
use super::scheduler::Driving;
use crate::sync::AtomicPtr;
use crate::sync::Ordering::{Acquire, Relaxed, SeqCst};

/// Work that needs the driver.
pub(crate) type Job = Box<dyn FnOnce(&Driving<'_>) + Send>;

/// One message to the driver.
pub(crate) enum Message {
    /// A task was woken from outside; its `WOKEN` flag is set.
    Wake(TaskRef),
    /// Anything else that only the driver may do.
    Do(Job),
}

struct Node {
    message: Message,
    next: *mut Node,
}

/// The messages that have not been taken yet, newest first.
pub(crate) struct Inbox {
    newest: AtomicPtr<Node>,
}

impl Inbox {
    pub(crate) fn new() -> Inbox {
        Inbox { newest: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Whether there is anything to take.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // SeqCst: see `push`.
        self.newest.load(SeqCst).is_null()
    }

    /// Adds a message. The caller wakes the driver afterwards.
    pub(crate) fn push(&self, message: Message) {
        let node = Box::into_raw(Box::new(Node { message, next: ptr::null_mut() }));
        let mut newest = self.newest.load(Relaxed);
        loop {
            // SAFETY: the node is not shared before the exchange succeeds.
            unsafe { (*node).next = newest };
            // Release, so that the driver's `swap` sees the node's contents. SeqCst on top of it:
            // who sends looks at something afterwards (is the task done, has the root ended?) that
            // the driver writes before it looks whether the inbox is empty; one of them sees the
            // other.
            match self.newest.compare_exchange_weak(newest, node, SeqCst, Relaxed) {
                Ok(_) => return,
                Err(actual) => newest = actual,
            }
        }
    }

    /// Takes all messages, oldest first.
    pub(crate) fn take(&self) -> Messages {
        // Acquire: pairs with the Release of every push, each of which is part of the release
        // sequence that the newest one heads.
        let mut rest = self.newest.swap(ptr::null_mut(), Acquire);
        let mut oldest = ptr::null_mut();
        while !rest.is_null() {
            // SAFETY: the chain was unlinked by the swap, and is this thread's alone.
            let next = unsafe { std::mem::replace(&mut (*rest).next, oldest) };
            oldest = rest;
            rest = next;
        }
        Messages { oldest }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("is_empty", &self.is_empty()).finish()
    }
}

/// Messages that were taken, in the order of their arrival.
pub(crate) struct Messages {
    oldest: *mut Node,
}

impl Iterator for Messages {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        if self.oldest.is_null() {
            return None;
        }
        // SAFETY: the nodes of a taken chain belong to this iterator, each came from a box.
        let node = unsafe { Box::from_raw(self.oldest) };
        self.oldest = node.next;
        Some(node.message)
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

//! `TaskRef`: one counted reference to a task whose types nobody here needs to know. `InnerRef` is
//! the same for those who only keep the memory.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use super::Home;
use super::cell::Header;
use super::harness;

/// One counted reference. It keeps the memory alive, not the future.
#[derive(Debug)]
pub(crate) struct TaskRef(NonNull<Header>);

// SAFETY: what a reference reaches without driving the context is atomic or immutable; the rest is
// reached through a `Driving`, which one thread at a time has.
unsafe impl Send for TaskRef {}
// SAFETY: as for `Send`.
unsafe impl Sync for TaskRef {}

impl TaskRef {
    /// Takes over a reference that was counted already.
    ///
    /// # Safety
    ///
    /// The reference was counted and belongs to the caller.
    pub(super) unsafe fn from_counted(header: NonNull<Header>) -> TaskRef {
        TaskRef(header)
    }

    /// Adds a reference.
    ///
    /// # Safety
    ///
    /// The cell is alive.
    pub(super) unsafe fn new(header: NonNull<Header>) -> TaskRef {
        // SAFETY: as the caller promises.
        unsafe { harness::add_reference(header) };
        TaskRef(header)
    }

    pub(super) fn header(&self) -> NonNull<Header> {
        self.0
    }

    pub(super) fn get(&self) -> &Header {
        // SAFETY: the reference keeps the cell alive.
        unsafe { self.0.as_ref() }
    }

    /// Makes the cell hold its context, if it does not yet.
    pub(super) fn ensure_home(&self) {
        // SAFETY: whoever has a reference is inside the first poll, or the cell holds its context.
        unsafe { harness::ensure_home(self.get()) };
    }

    /// The task's context.
    pub(crate) fn home(&self) -> Arc<Home> {
        self.ensure_home();
        let home = self.get().home.as_ptr().cast_const();
        // SAFETY: the cell holds one strong count, which this borrows without giving it back.
        let borrowed = ManuallyDrop::new(unsafe { Arc::from_raw(home) });
        Arc::clone(&borrowed)
    }
}

impl Drop for TaskRef {
    fn drop(&mut self) {
        // SAFETY: the reference was counted once and is given back once.
        unsafe { harness::drop_reference(self.0) };
    }
}

/// One inner reference: it keeps the memory alive, and whoever has it wakes nobody.
#[derive(Debug)]
pub(super) struct InnerRef(NonNull<Header>);

impl InnerRef {
    /// Adds a reference.
    ///
    /// # Safety
    ///
    /// The cell is alive, and is its context's: the caller drives it.
    pub(super) unsafe fn new(header: NonNull<Header>) -> InnerRef {
        // SAFETY: as the caller promises.
        unsafe { harness::add_inner(header) };
        InnerRef(header)
    }

    pub(super) fn header(&self) -> NonNull<Header> {
        self.0
    }
}

impl Drop for InnerRef {
    fn drop(&mut self) {
        // SAFETY: the reference was counted once and is given back once.
        unsafe { harness::drop_inner(self.0) };
    }
}

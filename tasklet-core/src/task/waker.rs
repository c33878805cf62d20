//! A task's waker is its cell: no allocation, one reference a clone.
//!
//! A waker that waits for the end of another task of the same context is kept as its *inner* twin:
//! the same, but for the table of functions, and counted apart. So the word of a task tells whether
//! anybody outside of the context's own tasks could wake it, which is what a deadlock is judged by.

use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::cell::{Header, Run};
use super::current::HomeRef;
use super::inbox::Message;
use super::reference::TaskRef;
use super::{Home, harness, root};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// Its clones are ordinary wakers: only the place in which it lies makes it an inner one.
static INNER_VTABLE: RawWakerVTable =
    RawWakerVTable::new(clone, wake_inner, wake_by_ref, drop_inner);

/// The raw waker of a task; it stands for one reference, which the caller accounts for.
pub(super) fn raw(header: NonNull<Header>) -> RawWaker {
    RawWaker::new(header.as_ptr().cast_const().cast(), &VTABLE)
}

/// A clone to be kept where nothing but the end of a task of `home` fires it: an inner one, if what
/// it wakes belongs to that context, too.
#[inline]
pub(super) fn clone_inner(waker: &Waker, home: NonNull<Home>) -> Waker {
    if !ptr::eq(waker.vtable(), &raw const VTABLE) {
        return root::clone_inner(waker, home).unwrap_or_else(|| waker.clone());
    }
    let task = header(waker.data());
    // SAFETY: the table says that it is a task, which the waker keeps alive.
    if unsafe { task.as_ref() }.home != home {
        return waker.clone();
    }
    // SAFETY: as above; whoever clones a waker holds one, or is inside the first poll.
    unsafe { harness::add_inner(task) };
    // SAFETY: a task and its inner table; the reference was just counted.
    unsafe { Waker::from_raw(RawWaker::new(waker.data(), &INNER_VTABLE)) }
}

/// Whether a waker that was kept, maybe as an inner one, wakes what `waker` does.
#[inline]
pub(super) fn is_same(kept: &Waker, waker: &Waker) -> bool {
    if ptr::eq(kept.vtable(), &raw const INNER_VTABLE) {
        return kept.data() == waker.data() && ptr::eq(waker.vtable(), &raw const VTABLE);
    }
    kept.will_wake(waker) || root::is_same(kept, waker)
}

/// The same waker as an ordinary one: it leaves the place that made it an inner one.
pub(super) fn loosen(waker: Waker) -> Waker {
    let Some(task) = inner_task(&waker) else { return root::loosen(waker) };
    // SAFETY: the waker keeps the cell alive.
    unsafe { task.as_ref() }.state.loosen();
    let waker = ManuallyDrop::new(waker);
    // SAFETY: the reference goes over to the new waker, as the ordinary one that it is now.
    unsafe { Waker::from_raw(raw(header(waker.data()))) }
}

/// The task that an inner waker wakes.
pub(super) fn inner_task(waker: &Waker) -> Option<NonNull<Header>> {
    ptr::eq(waker.vtable(), &raw const INNER_VTABLE).then(|| header(waker.data()))
}

/// The task behind a task's waker.
fn header(data: *const ()) -> NonNull<Header> {
    NonNull::new(data.cast_mut().cast()).expect("a task's waker points to its cell")
}

/// # Safety
///
/// `data` is a task's header, which the caller's waker keeps alive.
unsafe fn clone(data: *const ()) -> RawWaker {
    let header = header(data);
    // SAFETY: as the caller promises.
    unsafe { harness::add_reference(header) };
    raw(header)
}

/// # Safety
///
/// As for `clone`, and the caller's reference is given up.
unsafe fn wake(data: *const ()) {
    // SAFETY: the reference is alive during the call, and given back by the next line.
    unsafe { wake_by_ref(data) };
    // SAFETY: as the caller promises.
    unsafe { drop_waker(data) };
}

/// # Safety
///
/// As for `clone`.
unsafe fn wake_by_ref(data: *const ()) {
    let pointer = header(data);
    // SAFETY: the caller's waker keeps the cell alive.
    let header = unsafe { pointer.as_ref() };
    // SAFETY: a waker exists, so that either the first poll is still running, whose driver holds
    // the context, or the cell holds it.
    let home = unsafe { HomeRef::from_raw(header.home) };
    let here = home.scheduler.with_driving(|driving| match header.run.get() {
        Run::Idle => {
            header.run.set(Run::Queued);
            driving.push_ready(pointer);
        }
        Run::Running => header.run.set(Run::Notified),
        Run::Queued | Run::Notified | Run::Cancelled | Run::Finished | Run::FinishedQueued => {}
    });
    if here.is_none() && header.state.wake_from_outside() {
        // SAFETY: `wake_from_outside` has added the reference that the message carries.
        let task = unsafe { TaskRef::from_counted(pointer) };
        task.ensure_home();
        home.scheduler.inbox.push(Message::Wake(task));
        home.notify();
    }
}

/// # Safety
///
/// As for `clone`, and the caller's reference is given up.
unsafe fn drop_waker(data: *const ()) {
    // SAFETY: a reference that was counted when the waker was cloned.
    drop(unsafe { TaskRef::from_counted(header(data)) });
}

/// # Safety
///
/// As for `wake`, of an inner waker.
unsafe fn wake_inner(data: *const ()) {
    // SAFETY: the reference is alive during the call, and given back by the next line.
    unsafe { wake_by_ref(data) };
    // SAFETY: as the caller promises.
    unsafe { drop_inner(data) };
}

/// # Safety
///
/// As for `drop_waker`, of an inner waker.
unsafe fn drop_inner(data: *const ()) {
    // SAFETY: an inner reference, counted when the waker was made.
    unsafe { harness::drop_inner(header(data)) };
}

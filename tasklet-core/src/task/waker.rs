//! A task's waker is its cell: no allocation, one reference a clone.

use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable};

use super::cell::{Header, Run};
use super::current::HomeRef;
use super::harness;
use super::inbox::Message;
use super::reference::TaskRef;

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// The raw waker of a task; it stands for one reference, which the caller accounts for.
pub(super) fn raw(header: NonNull<Header>) -> RawWaker {
    RawWaker::new(header.as_ptr().cast_const().cast(), &VTABLE)
}

/// Whether `waker` wakes a task, and which.
pub(super) fn header(data: *const ()) -> NonNull<Header> {
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

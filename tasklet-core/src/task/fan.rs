//! Many wakers behind one: what a future with several waiters gives to the task that it waits for.
//!
//! A fan is an `Arc` behind a waker with a table of its own, so that whoever looks for deadlocks
//! can see through it. Wakers of tasks of the same context are kept as inner ones: nothing but the
//! end of the one task that holds the fan fires them. Whoever takes them out, on whatever thread,
//! makes ordinary ones of them under the lock: from then on they fire by his hand.

use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::{Arc, PoisonError};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::{Home, waker};
use crate::sync::{Mutex, MutexGuard};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_fan);

/// The wakers of those who wait for one thing.
#[derive(Debug, Default)]
pub(crate) struct Fan {
    wakers: Mutex<Vec<Waker>>,
}

impl Fan {
    /// A waker that wakes all.
    pub(crate) fn waker(self: &Arc<Fan>) -> Waker {
        let data = Arc::into_raw(Arc::clone(self)).cast();
        // SAFETY: the table's functions take an `Arc<Fan>`, which this is.
        unsafe { Waker::from_raw(RawWaker::new(data, &VTABLE)) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        // Nothing that could panic runs under the lock.
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a waker, if it is not there yet.
    pub(crate) fn add(&self, waker: &Waker) {
        let mut wakers = self.lock();
        if !wakers.iter().any(|kept| waker::is_same(kept, waker)) {
            wakers.push(waker.clone());
        }
    }

    /// The fan lies with a task of `home` that has not finished, and with nobody else: a waker of
    /// the same context that was added is an inner one.
    pub(crate) fn confine(&self, waker: &Waker, home: NonNull<Home>) {
        let mut wakers = self.lock();
        // From the end, where those are who were just added. One that is not found as an ordinary
        // one is an inner one already.
        let added = wakers.iter_mut().rev().find(|kept| kept.will_wake(waker));
        let Some(added) = added else { return };
        let ordinary = std::mem::replace(added, waker::clone_inner(waker, home));
        drop(wakers);
        drop(ordinary);
    }

    /// Wakes all.
    pub(crate) fn wake_all(&self) {
        let mut kept = self.lock();
        let wakers: Vec<_> = kept.drain(..).map(waker::loosen).collect();
        drop(kept);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Shows each waker. Nothing of the fan's may be called meanwhile.
    pub(super) fn each(&self, see: impl FnMut(&Waker)) {
        self.lock().iter().for_each(see);
    }

    /// The fan behind a waker, if it is one.
    pub(super) fn behind(waker: &Waker) -> Option<&Fan> {
        if !ptr::eq(waker.vtable(), &raw const VTABLE) {
            return None;
        }
        // SAFETY: the table says that it is a fan, which the waker keeps alive.
        Some(unsafe { &*waker.data().cast::<Fan>() })
    }
}

/// # Safety
///
/// `data` came from `Arc::into_raw`, and the caller's waker keeps it alive.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: as the caller promises.
    unsafe { Arc::increment_strong_count(data.cast::<Fan>()) };
    RawWaker::new(data, &VTABLE)
}

/// # Safety
///
/// As for `clone`, and the caller's waker is given up.
unsafe fn wake(data: *const ()) {
    // SAFETY: the caller's strong count becomes this value's.
    unsafe { Arc::from_raw(data.cast::<Fan>()) }.wake_all();
}

/// # Safety
///
/// As for `clone`.
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: borrowed, and not given back.
    ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Fan>()) }).wake_all();
}

/// # Safety
///
/// As for `clone`, and the caller's waker is given up.
unsafe fn drop_fan(data: *const ()) {
    // SAFETY: the caller's strong count becomes this value's.
    drop(unsafe { Arc::from_raw(data.cast::<Fan>()) });
}

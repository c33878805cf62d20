//! The waker of a root: of a toplevel's body, and of a future that a blocked thread polls.
//!
//! It is an `Arc` of its owner, as `Waker::from` would make of it, but for two things: the wakers
//! are counted for themselves, in the owner's [`WakerCount`], and there is an inner twin of each,
//! as for a task's. So it can be told whether anybody outside of the context's tasks could wake the
//! root, which a strong count, in which other owners take part, does not tell.
//!
//! All wakers of one root together hold one strong count of the owner; the last one gives it back.

use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::Home;
use super::count::WakerCount;
use super::state::Release;
use crate::context::block::Woken;

/// What a root's waker belongs to.
pub(crate) trait RootOwner: Send + Sync + 'static {
    /// A static of this type, which no other type names.
    const TABLES: &'static Tables;

    fn wakers(&self) -> &WakerCount;

    /// The root is to be polled.
    fn wake_root(self: &Arc<Self>);

    /// The address of the context that the root drives.
    fn home(&self) -> usize;
}

/// The tables of functions of an owner's two kinds of wakers.
#[derive(Debug)]
pub(crate) struct Tables {
    ordinary: RawWakerVTable,
    inner: RawWakerVTable,
}

impl Tables {
    const fn of<O: RootOwner>() -> Tables {
        Tables {
            ordinary: RawWakerVTable::new(clone::<O>, wake::<O>, wake_by_ref::<O>, drop_waker::<O>),
            inner: RawWakerVTable::new(
                clone::<O>,
                wake_inner::<O>,
                wake_by_ref::<O>,
                drop_inner::<O>,
            ),
        }
    }
}

// Statics, whose addresses tell whose waker it is.
pub(crate) static OF_TOPLEVEL: Tables = Tables::of::<Home>();
pub(crate) static OF_BLOCKED: Tables = Tables::of::<Woken>();

/// The waker that a root is polled with, and with it the knowledge who else has one.
#[derive(Debug)]
pub(crate) struct RootWaker<O: RootOwner> {
    waker: Waker,
    /// Borrows the strong count that all wakers hold together, so that none of its own is needed.
    owner: ManuallyDrop<Arc<O>>,
}

impl<O: RootOwner> RootWaker<O> {
    #[inline]
    pub(crate) fn new(owner: Arc<O>) -> RootWaker<O> {
        let first = owner.wakers().add();
        let data = Arc::into_raw(owner);
        // SAFETY: it came from `into_raw`; the strong count is given back below, or by the last
        // waker, and this waker outlives the borrow.
        let owner = ManuallyDrop::new(unsafe { Arc::from_raw(data) });
        if !first {
            // SAFETY: the group has a strong count already, and needs only that one.
            unsafe { Arc::decrement_strong_count(data) };
        }
        // SAFETY: the waker was just counted, and the first one of a group brings the strong count
        // that the group holds; the table is the owner's.
        let waker = unsafe { Waker::from_raw(RawWaker::new(data.cast(), &O::TABLES.ordinary)) };
        RootWaker { waker, owner }
    }

    #[inline]
    pub(crate) fn owner(&self) -> &Arc<O> {
        &self.owner
    }

    #[inline]
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Who waits, to those who look for deadlocks.
    pub(crate) fn waits(&self) -> RootWaits<'_> {
        RootWaits { wakers: self.owner.wakers(), data: self.waker.data() }
    }
}

/// A root that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RootWaits<'a> {
    wakers: &'a WakerCount,
    data: *const (),
}

impl RootWaits<'_> {
    /// See [`WakerCount::is_inner_only`].
    pub(super) fn is_inner_only(&self) -> bool {
        self.wakers.is_inner_only()
    }

    /// What its inner wakers have as their data.
    pub(super) fn data(&self) -> *const () {
        self.data
    }
}

/// The inner twin of a root's waker, if it is one, and the root drives `home`.
pub(super) fn clone_inner(waker: &Waker, home: NonNull<Home>) -> Option<Waker> {
    if ptr::eq(waker.vtable(), &raw const OF_TOPLEVEL.ordinary) {
        // SAFETY: the table says whose waker it is.
        unsafe { clone_inner_of::<Home>(waker, home) }
    } else if ptr::eq(waker.vtable(), &raw const OF_BLOCKED.ordinary) {
        // SAFETY: the table says whose waker it is.
        unsafe { clone_inner_of::<Woken>(waker, home) }
    } else {
        None
    }
}

/// # Safety
///
/// It is a waker of an `O`.
unsafe fn clone_inner_of<O: RootOwner>(waker: &Waker, home: NonNull<Home>) -> Option<Waker> {
    // SAFETY: the data is an owner, which the waker keeps alive.
    let owner = unsafe { &*waker.data().cast::<O>() };
    if owner.home() != home.addr().get() {
        return None;
    }
    owner.wakers().add_inner();
    // SAFETY: the waker was just counted, as what its table says.
    Some(unsafe { Waker::from_raw(RawWaker::new(waker.data(), &O::TABLES.inner)) })
}

/// Whether `kept` is the inner twin of `waker`.
pub(super) fn is_same(kept: &Waker, waker: &Waker) -> bool {
    let are_twins = |tables: &'static Tables| {
        ptr::eq(kept.vtable(), &raw const tables.inner)
            && ptr::eq(waker.vtable(), &raw const tables.ordinary)
    };
    kept.data() == waker.data() && (are_twins(&OF_TOPLEVEL) || are_twins(&OF_BLOCKED))
}

/// Makes an ordinary waker of an inner one; others stay what they are.
pub(super) fn loosen(waker: Waker) -> Waker {
    if ptr::eq(waker.vtable(), &raw const OF_TOPLEVEL.inner) {
        // SAFETY: the table says whose waker it is.
        unsafe { loosen_of::<Home>(waker) }
    } else if ptr::eq(waker.vtable(), &raw const OF_BLOCKED.inner) {
        // SAFETY: the table says whose waker it is.
        unsafe { loosen_of::<Woken>(waker) }
    } else {
        waker
    }
}

/// # Safety
///
/// It is an inner waker of an `O`.
unsafe fn loosen_of<O: RootOwner>(waker: Waker) -> Waker {
    let waker = ManuallyDrop::new(waker);
    // SAFETY: the data is an owner, which the waker keeps alive.
    unsafe { &*waker.data().cast::<O>() }.wakers().loosen();
    // SAFETY: the count of the old waker goes over to the new one.
    unsafe { Waker::from_raw(RawWaker::new(waker.data(), &O::TABLES.ordinary)) }
}

/// Whether it is an inner waker of a root.
pub(super) fn is_inner(waker: &Waker) -> bool {
    ptr::eq(waker.vtable(), &raw const OF_TOPLEVEL.inner)
        || ptr::eq(waker.vtable(), &raw const OF_BLOCKED.inner)
}

/// # Safety
///
/// `data` is an `O`, which the caller's waker keeps alive.
unsafe fn clone<O: RootOwner>(data: *const ()) -> RawWaker {
    // SAFETY: as the caller promises.
    let first = unsafe { &*data.cast::<O>() }.wakers().add();
    debug_assert!(!first, "cloned from a waker that counts");
    RawWaker::new(data, &O::TABLES.ordinary)
}

/// # Safety
///
/// As for `clone`, and the caller's waker is given up.
unsafe fn wake<O: RootOwner>(data: *const ()) {
    // SAFETY: the waker is counted during the call, and given up by the next line.
    unsafe { wake_by_ref::<O>(data) };
    // SAFETY: as the caller promises.
    unsafe { drop_waker::<O>(data) };
}

/// # Safety
///
/// As for `clone`.
unsafe fn wake_by_ref<O: RootOwner>(data: *const ()) {
    // SAFETY: the data came from an `Arc`, one strong count of which all wakers hold together; it
    // is borrowed, and nothing is given back.
    let owner = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<O>()) });
    owner.wake_root();
}

/// # Safety
///
/// As for `clone`, and the caller's waker, an ordinary one, is given up.
unsafe fn drop_waker<O: RootOwner>(data: *const ()) {
    // SAFETY: alive until here.
    let release = unsafe { &*data.cast::<O>() }.wakers().drop_one();
    // SAFETY: it came from this very waker.
    unsafe { release_owner::<O>(release, data) };
}

/// # Safety
///
/// As for `wake`, of an inner waker.
unsafe fn wake_inner<O: RootOwner>(data: *const ()) {
    // SAFETY: the waker is counted during the call, and given up by the next line.
    unsafe { wake_by_ref::<O>(data) };
    // SAFETY: as the caller promises.
    unsafe { drop_inner::<O>(data) };
}

/// # Safety
///
/// As for `drop_waker`, of an inner waker.
unsafe fn drop_inner<O: RootOwner>(data: *const ()) {
    // SAFETY: alive until here.
    let release = unsafe { &*data.cast::<O>() }.wakers().drop_inner();
    // SAFETY: it came from this very waker.
    unsafe { release_owner::<O>(release, data) };
}

/// # Safety
///
/// `release` came from giving up a waker with this data.
unsafe fn release_owner<O: RootOwner>(release: Release, data: *const ()) {
    if release == Release::Free {
        // SAFETY: the group held one strong count, and its last waker has gone.
        drop(unsafe { Arc::from_raw(data.cast::<O>()) });
    }
}

//! Which context the running code belongs to: one pointer a thread, set by a guard.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::Home;
use crate::sync::thread_local;

thread_local! {
    static CURRENT: Cell<*const Home> = const { Cell::new(ptr::null()) };
    static THREAD: Cell<usize> = const { Cell::new(0) };
}

/// A number for this thread that no other thread of the process ever has; never zero.
#[inline]
pub(crate) fn thread_number() -> usize {
    // Std's in models too: it outlives each of their runs.
    static LAST: AtomicUsize = AtomicUsize::new(0);
    THREAD.with(|number| {
        if number.get() == 0 {
            number.set(LAST.fetch_add(1, Relaxed) + 1);
        }
        number.get()
    })
}

/// A borrowed context, from which an owned one can be made: `&Arc<Home>` in one pointer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HomeRef<'a> {
    home: NonNull<Home>,
    borrowed: PhantomData<&'a Arc<Home>>,
}

impl<'a> HomeRef<'a> {
    #[inline]
    pub(crate) fn to_arc(self) -> Arc<Home> {
        // SAFETY: the pointer came from `Arc::as_ptr`, and the `Arc` is borrowed for `'a`; nothing
        // is given back.
        let borrowed = ManuallyDrop::new(unsafe { Arc::from_raw(self.home.as_ptr().cast_const()) });
        Arc::clone(&borrowed)
    }

    /// Borrows what a task's header points to.
    ///
    /// # Safety
    ///
    /// The pointer came from `Arc::as_ptr`, and the context is alive for `'a`.
    pub(super) unsafe fn from_raw(home: NonNull<Home>) -> HomeRef<'a> {
        HomeRef { home, borrowed: PhantomData }
    }

    #[inline]
    pub(super) fn as_ptr(self) -> NonNull<Home> {
        self.home
    }

    /// The context, for as long as its owner is borrowed.
    #[inline]
    pub(crate) fn get(self) -> &'a Home {
        // SAFETY: the owning `Arc` is borrowed for `'a`.
        unsafe { self.home.as_ref() }
    }
}

impl<'a> From<&'a Arc<Home>> for HomeRef<'a> {
    #[inline]
    fn from(home: &'a Arc<Home>) -> HomeRef<'a> {
        let home = NonNull::new(Arc::as_ptr(home).cast_mut()).expect("an Arc is never null");
        HomeRef { home, borrowed: PhantomData }
    }
}

impl Deref for HomeRef<'_> {
    type Target = Home;

    #[inline]
    fn deref(&self) -> &Home {
        self.get()
    }
}

/// While it lives, its context is the thread's current one.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    previous: *const Home,
    home: PhantomData<HomeRef<'a>>,
}

impl<'a> Entered<'a> {
    #[inline]
    pub(crate) fn new(home: HomeRef<'a>) -> Entered<'a> {
        let previous = CURRENT.with(|current| current.replace(home.as_ptr().as_ptr()));
        Entered { previous, home: PhantomData }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.previous));
    }
}

/// Calls `f` with the context that was entered last on this thread, if there is one.
#[inline]
pub(crate) fn with_entered<R>(f: impl FnOnce(Option<HomeRef<'_>>) -> R) -> R {
    let home = NonNull::new(CURRENT.with(Cell::get).cast_mut());
    // The pointer is valid for the call: the `Entered` that set it lives in a caller's frame, where
    // it borrows the context's owner; guards are dropped in the opposite order of their making.
    f(home.map(|home| HomeRef { home, borrowed: PhantomData }))
}

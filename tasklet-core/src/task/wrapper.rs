//! Lists of handles, which become lists of what is in them: where they lie, so that nothing is
//! moved and no handle is dropped on the way.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use crate::future::handle::Handle;
use crate::future::{LocalTaskletFuture, SharedFuture, SharedInner, TaskletFuture};

/// A type that is nothing but what is in it.
///
/// # Safety
///
/// It is a transparent struct around `Inner`, and has no drop of its own.
pub(crate) unsafe trait Wrapper: Sized {
    type Inner;
}

// SAFETY: it is transparent, and only its field is dropped.
unsafe impl<T> Wrapper for TaskletFuture<T> {
    type Inner = Handle<T>;
}

// SAFETY: as above.
unsafe impl<T> Wrapper for LocalTaskletFuture<T> {
    type Inner = Handle<T>;
}

// SAFETY: as above.
unsafe impl<T> Wrapper for SharedFuture<T> {
    type Inner = Arc<SharedInner<T>>;
}

/// What is in each of them.
pub(crate) fn unwrap_all<W: Wrapper>(all: Vec<W>) -> Vec<W::Inner> {
    let mut all = ManuallyDrop::new(all);
    let (pointer, len, capacity) = (all.as_mut_ptr(), all.len(), all.capacity());
    // SAFETY: the parts of a list that is forgotten; of its items a transparent struct has the
    // layout of what is in it, which is all there is to drop.
    unsafe { Vec::from_raw_parts(pointer.cast(), len, capacity) }
}

/// All items of an iterator, as `collect` gives them. It is here since std drops the iterator,
/// which has nothing left then, where that cannot be seen.
pub(crate) fn collect_all<T>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    items.into_iter().collect()
}

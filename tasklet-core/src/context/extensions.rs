//! What others keep in a context: one value of each type, dropped with the context.

use std::any::{Any, TypeId};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use super::{Context, Shared};
use crate::error::{Failure, Panic};

type Value = Arc<dyn Any + Send + Sync>;

/// A list that only grows, so that whoever looks something up needs no lock. A program has a
/// handful of such types, and most contexts have values of none.
#[derive(Default)]
pub(super) struct Extensions {
    first: OnceLock<Box<Node>>,
}

struct Node {
    id: TypeId,
    value: Value,
    next: OnceLock<Box<Node>>,
}

impl Extensions {
    fn get_or_insert(&self, id: TypeId, make: impl FnOnce() -> Value) -> &Value {
        let mut slot = &self.first;
        while let Some(node) = slot.get() {
            if node.id == id {
                return &node.value;
            }
            slot = &node.next;
        }
        // User code, which may ask for extensions itself: nothing is held meanwhile.
        let mut made = Some(Box::new(Node { id, value: make(), next: OnceLock::new() }));
        loop {
            // Where somebody else was faster, theirs may be the very one.
            let node =
                slot.get_or_init(|| made.take().unwrap_or_else(|| unreachable!("made once")));
            if node.id == id {
                return &node.value;
            }
            slot = &node.next;
        }
    }

    fn find(&self, id: TypeId) -> Option<&Value> {
        let first = self.first.get();
        let mut nodes = std::iter::successors(first, |node| node.next.get());
        nodes.find(|node| node.id == id).map(|node| &node.value)
    }

    /// Drops all values, the newest first. What their drops throw is handed to `report`.
    fn clear(&mut self, report: impl Fn(Failure)) {
        let mut nodes = Vec::new();
        let mut next = self.first.take();
        while let Some(mut node) = next {
            next = node.next.take();
            nodes.push(node);
        }
        while let Some(node) = nodes.pop() {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(node))) {
                report(Panic::new(payload).into_failure());
            }
        }
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions").finish_non_exhaustive()
    }
}

impl Shared {
    /// The value of this type, made by `make` if there is none yet.
    pub(crate) fn extension<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> &T {
        let value = self.extensions.get_or_insert(TypeId::of::<T>(), || Arc::new(make()));
        value.downcast_ref().unwrap_or_else(|| unreachable!("found by its type"))
    }

    /// The value of this type, if there is one.
    pub(crate) fn find_extension<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.extensions.find(TypeId::of::<T>())?.downcast_ref()
    }

    /// Drops all of them. What their drops throw is reported.
    pub(super) fn drop_extensions(&mut self) {
        let (origin, mut extensions) = (self.origin, std::mem::take(&mut self.extensions));
        extensions.clear(|failure| self.report(origin, failure));
    }
}

impl Context {
    /// This context's value of the type `T`; the default one, if it was not asked for before.
    ///
    /// A context has at most one value of each type, and drops it when the context itself goes:
    /// when all is finished, and the last handle of the context, and of its tasklets, is gone. So
    /// it is the place for what belongs to one request: its user, its cache, its counters. Choose
    /// a type of your own, which nobody else can mean.
    ///
    /// The second time takes a few nanoseconds and no lock. Do not keep a [`Context`] in the value:
    /// both would live for ever.
    ///
    /// NDB: attributes of `ndb.Context`.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use tasklet_core::Context;
    ///
    /// #[derive(Default)]
    /// struct Queries(AtomicU32);
    ///
    /// let (one, other) = (Context::new(), Context::new());
    /// one.extension::<Queries>().0.fetch_add(1, Ordering::Relaxed);
    /// assert_eq!(one.extension::<Queries>().0.load(Ordering::Relaxed), 1);
    /// assert_eq!(other.extension::<Queries>().0.load(Ordering::Relaxed), 0);
    /// ```
    #[must_use]
    pub fn extension<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.extension_with(T::default)
    }

    /// The same with a value that `make` makes if there is none yet.
    ///
    /// `make` may ask for extensions itself. Where two threads ask at the same time, both may make
    /// one; the first to be put down is the one that both get.
    ///
    /// ```
    /// use tasklet_core::Context;
    ///
    /// struct User(String);
    ///
    /// let context = Context::new();
    /// let user = context.extension_with(|| User("Ada".to_owned()));
    /// let again = context.extension_with(|| User("nobody".to_owned()));
    /// assert_eq!((user.0.as_str(), again.0.as_str()), ("Ada", "Ada"));
    /// ```
    #[must_use]
    pub fn extension_with<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let extensions = &self.shared().extensions;
        let value = extensions.get_or_insert(TypeId::of::<T>(), || Arc::new(make()));
        match Arc::clone(value).downcast() {
            Ok(value) => value,
            Err(_) => unreachable!("found by its type"),
        }
    }
}

//! What the two sides of a queue share: its state, a lock around it, and the futures' wakers.
//!
//! Nothing of the users' runs under the lock: no waker, no drop of an item, no poll of a future.
//! What a transition has for them is collected, and done when the lock is released.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use super::item::Content;
use super::slab::Key;
use super::state::{Entry, Kind, State, Taken};
use super::waiters::Wakes;
use crate::context::block::poll_as_guest;
use crate::error::Panic;
use crate::future::handle::Handle;

/// `Debug` names so many of the futures that are waited for.
const NAMED_MAX: usize = 32;

pub(super) struct Core<T> {
    state: Mutex<State<T>>,
    kind: Kind,
    place: &'static Location<'static>,
}

/// Wakes a queue when a future in it has finished.
struct Signal<T> {
    // Weak, since the future knows its waker: a queue that is gone drops its futures.
    core: Weak<Core<T>>,
    key: Key,
}

impl<T: Send + 'static> Wake for Signal<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(core) = self.core.upgrade() {
            core.change(|state, wakes| state.finish(self.key, wakes));
        }
    }
}

impl<T> Core<T> {
    #[track_caller]
    pub(super) fn new(kind: Kind, capacity: usize) -> Arc<Core<T>> {
        let state = Mutex::new(State::new(kind, capacity));
        Arc::new(Core { state, kind, place: Location::caller() })
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state, which does not change.
    pub(super) fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        look(&self.lock())
    }

    /// Makes a transition, and wakes whom it concerns.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut Wakes) -> R) -> R {
        let mut wakes = Wakes::default();
        let result = change(&mut self.lock(), &mut wakes);
        wakes.wake();
        result
    }

    /// Polls `attempt`. Where it gives nothing, `register` puts the waker down, and gives back the
    /// one before.
    ///
    /// The futures that are waited for may belong to contexts that nobody drives: as whoever awaits
    /// such a future itself, we do.
    pub(super) fn poll<R>(
        &self,
        cx: &mut Context<'_>,
        attempt: impl Fn(&mut State<T>, &mut Wakes) -> Option<R>,
        register: impl FnOnce(&mut State<T>, Waker) -> Option<Waker>,
    ) -> Poll<R> {
        if let Some(result) = self.change(&attempt) {
            return Poll::Ready(result);
        }
        let waker = cx.waker().clone();
        let attempted = self.change(|state, wakes| match attempt(state, wakes) {
            Some(result) => Ok(result),
            None => Err((register(state, waker), state.undriven_homes())),
        });
        let homes = match attempted {
            Ok(result) => return Poll::Ready(result),
            Err((_old_waker, homes)) => homes,
        };
        for home in homes {
            let polled = poll_as_guest(
                &home,
                cx,
                || false,
                |_, _| self.change(&attempt).map_or(Poll::Pending, Poll::Ready),
                |_| None,
            );
            if polled.is_ready() {
                return polled;
            }
        }
        Poll::Pending
    }

    /// What a waiter makes of what it has got. Panics go on here.
    pub(super) fn give(&self, taken: Taken<T>) -> Option<T> {
        match taken {
            Taken::Item(content) => {
                Some(content.into_outcome().unwrap_or_else(|panic| panic.resume()))
            }
            Taken::End => None,
            Taken::Abandoned => self.abandoned().resume(),
        }
    }

    #[cold]
    pub(super) fn abandoned(&self) -> Panic {
        Panic::untold(format!(
            "a producer of the {} made at {} was dropped without `complete()`",
            self.kind.name(),
            self.place
        ))
    }

    /// Takes everything out, and stops what has not finished.
    pub(super) fn cancel(&self) {
        let entries = self.change(State::clear);
        entries.into_iter().filter_map(Entry::into_future).for_each(Handle::cancel);
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pending, finished, waiting_for) = self.look(|state| {
            let names = state.pending_futures().take(NAMED_MAX);
            let names: Vec<_> = names.map(|future| Name(future.describe().to_string())).collect();
            (state.pending(), state.finished(), names)
        });
        f.debug_struct(name)
            .field("made_at", &format_args!("{}", self.place))
            .field("pending", &pending)
            .field("finished", &finished)
            .field("waiting_for", &waiting_for)
            .finish()
    }
}

/// A text that is no string.
struct Name(String);

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T: Send + 'static> Core<T> {
    /// Adds what `may_add` lets in. Where it does not, the item is dropped: a future is left to its
    /// context.
    pub(super) fn add(
        self: &Arc<Self>,
        content: Content<T>,
        may_add: impl FnOnce(&mut State<T>) -> bool,
    ) -> bool {
        let mut content = Some(content);
        let pending = self.change(|state, wakes| {
            if !may_add(state) {
                return None;
            }
            match content.take()? {
                Content::Future(future) if !future.is_done() => {
                    Some((state.reserve(wakes), future))
                }
                finished => {
                    state.put(finished, wakes);
                    None
                }
            }
        });
        if let Some((key, future)) = pending {
            self.watch(key, future);
            return true;
        }
        content.is_none()
    }

    /// Puts a future that has not finished into the entry that was made for it.
    fn watch(self: &Arc<Self>, key: Key, mut future: Handle<T>) {
        let waker = Waker::from(Arc::new(Signal { core: Arc::downgrade(self), key }));
        // Not under the lock: this may read the inbox of the future's context, and what stands in
        // there are calls of users, too.
        let home = future.watch(&waker);
        let unwanted = self.change(|state, wakes| state.fill(key, future, home.as_ref(), wakes));
        drop(unwanted);
    }
}

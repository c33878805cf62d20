//! A future that somebody else completes: `Completer` sets what the future's owner awaits.

use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use super::TaskletFuture;
use super::callback::Callback;
use super::handle::Handle;
use crate::context::{current, start_in};
use crate::error::{About, Info, Outcome, Panic};
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};

static PROMISE: Info = Info::new("promise", module_path!());

/// What a [`Completer`] and its future share.
pub(super) struct Promise<T> {
    state: Mutex<State<T>>,
    place: &'static Location<'static>,
    /// Has the current context wait for it; a function pointer, since it is needed where the
    /// bounds on `T` are not known any more, in a handle's drop.
    wait_for: fn(Arc<Promise<T>>),
}

struct State<T> {
    outcome: Option<Outcome<T>>,
    is_done: bool,
    waiter: Option<Waker>,
    callbacks: Vec<Callback>,
}

impl<T> Promise<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn place(&self) -> &'static Location<'static> {
        self.place
    }

    pub(super) fn is_done(&self) -> bool {
        self.lock().is_done
    }

    pub(super) fn poll_done(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_done {
            return Poll::Ready(());
        }
        let old = match &mut state.waiter {
            Some(waiter) if waiter.will_wake(cx.waker()) => None,
            waiter => waiter.replace(cx.waker().clone()),
        };
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// The outcome of a promise that is done.
    pub(super) fn take(&self) -> Outcome<T> {
        let outcome = self.lock().outcome.take();
        outcome.unwrap_or_else(|| Err(Panic::message("a promise was taken twice".into())))
    }

    /// Keeps the callback if the promise is not done.
    pub(super) fn add_callback(&self, callback: Callback) -> Result<(), Callback> {
        let mut state = self.lock();
        if state.is_done {
            return Err(callback);
        }
        state.callbacks.push(callback);
        Ok(())
    }

    /// Another thread may end a toplevel as soon as the promise is done. What the toplevel waits
    /// for must be in its context by then: the queued callbacks come first.
    fn complete(&self, outcome: Outcome<T>) {
        let is_there = self.queue_callbacks();
        let mut state = self.lock();
        state.outcome = Some(outcome);
        state.is_done = true;
        let waiter = state.waiter.take();
        let callbacks = std::mem::take(&mut state.callbacks);
        drop(state);
        if let Some(is_there) = is_there {
            is_there.store(true, Ordering::Release);
        }
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        callbacks.into_iter().for_each(Callback::run);
    }

    /// Gives the word on which the queued callbacks go on, if there are any.
    fn queue_callbacks(&self) -> Option<Arc<AtomicBool>> {
        let mut state = self.lock();
        if !state.callbacks.iter().any(Callback::is_queued) {
            return None;
        }
        let callbacks = std::mem::take(&mut state.callbacks).into_iter();
        let (queued, immediate): (Vec<_>, _) = callbacks.partition(Callback::is_queued);
        state.callbacks = immediate;
        drop(state);
        let is_there = Arc::new(AtomicBool::new(false));
        queued.into_iter().for_each(|callback| callback.queue_until(Arc::clone(&is_there)));
        Some(is_there)
    }

    /// Nobody wants the result any more.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        let (outcome, waiter) = (state.outcome.take(), state.waiter.take());
        drop(state);
        drop((outcome, waiter));
    }

    /// Leaves the promise to the current context, which waits for it and reports its failure.
    pub(super) fn defer(self: Arc<Self>) {
        (self.wait_for)(self);
    }
}

/// Starts what waits for a promise that nobody else waits for.
fn wait_for<T: Send + 'static>(promise: Arc<Promise<T>>) {
    let about = |_: Option<&()>| About::new(&PROMISE);
    let place = promise.place;
    let waiting = async move {
        poll_fn(|cx| promise.poll_done(cx)).await;
        if let Err(panic) = promise.take() {
            panic.resume();
        }
    };
    current::with(|home| start_in(home, place, about, || waiting)).defer();
}

/// The other side of a [`TaskletFuture`]: sets its result, from any thread, once.
///
/// A completer that is dropped without a result is an error at the waiter: it panics, with the
/// place where the pair was made. It never hangs.
///
/// NDB: `Future.set_result`.
///
/// ```
/// use tasklet_core::Completer;
///
/// let (completer, future) = Completer::new();
/// future.add_immediate_callback(|| println!("it is there"));
/// completer.set_result("done");
/// assert_eq!(future.get_result(), "done");
/// ```
#[must_use = "whoever waits for the future panics if its completer is dropped: set the result"]
pub struct Completer<T> {
    /// Empty once the result is set.
    promise: Option<Arc<Promise<T>>>,
}

impl<T: Send + 'static> Completer<T> {
    /// A completer and its future.
    #[track_caller]
    pub fn new() -> (Completer<T>, TaskletFuture<T>) {
        let state = State { outcome: None, is_done: false, waiter: None, callbacks: Vec::new() };
        let state = Mutex::new(state);
        let promise = Arc::new(Promise { state, place: Location::caller(), wait_for });
        let future = TaskletFuture::new(Handle::promised(Arc::clone(&promise)));
        (Completer { promise: Some(promise) }, future)
    }

    /// Sets the result, and wakes whoever waits for it. That it cannot be set twice is a matter of
    /// types: the completer is used up.
    pub fn set_result(mut self, result: T) {
        if let Some(promise) = self.promise.take() {
            promise.complete(Ok(result));
        }
    }
}

impl<T> Drop for Completer<T> {
    fn drop(&mut self) {
        if let Some(promise) = self.promise.take() {
            let message = format!(
                "the completer of the future made at {} was dropped without a result",
                promise.place
            );
            promise.complete(Err(Panic::message(message)));
        }
    }
}

impl<T> fmt::Debug for Completer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.promise.as_ref().map(|promise| promise.place);
        f.debug_struct("Completer").field("made_at", &place).finish()
    }
}

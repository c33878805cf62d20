//! A future that somebody else completes: `Completer` sets what the future's owner awaits.

use std::any::Any;
use std::fmt::{self, Display};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use super::TaskletFuture;
use super::callback::Callback;
use super::handle::{Handle, Told};
use crate::context::{current, start_in};
use crate::error::{About, Failure, Info, Outcome, Panic, TaskletError};
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::task::{Kept, Known};

static PROMISE: Info = Info::new("promise", module_path!());

/// What a [`Completer`] and its future share.
pub(super) struct Promise<T> {
    state: Mutex<State<T>>,
    place: &'static Location<'static>,
    /// Has the current context wait for it; a function pointer, since it is needed where the
    /// bounds on `T` are not known any more, in a handle's drop.
    wait_for: fn(Arc<Promise<T>>),
    /// What somebody was told who has looked at a failure: then it is kept here, and this handle is
    /// the only one that knows it.
    seen: Option<TaskletError>,
}

struct State<T> {
    outcome: Kept<Option<Outcome<T>>>,
    /// Tells what is wrong with a result, if the completer has said that something is.
    eye: Option<fn(&T) -> Option<Failure>>,
    is_done: bool,
    is_abandoned: bool,
    waiter: Option<Waker>,
    /// The completer's, who waits until nobody wants the result any more.
    producer: Option<Waker>,
    callbacks: Vec<Callback>,
}

impl<T> State<T> {
    const fn new(outcome: Option<Outcome<T>>) -> State<T> {
        State {
            is_done: outcome.is_some(),
            outcome: Kept::new(outcome),
            eye: None,
            is_abandoned: false,
            waiter: None,
            producer: None,
            callbacks: Vec::new(),
        }
    }
}

impl<T> Promise<T> {
    /// The failure of a handle whose owner has looked at it.
    pub(super) fn of_seen(outcome: Outcome<T>, error: TaskletError) -> Promise<T> {
        Promise {
            state: Mutex::new(State::new(Some(outcome))),
            place: error.place(),
            wait_for: drop_seen,
            seen: Some(error),
        }
    }

    /// What was told when somebody has looked.
    pub(super) fn seen(&self) -> Option<&TaskletError> {
        self.seen.as_ref()
    }

    /// The result inside, for the only one who knows the promise.
    pub(super) fn result(&mut self) -> Option<&T> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.outcome.get_mut().as_ref()?.as_ref().ok()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who made it; of a failure that was looked at, whose it is.
    pub(super) fn describe(&self) -> String {
        match &self.seen {
            Some(error) => error.origin().to_string(),
            None => format!("promise (made at {})", self.place),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.lock().is_done
    }

    pub(super) fn poll_done(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_done {
            return Poll::Ready(());
        }
        let old = replace_waker(&mut state.waiter, cx.waker());
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// The outcome of a promise that is done.
    pub(super) fn take(&self) -> Outcome<T> {
        let outcome = self.lock().outcome.get_mut().take();
        outcome.unwrap_or_else(|| Err(Panic::message("a promise was taken twice".into())))
    }

    /// The outcome of a promise that is done, and what is wrong with it.
    pub(super) fn take_told(&self) -> Told<T> {
        let (outcome, eye) = (self.take(), self.lock().eye);
        let failure = match &outcome {
            Ok(result) => eye.and_then(|eye| Failure::find(|| eye(result))),
            Err(panic) => Some(panic.to_failure()),
        };
        let about = |_: Option<&T>| About::new(&PROMISE);
        Told { outcome, known: Known::of(self.place, about), failure }
    }

    /// What is wrong, as far as it can be told without looking at the result.
    pub(super) fn known_failure(&self) -> Option<Failure> {
        if let Some(seen) = &self.seen {
            return Some(seen.failure().clone());
        }
        let state = self.lock();
        let panic = state.outcome.get().as_ref()?.as_ref().err()?;
        Some(panic.to_failure())
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
    fn complete(&self, outcome: Outcome<T>, eye: Option<fn(&T) -> Option<Failure>>) {
        let is_there = self.queue_callbacks();
        let mut state = self.lock();
        state.outcome = Kept::new(Some(outcome));
        state.eye = eye;
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
        state.is_abandoned = true;
        let outcome = Kept::new(state.outcome.get_mut().take());
        let waiter = state.waiter.take();
        let producer = state.producer.take();
        drop(state);
        drop((outcome, waiter));
        if let Some(producer) = producer {
            producer.wake();
        }
    }

    /// `Ready` when nobody wants the result any more.
    fn poll_abandoned(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_abandoned {
            return Poll::Ready(());
        }
        let old = replace_waker(&mut state.producer, cx.waker());
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// Leaves the promise to the current context, which waits for it and reports its failure.
    pub(super) fn defer(self: Arc<Self>) {
        (self.wait_for)(self);
    }
}

/// What was looked at is neither waited for nor reported. But its drop is user code.
fn drop_seen<T>(promise: Arc<Promise<T>>) {
    let origin = promise.seen().map(TaskletError::origin);
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(promise)));
    if let (Err(payload), Some(origin)) = (dropped, origin) {
        current::with(|home| home.report(origin, Panic::new(payload).into_failure()));
    }
}

/// Gives back the old waker, which is foreign code, to be dropped outside of the lock.
fn replace_waker(slot: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    match slot {
        Some(known) if known.will_wake(waker) => None,
        slot => slot.replace(waker.clone()),
    }
}

/// Starts what waits for a promise that nobody else waits for.
fn wait_for<T: Send + 'static>(promise: Arc<Promise<T>>) {
    let about = |failure: Option<&Option<Failure>>| match failure {
        Some(Some(failure)) => About::new(&PROMISE).failed(failure.clone()),
        _ => About::new(&PROMISE),
    };
    let place = promise.place;
    let promise = Deferred(promise);
    let waiting = async move {
        poll_fn(|cx| promise.0.poll_done(cx)).await;
        let Told { outcome, failure, .. } = promise.0.take_told();
        drop(Kept::new(outcome));
        failure
    };
    current::with(|home| start_in(home, place, about, || waiting)).defer();
}

/// A promise that a context waits for. If that is cancelled, nobody wants the result any more.
struct Deferred<T>(Arc<Promise<T>>);

impl<T> Drop for Deferred<T> {
    fn drop(&mut self) {
        self.0.abandon();
    }
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
        let state = Mutex::new(State::new(None));
        let promise = Promise { state, place: Location::caller(), wait_for, seen: None };
        let promise = Arc::new(promise);
        let future = TaskletFuture::new(Handle::promised(Arc::clone(&promise)));
        (Completer { promise: Some(promise) }, future)
    }

    /// Sets the result, and wakes whoever waits for it. That it cannot be set twice is a matter of
    /// types: the completer is used up.
    ///
    /// Whether the result is an `Err` is not looked at. To fail, use
    /// [`set_exception`](Self::set_exception), which is reported if nobody looks at it.
    pub fn set_result(self, result: T) {
        self.complete(Ok(result), None);
    }

    /// Fails: whoever waits panics with this message.
    ///
    /// For a promise whose result has no room for an error; where it is a `Result`, use
    /// [`set_exception`](Self::set_exception).
    ///
    /// NDB: `Future.set_exception`.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// let (completer, mut temperature) = TaskletFuture::<f64>::promise();
    /// completer.fail("the sensor is gone");
    /// let error = temperature.get_exception().expect("it has failed");
    /// assert_eq!(error.message(), "the sensor is gone");
    /// ```
    pub fn fail(self, message: impl Into<String>) {
        self.complete(Err(Panic::untold(message.into())), None);
    }

    /// Fails with the panic that the producer has caught: it resumes in whoever waits.
    ///
    /// ```
    /// use std::panic::catch_unwind;
    /// use tasklet_core::TaskletFuture;
    ///
    /// let (completer, mut future) = TaskletFuture::promise();
    /// match catch_unwind(|| "x".parse::<u32>().expect("a number")) {
    ///     Ok(number) => completer.set_result(number),
    ///     Err(payload) => completer.set_panic(payload),
    /// }
    /// assert!(future.get_exception().expect("it has failed").is_panic());
    /// ```
    pub fn set_panic(self, payload: Box<dyn Any + Send>) {
        self.complete(Err(Panic::new(payload)), None);
    }

    fn complete(mut self, outcome: Outcome<T>, eye: Option<fn(&T) -> Option<Failure>>) {
        let outcome = Kept::new(outcome);
        if let Some(promise) = self.promise.take() {
            promise.complete(outcome.into_inner(), eye);
        }
    }

    /// Whether nobody wants the result any more: the future was cancelled, or with it the whole
    /// context that was to wait for it. A producer may then stop.
    ///
    /// A future that was only dropped is still wanted: its context waits for it.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// let (completer, future) = TaskletFuture::<u32>::promise();
    /// assert!(!completer.is_abandoned());
    /// future.cancel();
    /// assert!(completer.is_abandoned());
    /// # completer.set_result(1);
    /// ```
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.promise.as_ref().is_some_and(|promise| promise.lock().is_abandoned)
    }

    /// Waits until nobody wants the result any more; see [`is_abandoned`](Self::is_abandoned).
    ///
    /// To be raced with the work. It never ends if the future is not cancelled.
    pub async fn abandoned(&mut self) {
        if let Some(promise) = &self.promise {
            poll_fn(|cx| promise.poll_abandoned(cx)).await;
        }
    }
}

impl<T: Send + 'static, E: Display + Send + 'static> Completer<Result<T, E>> {
    /// Fails: the future's result is `Err(error)`.
    ///
    /// As `set_result(Err(error))`, and the error is reported if nobody looks at it.
    ///
    /// NDB: `Future.set_exception`.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// let (completer, mut future) = TaskletFuture::<Result<u32, String>>::promise();
    /// completer.set_exception("no answer".to_owned());
    /// assert_eq!(future.get_error().map(String::as_str), Some("no answer"));
    /// assert_eq!(future.get_result(), Err("no answer".to_owned()));
    /// ```
    pub fn set_exception(self, error: E) {
        let eye = |result: &Result<T, E>| result.as_ref().err().map(Failure::displayed);
        self.complete(Ok(Err(error)), Some(eye));
    }
}

impl<T> Drop for Completer<T> {
    fn drop(&mut self) {
        if let Some(promise) = self.promise.take() {
            let message = format!(
                "the completer of the future made at {} was dropped without a result",
                promise.place
            );
            promise.complete(Err(Panic::untold(message)), None);
        }
    }
}

impl<T> fmt::Debug for Completer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.promise.as_ref().map(|promise| promise.place);
        f.debug_struct("Completer").field("made_at", &place).finish()
    }
}

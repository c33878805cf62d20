//! The handle that a call returns: [`TaskletFuture`], its thread-bound twin, and what one does with
//! it.
//!
//! A handle is an obligation. It is `IntoFuture`, not `Future`: `.await` consumes it, so that on
//! the good path no handle is ever dropped. What does drop one is a mistake, which the attributes
//! look for; where they cannot see it, the handle's tasklet is still owed by its context.

pub(crate) mod awaiting;
pub(crate) mod callback;
pub(crate) mod handle;
pub(crate) mod local;
mod promise;
mod shared;
mod timeout;

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;

pub use awaiting::{Awaiting, LocalAwaiting};
pub use local::LocalTaskletFuture;
pub use promise::Completer;
pub(crate) use shared::Inner as SharedInner;
pub use shared::{AwaitingShared, SharedFuture};
pub use timeout::{TimedOut, Timeout};

use crate::context::{current, start_in};
use crate::error::{About, Info, TaskletError};
use crate::task::Known;
use handle::Handle;

/// Where a tasklet stands, as [`TaskletFuture::state`] tells.
///
/// NDB: `Future.state`. (Its `IDLE` was never used, and its `FINISHING` means finished.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was started and has no result yet.
    Running,
    /// Its result, or its panic, is there.
    Finished,
}

/// The future of a started tasklet: its result, sooner or later.
///
/// Calling a `#[tasklet]` starts it; what comes back is this handle. The tasklet goes on whether or
/// not anybody waits, and its context knows it. The handle must be used up, by one of
///
/// * `.await`, inside an async function,
/// * [`get_result`](Self::get_result), which blocks,
/// * [`join!`](crate::join), [`try_join!`](crate::try_join) and their kin, for several at once,
/// * [`defer`](Self::defer): the toplevel waits for it and reports its error,
/// * [`cancel`](Self::cancel): it is stopped.
///
/// A handle that is dropped anyway counts as deferred.
///
/// A panic of the tasklet continues in whoever takes the result. It is `Send` and `Sync` if `T` is
/// `Send`, and may be awaited on any thread and in any runtime.
///
/// NDB: `tasklets.Future`.
///
/// ```
/// use tasklet_core::{TaskletFuture, tasklet};
///
/// #[tasklet]
/// async fn double(x: u32) -> u32 {
///     std::future::ready(x * 2).await
/// }
///
/// let doubled: TaskletFuture<u32> = double(21);
/// assert!(doubled.done());
/// assert_eq!(doubled.get_result(), 42);
/// ```
#[must_use = "a tasklet future must be used up: `.await` it, `get_result()`, join it with others, \
              `.defer()` it to the toplevel, or `.cancel()` it"]
// A list of these becomes a list of what is in them where it lies: `task/wrapper.rs`.
#[repr(transparent)]
pub struct TaskletFuture<T> {
    handle: Handle<T>,
}

impl<T> TaskletFuture<T> {
    #[inline]
    pub(crate) fn new(handle: Handle<T>) -> TaskletFuture<T> {
        TaskletFuture { handle }
    }

    #[inline]
    pub(crate) fn into_handle(self) -> Handle<T> {
        self.handle
    }

    pub(crate) fn handle(&mut self) -> &mut Handle<T> {
        &mut self.handle
    }

    /// A future that has its result already. It is taken as it is: an `Err` is not reported if
    /// nobody looks.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// assert_eq!(TaskletFuture::ready(42).get_result(), 42);
    /// ```
    #[track_caller]
    pub fn ready(value: T) -> TaskletFuture<T> {
        static READY: Info = Info::new("ready", module_path!());
        let about = |_: Option<&T>| About::new(&READY);
        TaskletFuture::new(Handle::ready(value, Known::of(Location::caller(), about)))
    }

    /// Whether the result is there. Never waits.
    ///
    /// NDB: `Future.done`.
    #[must_use]
    pub fn done(&self) -> bool {
        self.handle.is_done()
    }

    /// [`State::Finished`] if the result is there.
    ///
    /// NDB: `Future.state`.
    #[must_use]
    pub fn state(&self) -> State {
        if self.done() { State::Finished } else { State::Running }
    }

    /// Blocks until the result is there, driving the context meanwhile, and returns it.
    ///
    /// In an async function use `.await`, which blocks nobody.
    ///
    /// NDB: `Future.get_result`.
    ///
    /// # Panics
    ///
    /// If the tasklet panicked or was cancelled.
    ///
    /// If it can never finish, since it waits for itself, be it through others of its context: the
    /// message names the tasklets of the chain and the places of their calls, and those are
    /// cancelled. What anybody else may still wake (a timer, a channel, a thread, another context)
    /// is waited for. It takes a moment to be sure where other tasklets of the context are waiting
    /// for such things.
    ///
    /// If it is nested in [`BLOCKING_DEPTH_MAX`](crate::BLOCKING_DEPTH_MAX) other blocking waits of
    /// the same thread. With the feature `tokio`, if this would have to block a thread that drives
    /// tokio's current-thread runtime.
    ///
    /// NDB: "Deadlock waiting for <Future…>".
    #[track_caller]
    pub fn get_result(self) -> T {
        self.handle.get_result()
    }

    /// Blocks until the result is there, and leaves it in the future.
    ///
    /// NDB: `Future.wait`.
    ///
    /// # Panics
    ///
    /// As [`get_result`](Self::get_result), but not if the tasklet did.
    #[track_caller]
    pub fn wait(&mut self) {
        self.handle.wait();
    }

    /// Blocks until the result is there, and tells what is wrong with it: the panic, or that the
    /// tasklet was cancelled, or the `Err` of a tasklet's `Result`. `None` if it is fine.
    ///
    /// Nothing is taken: each call tells the same, and the future still gives its result, or its
    /// panic. But the failure has been looked at, and is not reported when the future is dropped.
    ///
    /// In an async function, `wait_all(&mut [..]).await` first; then this does not block.
    ///
    /// Of a future that is no tasklet's (of [`ready`](Self::ready), of [`map`](Self::map), of a
    /// [`Completer`] that has not said [`set_exception`](Completer::set_exception)) an `Err` cannot
    /// be told here, only by [`get_error`](Self::get_error).
    ///
    /// NDB: `Future.get_exception`.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    ///
    /// ```
    /// use tasklet_core::tasklet;
    ///
    /// #[tasklet]
    /// async fn half(x: u32) -> Result<u32, String> {
    ///     if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) }
    /// }
    ///
    /// let mut half = half(3);
    /// let error = half.get_exception().expect("it fails");
    /// assert_eq!((error.name(), error.message()), ("half", "3 is odd"));
    /// assert_eq!(half.get_result(), Err("3 is odd".to_owned()));
    /// ```
    #[track_caller]
    pub fn get_exception(&mut self) -> Option<TaskletError> {
        self.wait();
        self.handle.look()
    }

    /// Blocks until the result is there: `Ok` if nothing is wrong with it. As
    /// [`get_exception`](Self::get_exception), in the shape that `?` takes.
    ///
    /// NDB: `Future.check_success`.
    ///
    /// # Errors
    ///
    /// What [`get_exception`](Self::get_exception) tells.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    #[track_caller]
    pub fn check_success(&mut self) -> Result<(), TaskletError> {
        self.get_exception().map_or(Ok(()), Err)
    }

    /// Leaves the tasklet to its context: the toplevel waits for it, and reports its error.
    ///
    /// ```
    /// use tasklet_core::{Context, tasklet};
    ///
    /// #[tasklet]
    /// async fn log_visit() -> Result<(), String> {
    ///     std::future::ready(()).await;
    ///     Err("the log is full".to_owned())
    /// }
    ///
    /// let context = Context::new();
    /// context.enter(|| log_visit().defer());
    /// assert_eq!(context.take_errors()[0].message(), "the log is full");
    /// ```
    pub fn defer(self) {
        self.handle.defer();
    }

    /// Stops the tasklet: it is not polled any more, what it holds is dropped, and nothing is left
    /// to wait for. A result that is there already is dropped, too.
    ///
    /// What it has started itself goes on. Where another thread drives its context, that one stops
    /// it in its next turn.
    pub fn cancel(self) {
        self.handle.cancel();
    }
}

impl<T, E> TaskletFuture<Result<T, E>> {
    /// Blocks until the result is there, and lends its error, which stays in the future. `None` if
    /// there is none; also if the tasklet panicked, which [`get_exception`](Self::get_exception)
    /// tells.
    ///
    /// NDB: `Future.get_exception`.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    ///
    /// ```
    /// use tasklet_core::tasklet;
    ///
    /// #[tasklet]
    /// async fn half(x: u32) -> Result<u32, String> {
    ///     if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) }
    /// }
    ///
    /// let mut half = half(3);
    /// assert_eq!(half.get_error().map(String::as_str), Some("3 is odd"));
    /// assert!(half.get_result().is_err());
    /// ```
    #[track_caller]
    pub fn get_error(&mut self) -> Option<&E> {
        self.wait();
        self.handle.look_at_result()?.as_ref().err()
    }
}

impl<T: Send + 'static> TaskletFuture<T> {
    /// A future that you complete yourself, from any thread.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// let (completer, future) = TaskletFuture::promise();
    /// std::thread::spawn(move || completer.set_result(42));
    /// assert_eq!(future.get_result(), 42);
    /// ```
    #[track_caller]
    pub fn promise() -> (Completer<T>, TaskletFuture<T>) {
        Completer::new()
    }

    /// Runs `call` when the result is there, in a turn of the current context's loop; in the next
    /// one if it is there already. Such calls run in the order in which they were added.
    ///
    /// A panic of the call is reported to that context as an error that nobody looked at.
    ///
    /// NDB: `Future.add_callback`.
    #[track_caller]
    pub fn add_callback(&self, call: impl FnOnce() + Send + 'static) {
        self.handle.add_callback(callback::Callback::queued(call));
    }

    /// Runs `call` at the very moment when the result is set, on the thread that sets it, before
    /// those of [`add_callback`](Self::add_callback); now if the result is there already.
    ///
    /// NDB: `Future.add_immediate_callback`.
    #[track_caller]
    pub fn add_immediate_callback(&self, call: impl FnOnce() + Send + 'static) {
        self.handle.add_callback(callback::Callback::immediate(call));
    }

    /// A future of `change` applied to the result. The change is applied as soon as the result is
    /// there, whether or not anybody waits.
    ///
    /// Nothing is known of what `change` returns: an `Err` of that is not reported if nobody looks.
    ///
    /// ```
    /// use tasklet_core::TaskletFuture;
    ///
    /// assert_eq!(TaskletFuture::ready(21).map(|x| x * 2).get_result(), 42);
    /// ```
    #[track_caller]
    pub fn map<U, F>(self, change: F) -> TaskletFuture<U>
    where
        U: Send + 'static,
        F: FnOnce(T) -> U + Send + 'static,
    {
        static MAP: Info = Info::new("map", module_path!());
        let about = |_: Option<&U>| About::new(&MAP);
        let place = Location::caller();
        current::with(|home| start_in(home, place, about, || async move { change(self.await) }))
    }

    /// The same with a time limit: `Err` gives the future back, still owed, when time is up.
    ///
    /// The time counts from this call.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tasklet_core::{Context, TaskletFuture};
    ///
    /// let context = Context::builder().virtual_time().build();
    /// context.block_on(async {
    ///     let (completer, slow) = TaskletFuture::promise();
    ///     let late = slow.timeout(Duration::from_secs(1)).await;
    ///     let slow = late.unwrap_err().into_inner();
    ///     completer.set_result(42);
    ///     assert_eq!(slow.await, 42);
    /// });
    /// ```
    pub fn timeout(self, limit: std::time::Duration) -> Timeout<TaskletFuture<T>> {
        Timeout::new(self, limit)
    }
}

impl<T: Clone + Send + Sync + 'static> TaskletFuture<T> {
    /// A future that many can await; each gets a clone of the result.
    pub fn shared(self) -> SharedFuture<T> {
        SharedFuture::new(self)
    }
}

impl<T> IntoFuture for TaskletFuture<T> {
    type Output = T;
    type IntoFuture = Awaiting<T>;

    #[inline(always)]
    fn into_future(mut self) -> Awaiting<T> {
        let awaiting = Awaiting::new(self.handle.awaited());
        // It is empty now. So no handle is dropped on the good path, and it is not moved once more,
        // as it would be if it were taken apart.
        std::mem::forget(self);
        awaiting
    }
}

impl<T> fmt::Debug for TaskletFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt_as("TaskletFuture", f)
    }
}

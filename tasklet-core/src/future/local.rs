//! The handle of a tasklet that stays on its thread: `#[tasklet(?Send)]`.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use super::State;
use super::awaiting::LocalAwaiting;
use super::handle::Handle;
use super::timeout::Timeout;
use crate::context::block::drive_as_guest;
use crate::context::current;
use crate::error::{About, Info, TaskletError};
use crate::task::{Describe, Driving, Known, kept_call, start_local};

/// The future of a started `#[tasklet(?Send)]`: as [`TaskletFuture`](crate::TaskletFuture), but
/// neither the tasklet nor its handle ever leaves its thread.
///
/// Such a tasklet runs in contexts that belong to one thread: the default one, one of
/// [`Context::new`](crate::Context::new) (which is tied to the thread of the first of them), a
/// `#[toplevel(?Send)]`, and a blocking handler's. In the context of a plain async `#[toplevel]`,
/// which may move between threads, the call panics with a message that says so.
#[must_use = "a tasklet future must be used up: `.await` it, `get_result()`, join it with others, \
              `.defer()` it to the toplevel, or `.cancel()` it"]
// A list of these becomes a list of what is in them where it lies: `task/wrapper.rs`.
#[repr(transparent)]
pub struct LocalTaskletFuture<T> {
    handle: Handle<T>,
    this_thread: PhantomData<*const ()>,
}

impl<T> LocalTaskletFuture<T> {
    pub(crate) fn new(handle: Handle<T>) -> LocalTaskletFuture<T> {
        LocalTaskletFuture { handle, this_thread: PhantomData }
    }

    pub(crate) fn into_handle(self) -> Handle<T> {
        self.handle
    }

    pub(crate) fn handle(&mut self) -> &mut Handle<T> {
        &mut self.handle
    }

    /// Whether the result is there. Never waits.
    #[must_use]
    pub fn done(&self) -> bool {
        self.handle.is_done()
    }

    /// [`State::Finished`] if the result is there.
    #[must_use]
    pub fn state(&self) -> State {
        if self.done() { State::Finished } else { State::Running }
    }

    /// Blocks until the result is there, driving the context meanwhile, and returns it.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::get_result`](crate::TaskletFuture::get_result).
    #[track_caller]
    pub fn get_result(self) -> T {
        self.handle.get_result()
    }

    /// Blocks until the result is there, and leaves it in the future.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`](crate::TaskletFuture::wait).
    #[track_caller]
    pub fn wait(&mut self) {
        self.handle.wait();
    }

    /// Blocks until the result is there, and tells what is wrong with it, as
    /// [`TaskletFuture::get_exception`](crate::TaskletFuture::get_exception) does.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`](crate::TaskletFuture::wait).
    #[track_caller]
    pub fn get_exception(&mut self) -> Option<TaskletError> {
        self.wait();
        self.handle.look()
    }

    /// Blocks until the result is there: `Ok` if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// What [`get_exception`](Self::get_exception) tells.
    ///
    /// # Panics
    ///
    /// As [`TaskletFuture::wait`](crate::TaskletFuture::wait).
    #[track_caller]
    pub fn check_success(&mut self) -> Result<(), TaskletError> {
        self.get_exception().map_or(Ok(()), Err)
    }

    /// Leaves the tasklet to its context: the toplevel waits for it, and reports its error.
    pub fn defer(self) {
        self.handle.defer();
    }

    /// Stops the tasklet, as [`TaskletFuture::cancel`](crate::TaskletFuture::cancel).
    pub fn cancel(self) {
        self.handle.cancel();
    }

    /// A future of `change` applied to the result.
    #[track_caller]
    pub fn map<U, F>(self, change: F) -> LocalTaskletFuture<U>
    where
        T: 'static,
        U: 'static,
        F: FnOnce(T) -> U + 'static,
    {
        static MAP: Info = Info::new("map", module_path!());
        let about = |_: Option<&U>| About::new(&MAP);
        start_local_here(Location::caller(), about, || async move { change(self.await) })
    }

    /// The same with a time limit, as [`TaskletFuture::timeout`](crate::TaskletFuture::timeout).
    pub fn timeout(self, limit: Duration) -> Timeout<LocalTaskletFuture<T>> {
        Timeout::new(self, limit)
    }
}

impl<T, E> LocalTaskletFuture<Result<T, E>> {
    /// Blocks until the result is there, and lends its error, which stays in the future. `None` if
    /// there is none; also if the tasklet panicked, which [`get_exception`](Self::get_exception)
    /// tells.
    ///
    /// NDB: `Future.get_exception`.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    #[track_caller]
    pub fn get_error(&mut self) -> Option<&E> {
        self.wait();
        self.handle.look_at_result()?.as_ref().err()
    }
}

/// Starts a future that stays on this thread, in the current context.
#[track_caller]
pub(crate) fn start_local_here<F, A>(
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> LocalTaskletFuture<F::Output>
where
    F: Future + 'static,
    A: Describe<F::Output> + 'static,
{
    // What it has captured goes with the refusal, which is a panic.
    let make = kept_call(make);
    let task = current::with(|home| {
        if !home.get().bind_parents() {
            return None;
        }
        let here = |make, driving: &Driving<'_>| start_local(home, driving, place, about, make);
        home.get().scheduler.driving_or(make, here, |make| {
            start_local(home, drive_as_guest(home)?.driving(), place, about, make)
        })
    });
    match task {
        Some(task) => LocalTaskletFuture::new(Handle::task(task)),
        None => refuse(&Known::of(place, about)),
    }
}

#[cold]
#[track_caller]
fn refuse<T>(known: &Known<T>) -> ! {
    panic!(
        "`{}` is a `#[tasklet(?Send)]`, and the current context may be driven by other threads: \
         call it below a `#[toplevel(?Send)]`, or make it a `#[tasklet]`",
        known.origin().name()
    )
}

impl<T> IntoFuture for LocalTaskletFuture<T> {
    type Output = T;
    type IntoFuture = LocalAwaiting<T>;

    fn into_future(self) -> LocalAwaiting<T> {
        LocalAwaiting::new(self.handle)
    }
}

impl<T> fmt::Debug for LocalTaskletFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt_as("LocalTaskletFuture", f)
    }
}

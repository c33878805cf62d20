//! The scope of one request: what it owns, who drives it, and how it ends.
//!
//! `Shared` is the thing itself; [`Context`] is the handle that users hold. Entering and leaving is
//! in `current`, `block` and `scope`; a handler's whole life in `toplevel`; a context inside of
//! another in `child`; what goes on after its client has left in `background`; the end of the
//! process in `live`.

pub(crate) mod background;
pub(crate) mod block;
mod builder;
pub(crate) mod child;
pub(crate) mod current;
mod drivers;
mod dump;
mod extensions;
pub(crate) mod live;
#[cfg(all(test, tasklet_loom))]
mod models;
mod report;
mod runtime;
mod scope;
#[cfg(test)]
mod tests;
pub(crate) mod toplevel;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

pub use builder::Builder;
pub use dump::{DUMP_MAX, Dump, DumpedTask, Standing};

use crate::error::{About, Info, Origin, TaskletError};
use crate::event_loop::clock::Clock;
use crate::future::TaskletFuture;
use crate::future::handle::Handle;
use crate::sync::Ordering::{AcqRel, Relaxed, SeqCst};
use crate::sync::{AtomicBool, AtomicU8, AtomicUsize};
use crate::task::{
    Affinity, Describe, Drive, Driving, HomeRef, Message, OF_TOPLEVEL, RootOwner, Scheduler,
    Tables, Task, WakerCount, start, start_later,
};
use crate::transaction::Active;
pub use block::BLOCKING_DEPTH_MAX;
pub use report::ERRORS_MAX;
pub use scope::Scope;

use drivers::Drivers;
use extensions::Extensions;
use report::Errors;
use runtime::RuntimeSlot;

/// The root, if there is one, reads the inbox.
const RUNNING: u8 = 0;
/// The root takes its last look at the inbox. Whoever sends something looks too.
const ENDING: u8 = 1;
/// The root has finished, and nobody reads the inbox unless whoever writes to it does.
const ENDED: u8 = 2;
/// There is no root, and the last handle has gone: as for `ENDED`.
const LEFT: u8 = 3;

/// The thing behind every [`Context`]: reached by its tasks, its handles, and whoever drives it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) scheduler: Scheduler,
    pub(crate) clock: Clock,
    drivers: Drivers,
    /// The root was woken from elsewhere: its body is to be polled.
    root_woken: AtomicBool,
    root_wakers: WakerCount,
    phase: AtomicU8,
    /// Somebody sees to it that it is finished: its parent, or the background, its last handle
    /// having gone.
    in_background: AtomicBool,
    /// How many [`Context`] handles there are.
    handles: AtomicUsize,
    extensions: Extensions,
    errors: Errors,
    origin: Origin,
    runtime: RuntimeSlot,
    /// What owes all that this owes.
    parent: Option<Arc<Shared>>,
    /// What is done here is a part of it.
    transaction: Option<Arc<Active>>,
}

/// Who drives a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// Whoever waits for something in it.
    Anyone,
    /// One toplevel; whoever else waits just waits.
    Toplevel,
}

impl Shared {
    pub(crate) fn new(origin: Origin, affinity: Affinity, root: Root, clock: Clock) -> Arc<Shared> {
        Arc::new(Shared::with(origin, Scheduler::new(affinity), root, clock))
    }

    #[inline]
    fn with(origin: Origin, scheduler: Scheduler, root: Root, clock: Clock) -> Shared {
        Shared {
            scheduler,
            clock,
            drivers: Drivers::new(root),
            root_woken: AtomicBool::new(true),
            root_wakers: WakerCount::new(),
            phase: AtomicU8::new(RUNNING),
            in_background: AtomicBool::new(false),
            handles: AtomicUsize::new(0),
            extensions: Extensions::default(),
            errors: Errors::default(),
            origin,
            runtime: RuntimeSlot::default(),
            parent: None,
            transaction: None,
        }
    }

    /// Who made the context: the toplevel, or the code that called `Context::new`.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    #[inline]
    pub(crate) fn is_rooted(&self) -> bool {
        self.drivers.root() == Root::Toplevel
    }

    /// A task has finished that somebody was watching for.
    #[cold]
    pub(crate) fn tell_waiting(&self) {
        self.drivers.wake_waiting();
    }

    /// The driver has left; `unsettled` tells whether others must go on, or know of something.
    #[inline]
    pub(crate) fn driver_left(&self, home: HomeRef<'_>, unsettled: bool) {
        if self.parent.is_some() {
            child::keep(home);
        }
        let missed = self.drivers.take_missed();
        if missed || unsettled {
            self.drivers.wake_waiting();
        }
        if missed && self.phase.load(SeqCst) != RUNNING {
            home.clear_ended();
        }
    }

    /// The root has nothing left to do. False if something was sent to it in the last moment, and
    /// it has to go on.
    pub(crate) fn end(&self, driving: &Driving<'_>) -> bool {
        driving.read_inbox();
        if 0 < driving.pending() || 0 < driving.ready() {
            return false;
        }
        // SeqCst: whoever sends from now on either sees this, or is read in the next line.
        self.phase.store(ENDING, SeqCst);
        driving.read_inbox();
        if 0 < driving.pending() || 0 < driving.ready() {
            self.phase.store(RUNNING, SeqCst);
            return false;
        }
        self.phase.store(ENDED, SeqCst);
        self.errors.flush();
        self.drivers.wake_waiting();
        true
    }

    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.phase.load(SeqCst) == ENDED
    }

    /// Whether the root's body is to be polled.
    #[inline]
    pub(crate) fn is_root_woken(&self, driving: &Driving<'_>) -> bool {
        driving.is_root_woken() || self.root_woken.load(Relaxed)
    }

    /// Whether the root's body was woken since this was asked last.
    #[inline]
    pub(crate) fn take_root_woken(&self, driving: &Driving<'_>) -> bool {
        let here = driving.take_root_woken();
        let elsewhere = self.root_woken.load(Relaxed) && self.root_woken.swap(false, AcqRel);
        here || elsewhere
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.drop_extensions();
        self.hand_over_errors();
    }
}

/// A context is the waker of its toplevel's body.
impl RootOwner for Shared {
    const TABLES: &'static Tables = &OF_TOPLEVEL;

    fn wakers(&self) -> &WakerCount {
        &self.root_wakers
    }

    fn wake_root(self: &Arc<Self>) {
        // The driver looks at its flags in its next turn.
        if self.scheduler.with_driving(|driving| driving.wake_root()).is_none() {
            // An exchange, and not a store: of several who wake at once, the root sees what each
            // has done before.
            self.root_woken.swap(true, AcqRel);
            HomeRef::from(self).notify();
        }
    }

    fn home(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl HomeRef<'_> {
    /// Something came from outside: whoever drives, or may drive, should look.
    pub(crate) fn notify(self) {
        if self.parent.is_some() {
            child::keep(self);
        }
        self.drivers.wake_waiting();
        self.notify_root();
    }

    /// The same for somebody who is registered as waiting, and looks itself.
    pub(crate) fn notify_root(self) {
        self.drivers.wake_root();
        // SeqCst: either we see that the root is about to end, or its last look at the inbox, which
        // follows the write of the phase, sees the message that we have just sent.
        if self.phase.load(SeqCst) != RUNNING {
            self.read_inbox_of_ended();
        }
    }

    /// The last handle has gone, and nothing is owed. What is sent from now on is read by whoever
    /// sends it: it may hold a cell, which holds the context, which holds what was sent. So does a
    /// cancelled task that was ready, unless the queue `is_clear`.
    fn leave(self, is_clear: bool) {
        // SeqCst: whoever sends something either sees this, or is read in the next line. What was
        // finished in the background has ended for good.
        let _ended = self.phase.compare_exchange(RUNNING, LEFT, SeqCst, SeqCst);
        if is_clear {
            self.read_inbox_of_ended();
        } else {
            self.clear_ended();
        }
    }

    /// Does `job` as the driver: now, if this thread drives or may do so; else when the driver
    /// reads its inbox.
    pub(crate) fn on_driver(self, job: impl FnOnce(&Driving<'_>) + Send + 'static) {
        match block::drive_as_guest(self) {
            Some(drive) => job(drive.driving()),
            None => {
                self.scheduler.inbox.push(Message::Do(Box::new(job)));
                self.notify();
            }
        }
    }

    /// Nobody is sure to read what was sent to a context whose root has ended: we do, or whoever
    /// drives it just now does when it leaves.
    fn read_inbox_of_ended(self) {
        if !self.scheduler.inbox.is_empty() {
            self.clear_ended();
        }
    }

    /// Leaves nothing in a context that nobody drives for its own sake any more. If somebody does
    /// just now, it is done when that one leaves.
    #[cold]
    fn clear_ended(self) {
        self.drivers.miss();
        let Some(drive) = Drive::begin(self) else { return };
        // Whoever has missed its turn so far has sent before what is read here; if it waits, it
        // has another one.
        let _missed = self.drivers.take_missed();
        drive.driving().clear();
        drop(drive);
        self.drivers.wake_waiting();
    }
}

/// A request's scope: it knows every tasklet that was started in it, and waits for all of them.
///
/// `#[toplevel]` makes one for each call of a handler. Where no context was entered, the thread's
/// default one serves, so that a plain `main` can call a tasklet and `get_result` it. A context of
/// your own comes from [`Context::new`].
///
/// A `Context` is a handle; clones of it are the same context. It is `Send` and `Sync`. One thread
/// at a time drives it: whoever waits for one of its tasklets, or, in a toplevel's context, the
/// toplevel alone. Tasklets of a default context, or of one of your own, progress **only** while
/// somebody waits; if the last handle goes while something is owed, a background thread finishes
/// it.
///
/// NDB: `ndb.Context` and its event loop, `ndb/context.py`, `ndb/eventloop.py`.
///
/// ```
/// use tasklet_core::{Context, tasklet};
///
/// #[tasklet]
/// async fn double(x: u32) -> u32 {
///     x * 2
/// }
///
/// let context = Context::new();
/// let doubled = context.enter(|| double(21));
/// assert_eq!(doubled.get_result(), 42);
/// assert_eq!(context.pending(), 0);
/// ```
pub struct Context {
    shared: Arc<Shared>,
}

impl Context {
    /// A new context, driven by whoever waits.
    #[track_caller]
    #[must_use]
    pub fn new() -> Context {
        Builder::new().build()
    }

    /// A new context with settings of your own.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The context that the running code belongs to; outside of any, the thread's default one.
    ///
    /// NDB: `ndb.get_context`.
    #[must_use]
    pub fn current() -> Context {
        current::with(|home| Context::of(home.to_arc()))
    }

    /// The context that was entered, if there is one.
    #[must_use]
    pub fn try_current() -> Option<Context> {
        current::with_entered(|home| home.map(|home| Context::of(home.to_arc())))
    }

    pub(crate) fn of(shared: Arc<Shared>) -> Context {
        shared.handles.fetch_add(1, Relaxed);
        Context { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Calls `f` with this context as the current one. Nothing is waited for.
    ///
    /// Tasklets that `f` starts run up to their first suspension at once, unless another thread
    /// drives the context: then they start in its next turn.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let home = HomeRef::from(&self.shared);
        match block::drive_as_guest(home) {
            Some(_drive) => f(),
            None => {
                let _entered = crate::task::Entered::new(home);
                f()
            }
        }
    }

    /// Starts a future in this context, as calling a tasklet does.
    ///
    /// A panic of it is reported if nobody looks; an `Err` is not, since nothing is known of its
    /// type here. Prefer a `#[tasklet]`.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> TaskletFuture<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        static SPAWNED: Info = Info::new("spawned future", module_path!());
        let about = |_: Option<&F::Output>| About::new(&SPAWNED);
        let home = HomeRef::from(&self.shared);
        let task = start_task(home, Location::caller(), about, || future);
        // This context need not be the current one when the handle is dropped.
        task.hold_home(home);
        TaskletFuture::new(Handle::task(task))
    }

    /// Runs a future to its end on this thread, driving the context meanwhile.
    ///
    /// The future may borrow. It is [`TaskletFuture::get_result`] for any future.
    ///
    /// # Panics
    ///
    /// If the future does. If it waits for tasklets of this context alone, and those can never
    /// finish; if it is nested too deep: as [`TaskletFuture::get_result`]. With the feature
    /// `tokio`, if this would have to block a thread that drives tokio's current-thread runtime.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        block::block_on(&self.shared, future)
    }

    /// How many started tasklets and queued calls have not finished.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.shared.scheduler.pending()
    }

    /// How many tasklets and queued calls were started in this context so far.
    ///
    /// Tasklets that never await are not counted: they run inline, and the context never hears
    /// of them.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.shared.scheduler.started()
    }

    /// Takes the failures that nobody looked at so far, in the order in which they were found.
    ///
    /// At most [`ERRORS_MAX`](crate::ERRORS_MAX) are kept. Those that nobody takes are written to
    /// the standard error stream when the context ends, unless the feature `tracing` is on, with
    /// which each has been an event already.
    #[must_use]
    pub fn take_errors(&self) -> Vec<TaskletError> {
        self.shared.errors.take()
    }
}

/// Starts the future that `make` makes in a context, on this thread if that may drive it.
#[inline]
pub(crate) fn start_in<F, A>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> TaskletFuture<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
    A: Describe<F::Output> + 'static,
{
    TaskletFuture::new(Handle::task(start_task(home, place, about, make)))
}

/// The task of such a start.
#[inline]
fn start_task<F, A>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
    A: Describe<F::Output> + 'static,
{
    let here = |make, driving: &Driving<'_>| start(home, driving, place, about, make);
    let elsewhere = |make| start_undriven(home, place, about, make);
    home.get().scheduler.driving_or(make, here, elsewhere)
}

/// As `start_task`, where this thread does not drive the context yet.
#[cold]
fn start_undriven<F, A, M>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    about: A,
    make: M,
) -> Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
    A: Describe<F::Output> + 'static,
    M: FnOnce() -> F,
{
    match block::drive_as_guest(home) {
        Some(drive) => start(home, drive.driving(), place, about, make),
        None => start_later(home, place, about, make()),
    }
}

impl Default for Context {
    #[track_caller]
    fn default() -> Context {
        Context::new()
    }
}

impl Clone for Context {
    fn clone(&self) -> Context {
        Context::of(Arc::clone(&self.shared))
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if self.shared.handles.fetch_sub(1, AcqRel) == 1 {
            background::last_handle_dropped(&self.shared);
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("origin", &self.shared.origin)
            .field("started", &self.started())
            .finish_non_exhaustive()
    }
}

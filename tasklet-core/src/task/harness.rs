//! What the driver does with a task: start, run, complete, cancel; and the counting of references.

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;

use super::cell::{Header, Run, TaskCell};
use super::companion::{self, Companion, START_DEPTH_MAX};
use super::current::HomeRef;
use super::handle::Task;
use super::raw::{self, Describe, VTable};
use super::reference::TaskRef;
use super::scheduler::Driving;
use super::state::{Completion, Release, State};
use crate::error::{Origin, Panic};
use crate::future::callback::Callback;
use crate::sync::Cell;
use crate::trace;

/// Starts a future that may move between threads: polls it at once, unless the stack is deep.
#[inline]
pub(crate) fn start<F, A>(
    home: HomeRef<'_>,
    driving: &Driving<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
    A: Describe<F::Output> + 'static,
{
    // SAFETY: the future and its result may go to whatever thread drives next.
    unsafe { start_unchecked(home, driving, place, about, make) }
}

/// Starts a future that stays on this thread. `None` if the context may move.
#[inline]
pub(crate) fn start_local<F, A>(
    home: HomeRef<'_>,
    driving: &Driving<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> Option<Task<F::Output>>
where
    F: Future + 'static,
    A: Describe<F::Output> + 'static,
{
    if !driving.bind() {
        return None;
    }
    // SAFETY: the context is bound to this thread, so that nobody else polls or drops the future;
    // the handle that the caller makes of this is neither `Send` nor `Sync`.
    Some(unsafe { start_unchecked(home, driving, place, about, make) })
}

/// # Safety
///
/// The future and its output may be polled and dropped by whoever may drive the context.
#[inline]
unsafe fn start_unchecked<F, A>(
    home: HomeRef<'_>,
    driving: &Driving<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> Task<F::Output>
where
    F: Future + 'static,
    A: Describe<F::Output> + 'static,
{
    driving.count_started();
    let starts = companion::starts();
    let cell = allocate(home, place, about, make);
    // SAFETY: the one handle of a new task.
    let handle = unsafe { Task::from_new(cell.cast()) };
    if START_DEPTH_MAX <= starts || trace::is_on() {
        // SAFETY: just made, owned, in no list.
        unsafe { companion::start(driving, cell.cast()) };
        return handle;
    }
    companion::set_starts(starts + 1);
    // SAFETY: this thread drives, and the future was never polled.
    let finished = unsafe { raw::poll::<F, A>(cell.cast()) };
    // SAFETY: alive, since the handle is.
    let header = unsafe { cell.cast::<Header>().as_ref() };
    if companion::starts() == starts + 1 {
        companion::set_starts(starts);
    } else {
        companion::keep_first(driving, header, finished);
    }
    if finished {
        header.run.set(Run::Finished);
        header.state.complete_first();
    } else {
        if trace::is_heard() {
            companion::keep_span(driving, header);
        }
        // SAFETY: just polled for the first time, and in no list.
        unsafe { suspend_first(driving, cell.cast()) };
    }
    handle
}

/// Makes a task that will be polled in its turn, from whatever thread.
pub(crate) fn start_later<F, A>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    about: A,
    future: F,
) -> Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
    A: Describe<F::Output> + 'static,
{
    let header = allocate(home, place, about, || future).cast::<Header>();
    // SAFETY: just made, hence alive.
    let task = unsafe { TaskRef::new(header) };
    let companion = Companion::of_later(&origin(task.get()), &home.origin());
    let job = move |driving: &Driving<'_>| {
        driving.count_started();
        companion::attach(driving, task.get(), companion);
        // SAFETY: just made, owned, in no list; the job's reference keeps the cell alive, and the
        // future may move to the driver's thread.
        unsafe { adopt(driving, task.header()) };
    };
    home.on_driver(job);
    // SAFETY: the one handle of a new task.
    unsafe { Task::from_new(header) }
}

#[inline]
fn allocate<F, A>(
    home: HomeRef<'_>,
    place: &'static Location<'static>,
    about: A,
    make: impl FnOnce() -> F,
) -> NonNull<TaskCell<F, A>>
where
    F: Future,
    A: Describe<F::Output> + 'static,
{
    let header = Header {
        vtable: VTable::of::<F, A>(),
        state: State::new(),
        home: home.as_ptr(),
        place,
        previous: Cell::new(None),
        next: Cell::new(None),
        waiter: Cell::new(None),
        run: Cell::new(Run::Running),
        has_callbacks: Cell::new(false),
        companion: Cell::new(0),
        has_hope: Cell::new(false),
    };
    raw::allocate(header, make, about)
}

/// Links and queues a task that was never polled.
///
/// # Safety
///
/// The cell is alive, owned by this context, and in no list.
pub(super) unsafe fn adopt(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    // SAFETY: the driver holds the context.
    unsafe { ensure_home(header) };
    // SAFETY: as the caller promises.
    unsafe { driving.link(task) };
    if header.run.get() == Run::Cancelled {
        // Its handle was faster than the message that brought it here.
        header.run.set(Run::Idle);
        // SAFETY: alive, and linked.
        return unsafe { cancel(driving, task) };
    }
    header.run.set(Run::Queued);
    driving.push_ready(task);
}

/// Registers a task whose first poll ended without a result.
///
/// # Safety
///
/// The cell was just polled for the first time and is in no list.
#[inline]
pub(super) unsafe fn suspend_first(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: the context owns it.
    let header = unsafe { task.as_ref() };
    if header.state.set_home_first() {
        // SAFETY: the pointer came from `Arc::as_ptr`, and the driver holds the context.
        unsafe { Arc::increment_strong_count(header.home.as_ptr().cast_const()) };
    } else {
        // SAFETY: the driver holds the context.
        unsafe { ensure_home(header) };
    }
    // SAFETY: in no list so far.
    unsafe { driving.link(task) };
    suspend(driving, task, header);
}

/// After a poll without a result: back to the queue if the task was woken meanwhile.
#[inline]
fn suspend(driving: &Driving<'_>, task: NonNull<Header>, header: &Header) {
    match header.run.get() {
        Run::Notified => {
            header.run.set(Run::Queued);
            driving.push_ready(task);
        }
        _ => header.run.set(Run::Idle),
    }
}

/// Runs a task that was taken from the ready queue.
///
/// # Safety
///
/// The task belongs to this context and was in its ready queue.
#[inline]
pub(super) unsafe fn run(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: an entry of the queue is owned by the context.
    let header = unsafe { task.as_ref() };
    if header.run.get() == Run::FinishedQueued {
        let release = header.state.release_owned();
        // SAFETY: its future and its outcome are gone.
        return unsafe { free_if(release, task) };
    }
    header.run.set(Run::Running);
    driving.count_running(true);
    let finished = if companion::is_plain(header) {
        // SAFETY: this thread drives; the task was queued, so it is neither finished nor running.
        let finished = unsafe { (header.vtable.poll)(task) };
        if companion::has_values() {
            companion::keep(driving, header, finished);
        }
        finished
    } else {
        // SAFETY: as above.
        unsafe { companion::poll(driving, task) }
    };
    driving.count_running(false);
    if finished {
        // SAFETY: the outcome was just stored.
        return unsafe { complete(driving, task) };
    }
    if header.run.get() == Run::Cancelled {
        header.run.set(Run::Idle);
        // SAFETY: the future is alive and no longer being polled.
        return unsafe { cancel(driving, task) };
    }
    suspend(driving, task, header);
}

/// Hands on the outcome that a poll has stored.
///
/// # Safety
///
/// The outcome is stored, the task linked and not queued.
#[inline]
unsafe fn complete(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: owned by the context until `publish`, and not touched after it.
    let header = unsafe { task.as_ref() };
    header.run.set(Run::Finished);
    // SAFETY: linked since its first poll.
    unsafe { driving.unlink(task) };
    let waiter = header.waiter.take();
    if header.has_callbacks.get() {
        // SAFETY: as for this function.
        unsafe { publish_and_call(driving, task) };
    } else {
        // SAFETY: as for this function.
        unsafe { publish(task) };
    }
    if let Some(waiter) = waiter {
        waiter.wake();
    }
}

/// Gives the stored outcome to the handle, or drops it if there is none.
///
/// # Safety
///
/// The outcome is stored; the cell is the context's, and is not touched after this.
#[inline]
unsafe fn publish(task: NonNull<Header>) {
    // SAFETY: owned by the context.
    match unsafe { task.as_ref() }.state.complete() {
        Completion::Claimed => {}
        // SAFETY: the outcome is there, and nobody else's.
        Completion::Unclaimed => unsafe { discard(task) },
    }
}

/// The same for a task that somebody has added callbacks to.
///
/// # Safety
///
/// As for `publish`.
#[cold]
unsafe fn publish_and_call(driving: &Driving<'_>, task: NonNull<Header>) {
    let callbacks = driving.local().take_callbacks(task);
    // SAFETY: as the caller promises.
    unsafe { publish(task) };
    callbacks.into_iter().for_each(Callback::run);
}

/// Drops an outcome that nobody asks for any more, and reports what is wrong with it.
///
/// # Safety
///
/// The outcome is there; the driver owns it and the cell.
unsafe fn discard(task: NonNull<Header>) {
    // SAFETY: owned until the release below.
    let header = unsafe { task.as_ref() };
    header.state.complete_unclaimed();
    // SAFETY: as the caller promises.
    unsafe { drop_outcome(task) };
    let release = header.state.release_owned();
    // SAFETY: the stage is empty now.
    unsafe { free_if(release, task) };
}

/// Drops the stored outcome and reports its error to the context.
///
/// # Safety
///
/// The outcome is there and the caller's, as is a hold on the cell.
pub(super) unsafe fn drop_outcome(task: NonNull<Header>) {
    // SAFETY: the caller holds the cell.
    let header = unsafe { task.as_ref() };
    // The drop of a result is user code; what it throws is one more failure of this tasklet.
    let dropped = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the outcome is the caller's.
        unsafe { (header.vtable.drop_outcome)(task) }
    }));
    let about = match dropped {
        Ok(about) => about,
        Err(payload) => header.vtable.meta.name().failed(Panic::new(payload).into_failure()),
    };
    if let Some(failure) = about.failure {
        let origin = Origin { info: about.info, place: header.place };
        if header.state.has_home() {
            // SAFETY: the cell holds its context.
            unsafe { header.home.as_ref() }.report(origin, failure);
        } else {
            // It finished in its first poll, and knows its context no longer.
            crate::context::current::with(|home| home.report(origin, failure));
        }
    }
}

/// Drops a suspended task's future; its result will never be. A running one goes when its poll
/// ends.
///
/// # Safety
///
/// The cell is alive, and belongs to this context.
pub(super) unsafe fn cancel(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    let queued = match header.run.get() {
        Run::Finished | Run::FinishedQueued | Run::Cancelled => return,
        Run::Running | Run::Notified => return header.run.set(Run::Cancelled),
        Run::Idle => false,
        Run::Queued => true,
    };
    header.run.set(if queued { Run::FinishedQueued } else { Run::Finished });
    // SAFETY: a task that is not finished is linked.
    unsafe { driving.unlink(task) };
    let mut companion = companion::detach(driving, header);
    let dropped = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: suspended, and never polled again.
        companion.accompany(|| unsafe { (header.vtable.drop_future)(task) });
    }));
    drop(companion);
    if let Err(payload) = dropped {
        // SAFETY: a suspended task's cell holds its context.
        let home = unsafe { header.home.as_ref() };
        home.report(origin(header), Panic::new(payload).into_failure());
    }
    header.state.cancelled();
    // Only now: the drop of the future is user code, which may have begun to wait for this task.
    let waiter = header.waiter.take();
    let callbacks = driving.local_if_any().map(|local| local.take_callbacks(task));
    if !queued {
        let release = header.state.release_owned();
        // SAFETY: the stage is empty.
        unsafe { free_if(release, task) };
    }
    if let Some(waiter) = waiter {
        waiter.wake();
    }
    callbacks.into_iter().flatten().for_each(Callback::run);
}

/// The driver has a wake-up from outside.
pub(super) fn receive(driving: &Driving<'_>, task: &TaskRef) {
    let header = task.get();
    header.state.woken();
    match header.run.get() {
        Run::Idle => {
            header.run.set(Run::Queued);
            driving.push_ready(task.header());
        }
        Run::Running => header.run.set(Run::Notified),
        Run::Queued | Run::Notified | Run::Cancelled | Run::Finished | Run::FinishedQueued => {}
    }
}

/// Who a task is: the tasklet's name and the place of the call.
pub(super) fn origin(header: &Header) -> Origin {
    Origin { info: header.vtable.meta.name().info, place: header.place }
}

/// Makes the cell hold its context.
///
/// # Safety
///
/// The context is alive: the caller drives it, is inside the first poll, or has a reference that
/// has done this before.
#[inline]
pub(super) unsafe fn ensure_home(header: &Header) {
    if header.state.has_home() {
        return;
    }
    let home = header.home.as_ptr().cast_const();
    // SAFETY: the pointer came from `Arc::as_ptr`, and the context is alive.
    unsafe { Arc::increment_strong_count(home) };
    if !header.state.set_home() {
        // SAFETY: another thread was faster; one count is enough.
        unsafe { Arc::decrement_strong_count(home) };
    }
}

/// # Safety
///
/// The cell is alive, and its context is as for `ensure_home`.
#[inline]
pub(super) unsafe fn add_reference(task: NonNull<Header>) {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    if !header.state.add_reference() {
        // SAFETY: as the caller promises.
        unsafe { ensure_home(header) };
    }
}

/// # Safety
///
/// The reference was counted and belongs to the caller.
#[inline]
pub(super) unsafe fn drop_reference(task: NonNull<Header>) {
    // SAFETY: the reference keeps the cell alive until here.
    let release = unsafe { task.as_ref() }.state.drop_reference();
    // SAFETY: without handle and owner, the stage is empty.
    unsafe { free_if(release, task) };
}

/// # Safety
///
/// As for `add_reference`.
#[inline]
pub(super) unsafe fn add_inner(task: NonNull<Header>) {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    if !header.state.add_inner() {
        // SAFETY: as the caller promises.
        unsafe { ensure_home(header) };
    }
}

/// # Safety
///
/// As for `drop_reference`, of an inner one.
#[inline]
pub(super) unsafe fn drop_inner(task: NonNull<Header>) {
    // SAFETY: the reference keeps the cell alive until here.
    let release = unsafe { task.as_ref() }.state.drop_inner();
    // SAFETY: without handle and owner, the stage is empty.
    unsafe { free_if(release, task) };
}

/// Frees the cell if its last user has left, and gives back its hold on the context.
///
/// # Safety
///
/// `release` came from the caller's own transition; if it is `Free`, the stage is empty.
#[inline]
pub(super) unsafe fn free_if(release: Release, task: NonNull<Header>) {
    if release == Release::Keep {
        return;
    }
    // SAFETY: the caller was the last one, so that the cell is alive.
    let holds_home = unsafe { task.as_ref() }.state.has_home();
    // SAFETY: nobody else knows the cell, and its stage is empty.
    unsafe { free(task, holds_home) };
}

/// Frees a cell, and gives back its hold on the context.
///
/// # Safety
///
/// Nobody else knows the cell; its stage is empty.
#[inline]
pub(super) unsafe fn free(task: NonNull<Header>, holds_home: bool) {
    // SAFETY: alive until the next step.
    let header = unsafe { task.as_ref() };
    let (home, free) = (header.home, header.vtable.free);
    // SAFETY: as the caller promises.
    unsafe { free(task) };
    if holds_home {
        // SAFETY: the cell held one strong count, which is given back once.
        unsafe { Arc::decrement_strong_count(home.as_ptr().cast_const()) };
    }
}

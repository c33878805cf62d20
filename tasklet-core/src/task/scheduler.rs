//! Who drives a context, and what belongs to the driver: the ready queue and the list of tasks.
//!
//! One thread at a time drives a context. It has a [`Driving`], the proof that unlocks everything
//! that is not atomic: links, waiter slots, the ready queue, the loop's timers and idle callbacks.

mod lookout;

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::cell::{Header, Run};
use super::current::{Entered, HomeRef, thread_number};
use super::harness;
use super::inbox::{Inbox, Message};
use crate::event_loop::Local;
use crate::sync::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::{AtomicU64, AtomicUsize, Cell, UnsafeCell};

pub(crate) use lookout::{Effort, Seen, Waits};

/// Which threads may drive a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affinity {
    /// Any thread, until the first `?Send` tasklet binds the context to the thread it starts on.
    Free,
    /// Any thread, always: `?Send` tasklets are refused.
    Movable,
    /// The thread that made it, only.
    Bound,
}

/// The driver's half of a context.
pub(crate) struct Scheduler {
    /// The number of the thread that drives now, or zero.
    driver: AtomicUsize,
    /// The number of the only thread that may drive, or zero.
    bound: AtomicUsize,
    movable: bool,
    /// Messages from other threads.
    pub(crate) inbox: Inbox,
    ready: UnsafeCell<VecDeque<NonNull<Header>>>,
    first: Cell<Option<NonNull<Header>>>,
    last: Cell<Option<NonNull<Header>>>,
    /// How many tasks are in the list. Written by the driver, read by anyone.
    pending: AtomicUsize,
    /// How many tasks in the list are being polled, one nested in the other.
    running: Cell<usize>,
    /// Something has changed that others who wait must know of before they sleep on: a timer or an
    /// idle callback was added, the last pending task has finished.
    unsettled: Cell<bool>,
    /// Somebody who is polled by this loop waits until others have finished.
    watched: Cell<bool>,
    /// A task has finished since then.
    has_finished: Cell<bool>,
    /// Messages that were taken from the inbox and not looked at yet. Here, not in the frame that
    /// took them, so that a nested reader goes on where that one is.
    received: UnsafeCell<VecDeque<Message>>,
    /// The root was woken by something that has run on the driver's thread.
    root_woken: Cell<bool>,
    /// How often something was run.
    worked: Cell<u64>,
    /// A task in the list that could go on when it was last looked at, so that the next look need
    /// not search for one.
    witness: Cell<Option<NonNull<Header>>>,
    /// How many tasks were looked at so far.
    looked_at: Cell<u64>,
    /// Written by the driver, read by anyone.
    started: AtomicU64,
    /// Made when it is first needed: most contexts have no timers, idle callbacks or callbacks.
    local: OnceCell<Box<Local>>,
}

// SAFETY: the fields that are not `Sync` are reached through a `Driving` only, which one thread at
// a time has; hand-over synchronises through `driver`. `Local` is `Send`, and futures that are not
// are polled and dropped by the one thread that `bound` names.
unsafe impl Sync for Scheduler {}
// SAFETY: as for `Sync`.
unsafe impl Send for Scheduler {}

const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Local>();
};

impl Scheduler {
    #[inline]
    pub(crate) fn new(affinity: Affinity) -> Scheduler {
        let bound = if affinity == Affinity::Bound { thread_number() } else { 0 };
        Scheduler {
            driver: AtomicUsize::new(0),
            bound: AtomicUsize::new(bound),
            movable: affinity == Affinity::Movable,
            inbox: Inbox::new(),
            ready: UnsafeCell::new(VecDeque::new()),
            first: Cell::new(None),
            last: Cell::new(None),
            pending: AtomicUsize::new(0),
            running: Cell::new(0),
            unsettled: Cell::new(false),
            watched: Cell::new(false),
            has_finished: Cell::new(false),
            received: UnsafeCell::new(VecDeque::new()),
            root_woken: Cell::new(false),
            worked: Cell::new(0),
            witness: Cell::new(None),
            looked_at: Cell::new(0),
            started: AtomicU64::new(0),
            local: OnceCell::new(),
        }
    }

    /// One for a context inside of this one: the same threads may drive it.
    pub(crate) fn for_child(&self) -> Scheduler {
        let affinity = if self.movable { Affinity::Movable } else { Affinity::Free };
        let child = Scheduler::new(affinity);
        child.bound.store(self.bound.load(Acquire), Release);
        child
    }

    /// Whether this thread drives the context now.
    #[inline]
    pub(crate) fn is_driven_here(&self) -> bool {
        // Only this thread writes its own number, so that no ordering is needed to read it back.
        self.driver.load(Relaxed) == thread_number()
    }

    /// Whether only one thread may drive, and that is another one.
    pub(crate) fn is_bound_elsewhere(&self) -> bool {
        let bound = self.bound.load(Acquire);
        bound != 0 && bound != thread_number()
    }

    /// Whether the context can never go to another thread.
    pub(crate) fn is_bound(&self) -> bool {
        self.bound.load(Acquire) != 0
    }

    /// Calls `f` with the driver's rights, if this thread drives.
    #[inline]
    pub(crate) fn with_driving<R>(&self, f: impl FnOnce(&Driving<'_>) -> R) -> Option<R> {
        self.is_driven_here().then(|| f(&Driving::new(self)))
    }

    /// Gives `value` to `here` with the driver's rights if this thread drives, else to `elsewhere`.
    #[inline]
    pub(crate) fn driving_or<V, R>(
        &self,
        value: V,
        here: impl FnOnce(V, &Driving<'_>) -> R,
        elsewhere: impl FnOnce(V) -> R,
    ) -> R {
        if self.is_driven_here() { here(value, &Driving::new(self)) } else { elsewhere(value) }
    }

    /// How many started tasks have not finished.
    #[inline]
    pub(crate) fn pending(&self) -> usize {
        self.pending.load(Relaxed)
    }

    /// How many tasks were started so far.
    pub(crate) fn started(&self) -> u64 {
        self.started.load(Relaxed)
    }

    /// Makes this thread the driver, if nobody else is. `None` too where it may not drive at all.
    #[inline]
    fn acquire(&self) -> Option<Hold> {
        let me = thread_number();
        if self.driver.load(Relaxed) == me {
            return Some(Hold::Nested);
        }
        if self.is_bound_elsewhere() {
            return None;
        }
        // SeqCst: see `Drop for Drive`.
        self.driver.compare_exchange(0, me, SeqCst, SeqCst).ok()?;
        Some(Hold::Outermost)
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("driver", &self.driver).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Outermost,
    Nested,
}

/// The right to drive, held by a frame of this thread; the context is the current one meanwhile.
#[derive(Debug)]
pub(crate) struct Drive<'a> {
    driving: Driving<'a>,
    home: HomeRef<'a>,
    hold: Hold,
    _entered: Entered<'a>,
}

impl<'a> Drive<'a> {
    /// Begins to drive, if this thread may and no other one does.
    #[inline]
    pub(crate) fn begin(home: HomeRef<'a>) -> Option<Drive<'a>> {
        let scheduler = &home.get().scheduler;
        let hold = scheduler.acquire()?;
        let drive =
            Drive { driving: Driving::new(scheduler), home, hold, _entered: Entered::new(home) };
        // It may have been bound in the moment before; then the seat is given back as by any
        // driver.
        if scheduler.is_bound_elsewhere() { None } else { Some(drive) }
    }

    /// The proof, for the time of the borrow.
    pub(crate) fn driving(&self) -> &Driving<'a> {
        &self.driving
    }

    /// The context that is driven.
    pub(crate) fn home(&self) -> HomeRef<'a> {
        self.home
    }

    /// Whether a frame below drives the same context.
    pub(crate) fn is_nested(&self) -> bool {
        self.hold == Hold::Nested
    }
}

impl Drop for Drive<'_> {
    fn drop(&mut self) {
        if self.is_nested() {
            return;
        }
        // What this driver leaves behind, somebody else must go on with, or know of.
        let unsettled = 0 < self.driving.ready() || self.home.scheduler.unsettled.take();
        // SeqCst, which includes the Release that pairs with the next driver's Acquire: either we
        // see that somebody has missed its turn, or its second attempt succeeds.
        self.home.scheduler.driver.store(0, SeqCst);
        self.home.get().driver_left(self.home, unsettled);
    }
}

/// The proof that this thread drives a context. It never leaves the frame it was given to.
#[derive(Debug)]
pub(crate) struct Driving<'a> {
    scheduler: &'a Scheduler,
    /// Neither `Send` nor `Sync`.
    this_thread: PhantomData<*mut ()>,
}

impl<'a> Driving<'a> {
    #[inline]
    fn new(scheduler: &'a Scheduler) -> Driving<'a> {
        Driving { scheduler, this_thread: PhantomData }
    }

    /// The loop's own data, for those who want to put something in.
    pub(crate) fn local(&self) -> &'a Local {
        self.scheduler.local.get_or_init(Box::default)
    }

    /// The loop's own data, if there is any.
    #[inline]
    pub(crate) fn local_if_any(&self) -> Option<&'a Local> {
        self.scheduler.local.get().map(|local| &**local)
    }

    /// How many started tasks have not finished.
    #[inline]
    pub(crate) fn pending(&self) -> usize {
        self.scheduler.pending()
    }

    /// How many of the pending tasks are being polled now, below on this stack.
    #[inline]
    pub(crate) fn running(&self) -> usize {
        self.scheduler.running.get()
    }

    /// How often something was run: a task, an idle callback, a timer.
    pub(crate) fn worked(&self) -> u64 {
        self.scheduler.worked.get()
    }

    /// Something was run.
    #[inline]
    pub(crate) fn count_work(&self) {
        self.scheduler.worked.set(self.scheduler.worked.get().wrapping_add(1));
    }

    /// Counts a started task.
    #[inline]
    pub(super) fn count_started(&self) {
        // One writer at a time: no read-modify-write needed.
        self.scheduler.started.store(self.scheduler.started.load(Relaxed) + 1, Relaxed);
    }

    /// A linked task begins (`true`) or ends to be polled.
    #[inline]
    pub(super) fn count_running(&self, begins: bool) {
        let running = self.scheduler.running.get();
        self.scheduler.running.set(if begins { running + 1 } else { running - 1 });
    }

    /// How many tasks stand in the ready queue.
    #[inline]
    pub(crate) fn ready(&self) -> usize {
        // SAFETY: the driver alone reaches the queue, and no reference to it outlives a statement.
        unsafe { &*self.scheduler.ready.get() }.len()
    }

    /// Runs the task that has been ready the longest. False if there is none.
    #[inline]
    pub(crate) fn run_next(&self) -> bool {
        // SAFETY: as in `ready`.
        let next = unsafe { &mut *self.scheduler.ready.get() }.pop_front();
        let Some(task) = next else {
            return false;
        };
        self.count_work();
        // SAFETY: an entry of the queue is owned by the context, and it was just taken out.
        unsafe { harness::run(self, task) };
        true
    }

    /// Reads all messages: wakes what was woken, does what was asked for. False if there were none.
    #[inline]
    pub(crate) fn read_inbox(&self) -> bool {
        if self.scheduler.inbox.is_empty() && !self.has_received() {
            return false;
        }
        self.read_messages();
        true
    }

    fn has_received(&self) -> bool {
        // SAFETY: the driver alone reaches the queue, and no reference to it outlives a statement.
        !unsafe { &*self.scheduler.received.get() }.is_empty()
    }

    fn read_messages(&self) {
        let taken = self.scheduler.inbox.take();
        // SAFETY: as in `has_received`.
        unsafe { &mut *self.scheduler.received.get() }.extend(taken);
        loop {
            // SAFETY: as in `has_received`.
            let message = unsafe { &mut *self.scheduler.received.get() }.pop_front();
            match message {
                Some(Message::Wake(task)) => harness::receive(self, &task),
                Some(Message::Do(job)) => job(self),
                None => return,
            }
        }
    }

    /// The root is to be polled.
    #[inline]
    pub(crate) fn wake_root(&self) {
        self.scheduler.root_woken.set(true);
    }

    /// Whether the root is to be polled, as far as this thread has said so.
    #[inline]
    pub(crate) fn is_root_woken(&self) -> bool {
        self.scheduler.root_woken.get()
    }

    /// The same; it is polled now.
    #[inline]
    pub(crate) fn take_root_woken(&self) -> bool {
        self.scheduler.root_woken.take()
    }

    /// Something has changed that others who wait must know of before they sleep on.
    pub(crate) fn unsettle(&self) {
        self.scheduler.unsettled.set(true);
    }

    /// The alarm is set and idle callbacks have had their turn.
    pub(crate) fn settle(&self) {
        // That nothing is pending any more, others still have to hear.
        if 0 < self.pending() {
            self.scheduler.unsettled.set(false);
        }
    }

    /// Ties the context to this thread, for a future that must not leave it. False if it moves.
    pub(crate) fn bind(&self) -> bool {
        if self.scheduler.movable {
            return false;
        }
        // `acquire` has let this thread drive, so that it is bound to no other one.
        self.scheduler.bound.store(thread_number(), Release);
        true
    }

    /// Whoever waits is to be told when a task has finished, and nothing else can be done.
    pub(crate) fn watch(&self) {
        self.scheduler.watched.set(true);
        self.scheduler.has_finished.set(false);
    }

    /// Whether somebody watches, and a task has finished since. That is told once.
    pub(crate) fn take_watched(&self) -> bool {
        let is_watched = self.scheduler.watched.get() && self.scheduler.has_finished.get();
        if is_watched {
            self.scheduler.watched.set(false);
        }
        is_watched
    }

    /// Puts a task at the end of the ready queue.
    #[inline]
    pub(super) fn push_ready(&self, task: NonNull<Header>) {
        // SAFETY: as in `ready`.
        unsafe { &mut *self.scheduler.ready.get() }.push_back(task);
    }

    /// Adds a task at the end of the list of those that have not finished.
    ///
    /// # Safety
    ///
    /// The cell is alive, owned by this context, and in no list.
    #[inline]
    pub(super) unsafe fn link(&self, task: NonNull<Header>) {
        let last = self.scheduler.last.replace(Some(task));
        match last {
            // SAFETY: what is in the list is owned by the context, hence alive.
            Some(last) => unsafe { last.as_ref() }.next.set(Some(task)),
            None => self.scheduler.first.set(Some(task)),
        }
        // SAFETY: alive, as the caller promises.
        unsafe { task.as_ref() }.previous.set(last);
        self.scheduler.pending.store(self.scheduler.pending() + 1, Relaxed);
    }

    /// Takes a task out of the list.
    ///
    /// # Safety
    ///
    /// The task is in this context's list.
    #[inline]
    pub(super) unsafe fn unlink(&self, task: NonNull<Header>) {
        // SAFETY: in the list, hence alive.
        let header = unsafe { task.as_ref() };
        let (previous, next) = (header.previous.take(), header.next.take());
        match previous {
            // SAFETY: a neighbour in the list, hence alive.
            Some(previous) => unsafe { previous.as_ref() }.next.set(next),
            None => self.scheduler.first.set(next),
        }
        match next {
            // SAFETY: a neighbour in the list, hence alive.
            Some(next) => unsafe { next.as_ref() }.previous.set(previous),
            None => self.scheduler.last.set(previous),
        }
        if self.scheduler.witness.get() == Some(task) {
            self.scheduler.witness.set(None);
        }
        let pending = self.scheduler.pending() - 1;
        self.scheduler.pending.store(pending, Relaxed);
        self.scheduler.has_finished.set(true);
        if pending == 0 {
            self.unsettle();
        }
    }

    /// Reads what was sent, and drops what has ended, if nothing else is there: a cancelled task
    /// that was ready keeps its place until its turn, and with it the context.
    pub(crate) fn clear(&self) {
        self.read_inbox();
        while self.pending() == 0 && self.run_next() {}
    }

    /// Cancels every task that is not running just now.
    pub(crate) fn cancel_all(&self) {
        let mut running = 0;
        while running < self.pending() {
            let mut next = self.scheduler.first.get();
            // A running task stays at the front of the list; step over those.
            for _ in 0..running {
                // SAFETY: in the list, hence alive.
                next = next.and_then(|task| unsafe { task.as_ref() }.next.get());
            }
            let Some(task) = next else { return };
            // SAFETY: in the list, hence alive and owned.
            let header = unsafe { task.as_ref() };
            if matches!(header.run.get(), Run::Running | Run::Notified | Run::Cancelled) {
                running += 1;
            }
            // SAFETY: as above.
            unsafe { harness::cancel(self, task) };
        }
    }
}

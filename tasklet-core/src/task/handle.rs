//! `Task<T>`: the handle's side of a cell. It knows the result's type, and nothing of the future.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::Home;
use super::cell::Header;
use super::current::HomeRef;
use super::harness;
use super::inbox::Message;
use super::raw::Known;
use super::reference::TaskRef;
use super::scheduler::Driving;
use super::state::Detach;
use super::waker;
use crate::error::{Origin, Outcome, Panic};
use crate::future::callback::Callback;

/// The one handle of a pending task. Dropping it leaves the task running, as `defer` does.
pub(crate) struct Task<T> {
    header: NonNull<Header>,
    result: PhantomData<T>,
}

// SAFETY: a handle reaches the outcome after `DONE` alone, by value; that takes `T: Send`. All
// else it reaches is atomic, immutable, or goes through a `Driving`.
unsafe impl<T: Send> Send for Task<T> {}
// SAFETY: a shared handle gives no access to the outcome.
unsafe impl<T: Send> Sync for Task<T> {}

impl<T> Task<T> {
    /// The handle of a task that was just made.
    ///
    /// # Safety
    ///
    /// There is no other handle, and the future's output is a `T`.
    #[inline]
    pub(super) unsafe fn from_new(header: NonNull<Header>) -> Task<T> {
        Task { header, result: PhantomData }
    }

    #[inline]
    fn get(&self) -> &Header {
        // SAFETY: a handle keeps the cell alive.
        unsafe { self.header.as_ref() }
    }

    /// Only for tasks that were pending when last asked: their cells hold their context.
    fn reference(&self) -> TaskRef {
        // SAFETY: a handle keeps the cell alive.
        unsafe { TaskRef::new(self.header) }
    }

    /// The context that the task belongs to.
    pub(crate) fn home(&self) -> Arc<Home> {
        self.reference().home()
    }

    #[inline]
    fn home_ref(&self) -> HomeRef<'_> {
        debug_assert!(!self.is_done() || self.get().state.has_home(), "asked while it is pending");
        // SAFETY: the cell of a suspended task holds its context, and so does one that is polled
        // later; of one that finished in its first poll nobody asks this.
        unsafe { HomeRef::from_raw(self.get().home) }
    }

    /// Whether the task has finished.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.get().state.is_done()
    }

    /// Makes the cell hold its context, also if it has finished in its first poll: a failure that
    /// nobody looks at is then reported there, whatever context is the current one by that time.
    pub(crate) fn hold_home(&self, home: HomeRef<'_>) {
        assert!(self.get().home == home.as_ptr(), "a task has one home");
        // SAFETY: the context is borrowed, hence alive.
        unsafe { harness::ensure_home(self.get()) };
    }

    /// Who the task is.
    pub(crate) fn origin(&self) -> Origin {
        harness::origin(self.get())
    }

    /// Who the task is, and what it has to say of its result.
    pub(crate) fn known(&self) -> Known<T> {
        // SAFETY: the task's output is a `T`, for which its table was made.
        unsafe { Known::of_task(self.get().vtable.meta, self.get().place) }
    }

    /// The panic that a finished task has ended with.
    pub(crate) fn panic(&self) -> Option<&Panic> {
        if !self.is_done() || self.get().state.is_cancelled() {
            return None;
        }
        // SAFETY: the task is done, so that the stage holds the outcome, which only the owner of
        // the handle takes. A result in it is not looked at: only a panic, which is `Sync`.
        unsafe { &*self.outcome() }.as_ref().err()
    }

    /// The context that the task belongs to, as an address that is only compared.
    pub(crate) fn home_address(&self) -> NonNull<Home> {
        self.get().home
    }

    /// Whether this thread drives the task's context.
    #[inline]
    pub(crate) fn is_driven_here(&self) -> bool {
        self.home_ref().scheduler.is_driven_here()
    }

    /// Has `waker` woken when the task has finished; `Ready` if it has.
    ///
    /// Where another thread drives, that one is told; the caller has registered as waiting.
    #[inline]
    pub(crate) fn poll_done(&mut self, waker: &Waker) -> Poll<()> {
        if self.is_done() {
            return Poll::Ready(());
        }
        let home = self.home_ref();
        let here = home.scheduler.with_driving(|driving| {
            // An older waker of this handle, sent from elsewhere, must not come after this one.
            driving.read_inbox();
            if self.is_done() {
                return Poll::Ready(());
            }
            set_waiter(driving, self.get(), waker);
            Poll::Pending
        });
        if let Some(polled) = here {
            return polled;
        }
        let (task, waker) = (self.reference(), waker.clone());
        home.scheduler.inbox.push(Message::Do(Box::new(move |driving| {
            if task.get().state.is_done() {
                waker.wake();
            } else {
                set_waiter(driving, task.get(), &waker);
            }
        })));
        home.notify_root();
        // The driver may have finished the task, and left, before it could see the message.
        if self.get().state.is_done_after_message() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes the result out of a finished task that nobody else knows any more: what nearly all
    /// awaits come to. `None` is not the last word; then [`Task::poll_done`] and [`Task::take`]
    /// are.
    #[inline(always)]
    pub(crate) fn take_result(slot: &mut Option<Task<T>>) -> Option<T> {
        let task = slot.as_ref()?;
        let pointer = task.header;
        let holds_home = task.get().state.is_handles_alone()?;
        // Only the result is read, as it was written: a read of the whole outcome would be made of
        // wider pieces than the writes were, which stalls the processor.
        // SAFETY: the task is done and was not cancelled, so that the stage holds the outcome.
        let Ok(result) = (unsafe { &*task.outcome() }) else { return None };
        // SAFETY: taken once, since the handle is forgotten in the next line.
        let result = unsafe { std::ptr::read(result) };
        std::mem::forget(slot.take());
        // SAFETY: the stage is empty now, and nobody else knows the cell.
        unsafe { harness::free(pointer, holds_home) };
        Some(result)
    }

    /// Takes the outcome of a finished task.
    pub(crate) fn take(self) -> Outcome<T> {
        let this = ManuallyDrop::new(self);
        let header = this.get();
        debug_assert!(header.state.is_done(), "only a finished task has an outcome");
        let outcome = if header.state.is_cancelled() {
            Err(Panic::cancelled(&this.origin()))
        } else {
            // SAFETY: the task is done, so that the stage holds the outcome; it is taken once,
            // since the handle is used up.
            unsafe { this.outcome().read() }.map_err(|panic| panic.of(this.origin()))
        };
        let release = header.state.release_handle();
        // SAFETY: the stage is empty now.
        unsafe { harness::free_if(release, this.header) };
        outcome
    }

    /// Where the outcome is, or will be.
    #[inline]
    fn outcome(&self) -> *mut Outcome<T> {
        // SAFETY: the offset lies inside the cell.
        unsafe { self.header.as_ptr().byte_add(self.get().vtable.stage_offset) }.cast()
    }

    /// Stops the task: its future is dropped, now or when its running poll ends.
    pub(crate) fn cancel(self) {
        if self.is_done() {
            // What it found out is not wanted any more, so that nothing is reported.
            drop(self.take());
            return;
        }
        let task = self.reference();
        // SAFETY: the reference keeps the cell alive; a message is read by its own context.
        self.send(move |driving| unsafe { harness::cancel(driving, task.header()) });
    }

    /// Has `callback` run when the task has finished. Gives it back if it has.
    pub(crate) fn add_callback(&self, callback: Callback) -> Result<(), Callback> {
        if self.is_done() {
            return Err(callback);
        }
        let task = self.reference();
        self.send(move |driving| {
            let header = task.get();
            if header.state.is_done() {
                callback.run();
            } else {
                header.has_callbacks.set(true);
                driving.local().add_callback(task.header(), callback);
            }
        });
        Ok(())
    }

    /// Does `job` as the driver: now if this thread may drive, or when the driver reads its inbox.
    fn send(&self, job: impl FnOnce(&Driving<'_>) + Send + 'static) {
        self.home_ref().on_driver(job);
    }
}

/// Notes whom to wake. Only the driver touches the slot.
#[inline]
fn set_waiter(_: &Driving<'_>, header: &Header, waker: &Waker) {
    let waiter = header.waiter.take().filter(|waiter| waker::is_same(waiter, waker));
    header.waiter.set(Some(waiter.unwrap_or_else(|| waker::clone_inner(waker, header.home))));
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let header = self.get();
        match header.state.detach() {
            Detach::Running => {}
            Detach::Finished => {
                if !header.state.is_cancelled() {
                    // SAFETY: the task is done, and its outcome was not taken: it is the handle's.
                    unsafe { harness::drop_outcome(self.header) };
                }
                let release = header.state.release_handle();
                // SAFETY: the stage is empty now.
                unsafe { harness::free_if(release, self.header) };
            }
        }
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("origin", &self.origin())
            .field("is_done", &self.is_done())
            .finish()
    }
}

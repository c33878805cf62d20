//! Contexts inside of contexts: what a child owes, its parent owes.
//!
//! A child is a context as any other, which anybody may drive who waits for something in it. But as
//! long as it has unfinished tasks, a task of its parent (a [`Keeper`]) waits for all of them, and
//! drives the child whenever nobody else does. So the parent's loop runs the child's, and the
//! parent cannot end before. There is a keeper only while there is work: a child that owes nothing
//! keeps nobody.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, SeqCst};
use std::task::{Context, Poll};

use super::block::drive_as_guest;
use super::toplevel::look;
use super::{Context as TaskletContext, Root, Shared, background};
use crate::error::{About, Info, Origin};
use crate::event_loop::poll_turns;
use crate::task::{Drive, Driving, HomeRef, Waits, start_later};
use crate::transaction::Active;

static CHILD: Info = Info::new("child context", module_path!());

impl TaskletContext {
    /// A context inside of this one: with its own tasklets, errors and idle callbacks, and with the
    /// same clock.
    ///
    /// What is started in the child is owed by both: this context does not end before the child has
    /// nothing unfinished any more, and its loop runs the child's tasklets. Whoever waits for one
    /// of them may run them as well, and [`scope_to_end`](Self::scope_to_end) waits for all.
    ///
    /// A failure that nobody looked at goes to the child's [`take_errors`](Self::take_errors).
    /// Those that nobody took go on to this context when the child's last handle and tasklet are
    /// gone.
    ///
    /// A child takes `?Send` tasklets if its parent does. Should its parent have ended before
    /// something is started in it, it is a context without a parent.
    ///
    /// NDB: `context.new(..)`, as transactions make it.
    ///
    /// ```
    /// use tasklet_core::{Context, tasklet};
    ///
    /// #[tasklet]
    /// async fn write() {
    ///     futures_lite::future::yield_now().await;
    /// }
    ///
    /// let context = Context::new();
    /// let child = context.child();
    /// child.enter(|| write().defer());
    /// assert_eq!((child.pending(), context.pending()), (1, 1));
    /// context.run();
    /// assert_eq!((child.pending(), context.pending()), (0, 0));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn child(&self) -> TaskletContext {
        self.child_with(Origin { info: &CHILD, place: Location::caller() }, None)
    }

    /// The same for a transaction.
    pub(crate) fn child_in(&self, origin: Origin, transaction: Arc<Active>) -> TaskletContext {
        self.child_with(origin, Some(transaction))
    }

    fn child_with(&self, origin: Origin, transaction: Option<Arc<Active>>) -> TaskletContext {
        let parent = self.shared();
        let (scheduler, clock) = (parent.scheduler.for_child(), parent.clock.clone());
        let mut shared = Shared::with(origin, scheduler, Root::Anyone, clock);
        shared.parent = Some(Arc::clone(parent));
        shared.transaction = transaction;
        shared.runtime = parent.runtime.clone();
        shared.capture_runtime();
        TaskletContext::of(Arc::new(shared))
    }

    /// The context that this is a [`child`](Self::child) of.
    #[must_use]
    pub fn parent(&self) -> Option<TaskletContext> {
        self.shared().parent.as_ref().map(|parent| TaskletContext::of(Arc::clone(parent)))
    }
}

impl Shared {
    pub(crate) fn parent(&self) -> Option<&Arc<Shared>> {
        self.parent.as_ref()
    }

    /// The transaction that this is the context of.
    pub(crate) fn transaction(&self) -> Option<&Arc<Active>> {
        self.transaction.as_ref()
    }

    /// This context, its parent, the parent of that …
    pub(crate) fn and_above(&self) -> impl Iterator<Item = &Shared> {
        std::iter::successors(Some(self), |shared| shared.parent.as_deref())
    }

    /// Ties all contexts above to this thread, since one below is about to be tied. False if one of
    /// them moves, or is driven elsewhere.
    pub(crate) fn bind_parents(&self) -> bool {
        let Some(parent) = &self.parent else { return true };
        let bind = |drive: Drive<'_>| drive.driving().bind();
        parent.bind_parents() && drive_as_guest(HomeRef::from(parent)).is_some_and(bind)
    }
}

/// Nobody drives this child just now, or something was sent to it: sees to it that its parent owes
/// what it owes.
#[cold]
pub(super) fn keep(home: HomeRef<'_>) {
    let Some(parent) = home.get().parent() else { return };
    let owes = 0 < home.scheduler.pending() || !home.scheduler.inbox.is_empty();
    // SeqCst: either this finds that the keeper has left, or the keeper finds what was sent.
    if !owes || home.in_background.load(SeqCst) || home.in_background.swap(true, SeqCst) {
        return;
    }
    let about = |_: Option<&()>| About::new(&CHILD);
    let keeper = Keeper(Some(home.to_arc()));
    drop(start_later(HomeRef::from(parent), home.origin().place, about, keeper));
    // A parent that nobody has any more is finished in the background, as without a child.
    if parent.handles.load(Acquire) == 0 {
        background::last_handle_dropped(parent);
    }
}

/// The task of a parent that waits for all of a child's. Empty when the child owes nothing.
struct Keeper(Option<Arc<Shared>>);

impl Future for Keeper {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(shared) = &self.0 else { return Poll::Ready(()) };
        loop {
            shared.drivers.register_waiting(cx.waker());
            let Some(drive) = shared.drive_as_root(cx) else { return Poll::Pending };
            let step = |driving: &Driving<'_>, _cx: &mut Context<'_>| {
                if driving.is_finished(shared) { Poll::Ready(None) } else { Poll::Pending }
            };
            // Nobody waits here who could be told by a panic.
            let at_rest = |_: &Driving<'_>| look(&drive, Waits::All(None), || false).map(Some);
            let polled = poll_turns(&drive, shared, cx, || false, step, at_rest);
            if let Some(deadlock) = std::task::ready!(polled) {
                shared.report_deadlock(&deadlock.of(shared.origin()));
                continue;
            }
            if 0 < drive.driving().pending() {
                // What is left runs below on this very stack; its driver wakes us when it leaves.
                shared.drivers.register_waiting(cx.waker());
                drive.driving().unsettle();
                return Poll::Pending;
            }
            // SeqCst: see `keep`.
            shared.in_background.store(false, SeqCst);
            drop(drive);
            if shared.scheduler.inbox.is_empty() || shared.in_background.swap(true, SeqCst) {
                break;
            }
        }
        self.0 = None;
        Poll::Ready(())
    }
}

impl Drop for Keeper {
    /// The parent is cancelled, and with it what it owes.
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else { return };
        cancel_all(&shared);
        shared.in_background.store(false, SeqCst);
    }
}

/// Cancels all that a context owes, unless another thread drives it.
pub(crate) fn cancel_all(shared: &Arc<Shared>) {
    let Some(drive) = Drive::begin(HomeRef::from(shared)) else { return };
    let driving = drive.driving();
    loop {
        driving.read_inbox();
        driving.cancel_all();
        while driving.run_next() {}
        // What runs below on this very stack is cancelled when its poll ends.
        if driving.pending() <= driving.running() {
            break;
        }
    }
}

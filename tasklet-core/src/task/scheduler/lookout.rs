//! The look for a deadlock: can anything still happen that what is waited for waits for?
//!
//! A task that is suspended goes on when its waker fires. If each of its wakers is an inner one
//! (`state.rs`), then that happens only when a task ends whose waiter it is. Where this holds for
//! every task that a wait depends on, all of them wait for each other, and none will ever go on.
//! A waker that anybody else has, a timer, a channel, a promise, another thread or another context,
//! is an ordinary one, and its task *has hope*. So has a task without any waker: it waits for
//! nothing of ours.
//!
//! Whoever looks is the driver, and has nothing else to do. While he looks, nobody can give hope to
//! a task that had none when it was looked at: that would take one of its ordinary wakers, or its
//! driver. What arrives by the inbox is looked at last.
//!
//! So a promise is a hope as long as its completer exists, wherever that is; and a circle of waits
//! through two contexts is not found, since each of them sees the other's wakers as somebody
//! else's. Nor is one told who waits where another thread drives: that one tells, if it waits for
//! the same, or he looks himself when it has left.
//!
//! Tasks that are being polled below on this stack have no hope either, since they go on when the
//! look's own frame has returned.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr::NonNull;

use super::{Driving, Run};
use crate::context::DumpedTask;
use crate::error::{Deadlock, End, Origin};
use crate::task::cell::Header;
use crate::task::fan::Fan;
use crate::task::reference::InnerRef;
use crate::task::root::{self, RootWaits};
use crate::task::{harness, waker};

/// A look that finds no hope at once goes on for so many tasks at least.
const LOOKED_AT_MIN: u64 = 64;

/// Each thing that was run, and each task that was started, pays for a look at so many tasks. So
/// the looks of a context take no more than a share of its work, whatever it does.
const LOOKED_AT_FOR_WORK: u64 = 4;

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Waits<'a> {
    /// One thing, by blocking this thread: whoever runs below on this stack waits, too.
    One(RootWaits<'a>),
    /// Every task of the context, and the body of the toplevel if that has not ended.
    All(Option<RootWaits<'a>>),
}

/// How far a look goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Costs next to nothing on the average, and may not know the answer.
    Cheap,
    /// Looks at all tasks, and knows.
    Thorough,
}

/// What a look has found.
#[derive(Debug)]
pub(crate) enum Seen {
    /// Something may happen.
    Hope,
    /// A thorough look is needed to know.
    Unsure,
    /// Nothing will. What waits for itself was cancelled.
    Deadlock(Deadlock),
}

enum Search {
    Found,
    NoneHasHope,
    TooLong,
}

impl Driving<'_> {
    /// Looks whether what is waited for can ever finish; to be asked when nothing is left to do but
    /// to wait. `is_woken` tells whether the root was woken meanwhile.
    pub(crate) fn look(
        &self,
        waits: Waits<'_>,
        effort: Effort,
        is_woken: impl Fn() -> bool,
    ) -> Seen {
        let root = match waits {
            Waits::One(root) => Some(root),
            Waits::All(root) => root,
        };
        if root.is_some_and(|root| !root.is_inner_only())
            || (root.is_none() && self.pending() <= self.running())
        {
            return Seen::Hope;
        }
        let has_hope = match (self.search(effort), waits) {
            (Search::NoneHasHope, _) => false,
            (Search::TooLong, _) => return Seen::Unsure,
            (Search::Found, Waits::All(_)) => return Seen::Hope,
            (Search::Found, Waits::One(_)) if effort == Effort::Cheap => return Seen::Unsure,
            (Search::Found, Waits::One(root)) => {
                self.spread_hope(false);
                self.is_woken_by_hope(root)
            }
        };
        let is_quiet =
            || self.scheduler.inbox.is_empty() && !self.has_received() && self.ready() == 0;
        if has_hope || is_woken() || !is_quiet() {
            return Seen::Hope;
        }
        Seen::Deadlock(self.end_deadlock(waits, root))
    }

    /// Looks for a task that has hope.
    fn search(&self, effort: Effort) -> Search {
        if let Some(witness) = self.scheduler.witness.get() {
            // SAFETY: a witness is in the list, hence alive: `unlink` sees to that.
            if has_hope(unsafe { witness.as_ref() }) {
                return Search::Found;
            }
        }
        let paid = (self.scheduler.started.load(std::sync::atomic::Ordering::Relaxed))
            .wrapping_add(self.worked())
            .wrapping_mul(LOOKED_AT_FOR_WORK);
        let before = self.scheduler.looked_at.get();
        let left = paid.saturating_sub(before).max(LOOKED_AT_MIN);
        let limit = if effort == Effort::Cheap { left } else { u64::MAX };
        // The newest are the likeliest to wait for something else than a task.
        let mut next = self.scheduler.last.get();
        let mut looked_at = 0;
        let found = loop {
            let Some(task) = next else { break Search::NoneHasHope };
            if looked_at == limit {
                break Search::TooLong;
            }
            looked_at += 1;
            // SAFETY: in the list, hence alive.
            let header = unsafe { task.as_ref() };
            if has_hope(header) {
                self.scheduler.witness.set(Some(task));
                break Search::Found;
            }
            next = header.previous.get();
        };
        if effort == Effort::Cheap {
            self.scheduler.looked_at.set(before.wrapping_add(looked_at));
        }
        found
    }

    /// Calls `see` with each task that has not finished.
    fn each_task(&self, mut see: impl FnMut(NonNull<Header>)) {
        let mut next = self.scheduler.first.get();
        while let Some(task) = next {
            see(task);
            // SAFETY: in the list, hence alive; what is done here runs no user code that could
            // unlink it.
            next = unsafe { task.as_ref() }.next.get();
        }
    }

    /// Finds out who has hope: of himself, or because somebody has it whose end wakes him. If
    /// `running_end`, those who run below on this stack are taken to end.
    fn spread_hope(&self, running_end: bool) {
        let mut unspread = Vec::new();
        self.each_task(|task| {
            // SAFETY: in the list, hence alive.
            let header = unsafe { task.as_ref() };
            let hopes = has_hope(header) || (running_end && is_running(header));
            header.has_hope.set(hopes);
            if hopes {
                unspread.push(task);
            }
        });
        while let Some(task) = unspread.pop() {
            // SAFETY: in the list, hence alive.
            each_waiter(unsafe { task.as_ref() }, |waiter| {
                let Some(waiting) = waker::inner_task(waiter) else { return };
                // SAFETY: the waiter keeps it alive.
                let header = unsafe { waiting.as_ref() };
                if !is_running(header) && !header.has_hope.replace(true) {
                    unspread.push(waiting);
                }
            });
        }
    }

    /// Whether the root waits for somebody who has hope.
    fn is_woken_by_hope(&self, root: RootWaits<'_>) -> bool {
        let mut is_woken = false;
        self.each_task(|task| {
            // SAFETY: in the list, hence alive.
            let header = unsafe { task.as_ref() };
            if header.has_hope.get() {
                each_waiter(header, |waiter| {
                    is_woken |= root::is_inner(waiter) && waiter.data() == root.data();
                });
            }
        });
        is_woken
    }

    /// Who waits for whom.
    fn edges(&self) -> Edges {
        let mut edges = Edges { awaited: BTreeMap::new() };
        self.each_task(|task| {
            // SAFETY: in the list, hence alive.
            each_waiter(unsafe { task.as_ref() }, |waiter| {
                edges.awaited.entry(waiter.data()).or_default().push(task);
            });
        });
        edges
    }

    /// The tasks that have not finished, oldest first, up to `limit`.
    pub(crate) fn unfinished(&self, limit: usize) -> Vec<DumpedTask> {
        let edges = self.edges();
        let mut found = Vec::new();
        self.each_task(|task| {
            if limit <= found.len() {
                return;
            }
            // SAFETY: in the list, hence alive; nothing here runs user code that could unlink it.
            let header = unsafe { task.as_ref() };
            let awaited = edges.awaited_by(data(task));
            found.push(DumpedTask {
                origin: harness::origin(header),
                standing: header.run.get().into(),
                // SAFETY: as above.
                waits_for: awaited.map(|awaited| harness::origin(unsafe { awaited.as_ref() })),
            });
        });
        found
    }

    /// Nothing will happen any more: tells who waits for whom, and cancels those of them who would
    /// not go on even if this wait were given up.
    #[cold]
    fn end_deadlock(&self, waits: Waits<'_>, root: Option<RootWaits<'_>>) -> Deadlock {
        let edges = self.edges();
        let first = match root {
            Some(root) => edges.awaited_by(root.data()),
            None => self.oldest_suspended(),
        };
        let (chain, end) = chain(&edges, first);
        self.spread_hope(true);
        let mut stuck = Vec::new();
        let mut add = |task: NonNull<Header>| {
            // SAFETY: in the list, hence alive.
            let header = unsafe { task.as_ref() };
            if !is_running(header) && !header.has_hope.get() {
                // SAFETY: as above; this is the driver.
                stuck.push(unsafe { InnerRef::new(task) });
            }
        };
        match waits {
            // Others that wait for each other are not what was asked for, and stay untold.
            Waits::One(root) => edges.each_below(root.data(), add),
            Waits::All(_) => self.each_task(&mut add),
        }
        let stuck_len = stuck.len();
        for task in stuck {
            // SAFETY: the reference keeps the cell alive. The drop of an earlier one may have
            // finished it, which `cancel` sees.
            unsafe { harness::cancel(self, task.header()) };
        }
        Deadlock::new(chain, end, stuck_len)
    }

    fn oldest_suspended(&self) -> Option<NonNull<Header>> {
        let mut oldest = None;
        self.each_task(|task| {
            // SAFETY: in the list, hence alive.
            if oldest.is_none() && !is_running(unsafe { task.as_ref() }) {
                oldest = Some(task);
            }
        });
        oldest
    }
}

/// The tasks that each waiter waits for, by the data of its waker.
struct Edges {
    awaited: BTreeMap<*const (), Vec<NonNull<Header>>>,
}

impl Edges {
    /// The first task that somebody waits for.
    fn awaited_by(&self, waiter: *const ()) -> Option<NonNull<Header>> {
        self.awaited.get(&waiter)?.first().copied()
    }

    /// Calls `see` with each task that somebody waits for, or those wait for, and so on.
    fn each_below(&self, waiter: *const (), mut see: impl FnMut(NonNull<Header>)) {
        let mut seen = BTreeSet::new();
        let mut unfollowed = vec![waiter];
        while let Some(waiter) = unfollowed.pop() {
            for &task in self.awaited.get(&waiter).into_iter().flatten() {
                if seen.insert(task) {
                    see(task);
                    unfollowed.push(data(task));
                }
            }
        }
    }
}

/// What the wakers of a task have as their data.
fn data(task: NonNull<Header>) -> *const () {
    task.as_ptr().cast_const().cast()
}

/// Follows the waits from a task up to where they meet.
fn chain(edges: &Edges, first: Option<NonNull<Header>>) -> (Vec<Origin>, End) {
    let (mut chain, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = first;
    while let Some(task) = next {
        // SAFETY: in the list, hence alive.
        let header = unsafe { task.as_ref() };
        chain.push(harness::origin(header));
        if is_running(header) {
            return (chain, End::Below);
        }
        if !seen.insert(task) {
            return (chain, End::InTheChain);
        }
        next = edges.awaited_by(data(task));
    }
    (chain, End::Nobody)
}

/// Whether something may happen to a task of itself.
fn has_hope(header: &Header) -> bool {
    match header.run.get() {
        Run::Idle => !header.state.is_inner_only(),
        Run::Queued => true,
        Run::Running | Run::Notified | Run::Cancelled => false,
        // Not in the list.
        Run::Finished | Run::FinishedQueued => false,
    }
}

/// Whether a task is being polled below on this stack.
fn is_running(header: &Header) -> bool {
    matches!(header.run.get(), Run::Running | Run::Notified | Run::Cancelled)
}

/// Shows the inner wakers of those who wait for a task.
fn each_waiter(header: &Header, mut see: impl FnMut(&std::task::Waker)) {
    // Nothing of what `see` does can look at the slot.
    let waiter = header.waiter.take();
    if let Some(waiter) = &waiter {
        match Fan::behind(waiter) {
            Some(fan) => fan.each(see),
            None => see(waiter),
        }
    }
    header.waiter.set(waiter);
}

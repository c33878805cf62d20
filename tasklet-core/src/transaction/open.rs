//! One transaction that is open, and its end: whoever runs it may be cancelled at any await.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::task;

use futures_lite::FutureExt as _;

use super::at_end::Ending;
use super::attempt::Attempts;
use super::manager::{Judged, Opened, Verdict};
use super::{Active, on_commit};
use crate::context::child::cancel_all;
use crate::context::{Context, current};
use crate::error::{Origin, Panic, TaskletError};
use crate::{TaskletFuture, trace};

/// A transaction that is open. If it is dropped so, it is rolled back.
pub(super) struct Open<'a> {
    attempts: &'a Attempts<'a>,
    active: Arc<Active>,
    /// Where it takes place.
    pub(super) context: Context,
    is_committing: bool,
    is_over: bool,
}

impl<'a> Open<'a> {
    pub(super) fn new(attempts: &'a Attempts<'a>, opened: Opened, attempt: u32) -> Open<'a> {
        let active = Arc::new(Active {
            manager: attempts.manager.clone(),
            opened,
            outer: attempts.outer.clone(),
            attempt,
            read_only: attempts.options.is_read_only(),
            on_commit: Default::default(),
            at_end: Default::default(),
            failures: Default::default(),
            doom: Default::default(),
            is_abandoned: AtomicBool::new(false),
        });
        let base = Context::of(Arc::clone(&attempts.base));
        let context = base.child_in(attempts.origin, Arc::clone(&active));
        Open { attempts, active, context, is_committing: false, is_over: false }
    }

    /// The database's error that keeps it from being committed, if there was one.
    pub(super) fn failure(&self) -> Option<Judged> {
        let failure = self.active.manager.erased().failure(&self.active.opened);
        failure.or_else(|| self.active.take_doom())
    }

    /// What has failed inside: those that nobody looked at, and then the others.
    pub(super) fn failures(&self) -> Vec<TaskletError> {
        let mut failures = self.context.take_errors();
        for noted in self.active.failures.take() {
            let is_same = |other: &TaskletError| {
                other.origin() == noted.origin() && other.failure() == noted.failure()
            };
            if !failures.iter().any(is_same) {
                failures.push(noted);
            }
        }
        failures
    }

    pub(super) async fn commit(mut self) -> Result<(), Judged> {
        self.is_committing = true;
        let committed = self.active.manager.erased().commit(&self.active.opened).await;
        self.is_over = true;
        let (base, origin) = (&self.attempts.base, self.attempts.origin);
        match &committed {
            Ok(()) => self.end(Ending::Committed),
            Err(judged) if judged.verdict == Verdict::Unknown => self.end(Ending::Unknown),
            Err(_) => {}
        }
        match (&committed, &self.active.outer) {
            (Ok(()), None) => on_commit::call(&self.active, &Context::of(Arc::clone(base)), origin),
            (Ok(()), Some(outer)) => on_commit::move_to(&self.active, outer),
            (Err(_), _) => on_commit::forget(&self.active, base, origin),
        }
        committed
    }

    fn end(&self, ending: Ending) {
        let base = Context::of(Arc::clone(&self.attempts.base));
        self.active.at_end.call(&base, self.attempts.origin, ending);
    }

    /// What went wrong before says more than what may go wrong here.
    pub(super) async fn roll_back(&mut self) {
        self.is_over = true;
        let rolling_back = self.start_to_roll_back();
        rolling_back.await;
    }

    /// The rollback is a task of its own, which goes on if this one is cancelled.
    fn start_to_roll_back(&self) -> TaskletFuture<()> {
        let (active, origin) = (Arc::clone(&self.active), self.attempts.origin);
        let is_nested = active.outer.is_some();
        let rolling_back =
            RollingBack { future: Some(Box::pin(roll_back(active, origin))), is_nested };
        Context::of(Arc::clone(&self.attempts.base)).spawn(rolling_back)
    }
}

impl Drop for Open<'_> {
    /// Whoever ran it was cancelled. What it has started would only be undone.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.active.is_abandoned.store(true, Release);
        cancel_all(self.context.shared());
        if self.is_committing {
            self.end(Ending::Unknown);
        }
        let outer = std::iter::successors(self.active.outer.as_deref(), |a| a.outer.as_deref());
        // With its outer one it is undone as well, and that one would not wait for it.
        if !outer.into_iter().any(|outer| outer.is_abandoned.load(Acquire)) {
            self.start_to_roll_back().defer();
        }
    }
}

async fn roll_back(active: Arc<Active>, origin: Origin) {
    let rolling_back = async { active.manager.erased().rollback(&active.opened).await };
    match AssertUnwindSafe(rolling_back).catch_unwind().await {
        Ok(Ok(())) => {}
        Ok(Err(judged)) => trace::not_rolled_back(&origin, &judged.error),
        Err(payload) => {
            let panic = Panic::new(payload).into_failure();
            current::with(|home| home.get().report(origin, panic));
        }
    }
    current::with(|home| on_commit::forget(&active, home.get(), origin));
}

/// A rollback. If all of the context that it runs in is cancelled, another one finishes it: half a
/// rollback could leave a connection in any state. That of a nested one it does not: it would get
/// into the way of its outer one's.
struct RollingBack {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    is_nested: bool,
}

impl Future for RollingBack {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> task::Poll<()> {
        let Some(future) = &mut self.future else { return task::Poll::Ready(()) };
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() {
            self.future = None;
        }
        polled
    }
}

impl Drop for RollingBack {
    fn drop(&mut self) {
        if let Some(future) = self.future.take().filter(|_| !self.is_nested) {
            let context = Context::new();
            context.shared().capture_runtime();
            context.spawn(future).defer();
        }
    }
}

impl Active {
    fn lock_doom(&self) -> MutexGuard<'_, Option<Judged>> {
        self.doom.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It cannot be committed any more.
    pub(super) fn doom(&self, judged: &Judged) {
        self.lock_doom().get_or_insert_with(|| judged.clone());
    }

    fn take_doom(&self) -> Option<Judged> {
        self.lock_doom().take()
    }
}

//! A future with a context of its choice, on any stack: the async form of `enter` and `block_on`.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::block::poll_as_guest;
use super::toplevel::poll_body;
use super::{Context as TaskletContext, Shared};
use crate::error::{Outcome, Panic};
use crate::sync::Ordering::{AcqRel, Acquire};
use crate::sync::{AtomicBool, AtomicWaker};
use crate::task::{Body, Drive, Driving, Entered, HomeRef};

/// A future that runs in a context, from [`Context::scope`](TaskletContext::scope) and
/// [`Context::scope_to_end`](TaskletContext::scope_to_end).
#[must_use = "it does nothing unless it is awaited"]
pub struct Scope<F: Future> {
    context: TaskletContext,
    /// Whether it waits for what the context owes.
    to_end: bool,
    woken: Arc<Woken>,
    /// Wakes the body; made once, since each clone counts.
    waker: Waker,
    body: Option<Body<F>>,
    outcome: Option<Outcome<F::Output>>,
}

/// The waker of a scope's body: a flag, and the waker of whoever polls the scope.
#[derive(Debug)]
struct Woken {
    flag: AtomicBool,
    outer: AtomicWaker,
}

impl Woken {
    /// Woken from the start.
    fn new() -> Woken {
        Woken { flag: AtomicBool::new(true), outer: AtomicWaker::new() }
    }

    /// Whom to wake from now on.
    fn register(&self, waker: &Waker) {
        self.outer.register(waker);
    }

    fn is_woken(&self) -> bool {
        self.flag.load(Acquire)
    }

    /// Whether it was woken since this was asked last.
    fn take(&self) -> bool {
        self.is_woken() && self.flag.swap(false, AcqRel)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // An exchange, and not a store: of several who wake at once, the body sees what each has
        // done before.
        self.flag.swap(true, AcqRel);
        self.outer.wake();
    }
}

impl TaskletContext {
    /// Runs a future with this context as the current one at each of its polls, and drives the
    /// context meanwhile, as [`block_on`](Self::block_on) does; but it blocks nobody.
    ///
    /// Around each poll the caller's context is the current one again, also if the poll panics. If
    /// it is dropped, the future is dropped; what that has started goes on.
    ///
    /// NDB: `set_context` around the steps of a tasklet, and `with context.use():`.
    ///
    /// # Panics
    ///
    /// If the future does.
    ///
    /// ```
    /// use tasklet_core::{Context, tasklet};
    ///
    /// #[tasklet]
    /// async fn save() -> u64 {
    ///     std::future::ready(()).await;
    ///     Context::current().started()
    /// }
    ///
    /// let other = Context::new();
    /// tasklet_core::block_on(async {
    ///     assert_eq!(other.scope(async { save().await }).await, 1);
    ///     save().await; // in the context from before
    /// });
    /// assert_eq!(other.started(), 1);
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> Scope<F> {
        Scope::new(self, false, future)
    }

    /// As [`scope`](Self::scope), and waits until the context owes nothing any more: a toplevel
    /// with a context that is there already. A panic of the future waits for the rest, too.
    ///
    /// It is what a transaction is made of: a [`child`](Self::child), in which everything must have
    /// finished before the commit. It runs in the poll of whoever awaits it, on no thread of its
    /// own, and is `Send` if the future is. The future may borrow.
    ///
    /// If it is dropped half-way, the future is dropped (inside of its context), and what it has
    /// started goes on: in a child, its parent finishes it.
    ///
    /// Inside of a tasklet of the very context it waits for the others. Two that do so wait for
    /// each other: make a [`child`](Self::child).
    ///
    /// # Panics
    ///
    /// If the future does.
    ///
    /// ```
    /// use tasklet_core::{Context, tasklet};
    ///
    /// #[tasklet]
    /// async fn write() -> Result<(), String> {
    ///     std::future::ready(()).await;
    ///     Err("the disk is full".to_owned())
    /// }
    ///
    /// tasklet_core::block_on(async {
    ///     let transaction = Context::current().child();
    ///     let body = async {
    ///         write().defer();
    ///         "done"
    ///     };
    ///     assert_eq!(transaction.scope_to_end(body).await, "done");
    ///     assert_eq!(transaction.pending(), 0);
    ///     let errors = transaction.take_errors();
    ///     assert_eq!(errors[0].message(), "the disk is full"); // so it is rolled back
    /// });
    /// ```
    pub fn scope_to_end<F: Future>(&self, future: F) -> Scope<F> {
        Scope::new(self, true, future)
    }
}

impl<F: Future> Scope<F> {
    fn new(context: &TaskletContext, to_end: bool, future: F) -> Scope<F> {
        let woken = Arc::new(Woken::new());
        Scope {
            context: context.clone(),
            to_end,
            waker: Waker::from(Arc::clone(&woken)),
            woken,
            body: Some(Body::new(future)),
            outcome: None,
        }
    }
}

// The future lives in an allocation of its own.
impl<F: Future> Unpin for Scope<F> {}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        std::task::ready!(if this.context.shared().scheduler.is_driven_here() {
            this.poll_nested(cx)
        } else {
            this.poll_driving(cx)
        });
        match this.outcome.take() {
            Some(outcome) => Poll::Ready(outcome.unwrap_or_else(|panic| panic.resume())),
            None => panic!("a scope was polled after it had finished"),
        }
    }
}

impl<F: Future> Scope<F> {
    /// Runs turns of the context, if nobody else does.
    fn poll_driving(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Scope { context, to_end, woken, waker, body, outcome } = self;
        let shared = context.shared();
        let has_body = Cell::new(body.is_some());
        let is_woken = || has_body.get() && woken.is_woken();
        let step = |driving: Option<&Driving<'_>>, cx: &mut Context<'_>| {
            woken.register(cx.waker());
            if woken.take() {
                let _entered = driving.is_none().then(|| Entered::new(HomeRef::from(shared)));
                poll_once(shared, body, outcome, waker);
                has_body.set(body.is_some());
            }
            let is_over = match driving {
                _ if has_body.get() => false,
                _ if !*to_end => true,
                Some(driving) => driving.is_finished(shared),
                None => shared.has_ended(),
            };
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        };
        // A circle of tasklets is found by those who wait for the whole context.
        poll_as_guest(shared, cx, is_woken, step, |_| None)
    }

    /// The context's loop runs below on this very stack, and goes on after this poll. To run turns
    /// in it would nest, without any limit, as many as there are of such scopes.
    fn poll_nested(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Scope { context, to_end, woken, waker, body, outcome } = self;
        let shared = context.shared();
        woken.register(cx.waker());
        if woken.take() {
            let _entered = Entered::new(HomeRef::from(shared));
            poll_once(shared, body, outcome, waker);
        }
        if body.is_some() {
            return Poll::Pending;
        }
        let wait = |driving: &Driving<'_>| {
            if !*to_end || driving.has_finished_others(shared) {
                return Poll::Ready(());
            }
            shared.drivers.register_waiting(cx.waker());
            driving.watch();
            Poll::Pending
        };
        shared.scheduler.with_driving(wait).unwrap_or(Poll::Pending)
    }
}

/// Polls a body, if there is one. It goes when it has ended.
fn poll_once<F: Future>(
    shared: &Arc<Shared>,
    body: &mut Option<Body<F>>,
    outcome: &mut Option<Outcome<F::Output>>,
    waker: &Waker,
) {
    let Some(running) = body else { return };
    if let Poll::Ready(result) = poll_body(running, waker) {
        *outcome = Some(result);
        dispose(shared, body);
    }
}

/// Drops a body inside its context, so that what its drop starts is registered there.
fn dispose<F: Future>(shared: &Arc<Shared>, body: &mut Option<Body<F>>) {
    let Some(body) = body.take() else { return };
    let home = HomeRef::from(shared);
    let drive = Drive::begin(home);
    let entered = drive.is_none().then(|| Entered::new(home));
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(body))) {
        shared.report(shared.origin(), Panic::new(payload).into_failure());
    }
    drop(entered);
    drop(drive);
}

impl<F: Future> Drop for Scope<F> {
    fn drop(&mut self) {
        dispose(self.context.shared(), &mut self.body);
    }
}

impl<F: Future> fmt::Debug for Scope<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("context", &self.context).finish_non_exhaustive()
    }
}

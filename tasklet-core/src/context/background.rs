//! What goes on after its caller has left: on the runtime it was entered on, or on one thread.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use super::block::drive_as_guest;
use super::live::Live;
use super::toplevel::{Root, poll_to_end};
use super::{Context as TaskletContext, Shared};
use crate::error::{About, Failure, Info, Origin, Panic};
use crate::sync::Ordering::{AcqRel, Acquire, SeqCst};
use crate::task::{Drive, HomeRef, Waits, start_later};

/// Finishes a toplevel whose caller has gone: its body and all that it owes.
pub(super) fn finish<F: Future<Output: Send> + Send + 'static>(root: Root<F>) {
    if root.owes() {
        let shared = Arc::clone(root.shared());
        spawn(&shared, FinishRoot(Some(root)));
    }
}

/// Finishes what the body of a cancelled toplevel has started.
///
/// `live` is its entry in the registry, if it has one already.
pub(super) fn finish_started(shared: &Arc<Shared>, live: Option<Live>) {
    let owes = Drive::begin(HomeRef::from(shared))
        .is_none_or(|drive| 0 < drive.driving().pending() || !shared.end(drive.driving()));
    if owes {
        spawn(shared, FinishTasks::new(shared, live));
    }
}

/// Finishes a toplevel that cannot leave its thread, on the local spawner it runs on.
pub(super) fn finish_local<F: Future + 'static>(root: Root<F>) {
    if !root.owes() {
        return;
    }
    let shared = Arc::clone(root.shared());
    if spawn_local(FinishLocalRoot(Some(root))).is_err() {
        let failure = Failure::error(
            "its caller went away, and there is no local spawner to finish it on: it was \
             cancelled (write `#[toplevel(?Send, on_drop = \"cancel\")]` if that is meant)"
                .to_owned(),
        );
        shared.report(shared.origin(), failure);
    }
}

/// Cancels what the body of a cancelled `?Send` toplevel has started, unless a local spawner can
/// finish it.
pub(super) fn cancel_started(shared: &Arc<Shared>) {
    if let Some(drive) = Drive::begin(HomeRef::from(shared)) {
        let driving = drive.driving();
        loop {
            driving.cancel_all();
            while driving.run_next() {}
            // What the drops have started is cancelled in the next round; what runs below on this
            // very stack, when its poll ends.
            if shared.end(driving) || driving.pending() <= driving.running() {
                return;
            }
        }
    }
}

/// The last handle of a context has gone: what is owed is finished in the background.
pub(super) fn last_handle_dropped(shared: &Arc<Shared>) {
    // A toplevel finishes its context itself, as does whoever was asked to before.
    if (shared.is_rooted() && !shared.has_ended()) || shared.in_background.load(Acquire) {
        return;
    }
    let clear = |drive: Drive<'_>| {
        drive.driving().clear();
        drive.driving().pending() == 0
    };
    let is_clear = drive_as_guest(HomeRef::from(shared)).is_some_and(clear);
    if shared.scheduler.pending() == 0 {
        HomeRef::from(shared).leave(is_clear);
    }
    if shared.scheduler.pending() == 0 {
        // Whoever waited may be held by its own waker.
        shared.drivers.wake_waiting();
        return;
    }
    if shared.scheduler.is_bound() {
        // `?Send` tasklets stay where they are, and nobody is left to run them there.
        let failure = Failure::error(
            "the last handle of its context was dropped while `?Send` tasklets were unfinished; \
             they will not run any more: call `run` on the context first"
                .to_owned(),
        );
        shared.report(shared.origin(), failure);
        return;
    }
    // Handles may come and go while the context is finished: a tasklet asks for the current one.
    if !shared.in_background.swap(true, AcqRel) {
        spawn(shared, FinishTasks::new(shared, None));
    }
}

/// Polls a toplevel to its end; nobody asks for what it returns. Empty when that is reached.
struct FinishRoot<F: Future<Output: Send> + Send + 'static>(Option<Root<F>>);

impl<F: Future<Output: Send> + Send + 'static> Unpin for FinishRoot<F> {}

impl<F: Future<Output: Send> + Send + 'static> Future for FinishRoot<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        poll_root(&mut self.0, cx)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for FinishRoot<F> {
    /// The runtime that was to poll it shuts down, or has done so before.
    fn drop(&mut self) {
        if let Some(root) = self.0.take() {
            spawn_on_thread(FinishRoot(Some(root)));
        }
    }
}

/// The same for a toplevel that cannot leave its thread.
struct FinishLocalRoot<F: Future + 'static>(Option<Root<F>>);

impl<F: Future + 'static> Unpin for FinishLocalRoot<F> {}

impl<F: Future + 'static> Future for FinishLocalRoot<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        poll_root(&mut self.0, cx)
    }
}

impl<F: Future + 'static> Drop for FinishLocalRoot<F> {
    /// There is no local spawner, or it shuts down.
    fn drop(&mut self) {
        if let Some(mut root) = self.0.take() {
            root.cancel_body();
            cancel_started(root.shared());
        }
    }
}

fn poll_root<F: Future>(slot: &mut Option<Root<F>>, cx: &mut Context<'_>) -> Poll<()> {
    let Some(root) = slot else { return Poll::Ready(()) };
    let outcome = std::task::ready!(root.poll(cx));
    root.tell(outcome);
    *slot = None;
    Poll::Ready(())
}

/// Drives a context until nothing is pending. Empty when that is reached.
struct FinishTasks(Option<Owing>);

struct Owing {
    /// Before the context, whose address it knows.
    _live: Live,
    shared: Arc<Shared>,
}

impl FinishTasks {
    fn new(shared: &Arc<Shared>, live: Option<Live>) -> FinishTasks {
        let live = live.unwrap_or_else(|| Live::register(shared));
        FinishTasks(Some(Owing { _live: live, shared: Arc::clone(shared) }))
    }
}

impl Future for FinishTasks {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(Owing { shared, .. }) = &self.0 else { return Poll::Ready(()) };
        shared.drivers.register_toplevel(cx.waker());
        shared.drivers.register_waiting(cx.waker());
        let Some(drive) = shared.drive_as_root(cx) else { return Poll::Pending };
        loop {
            let waits = || Waits::All(None);
            let body = || Poll::Ready(());
            if let Err(deadlock) =
                std::task::ready!(poll_to_end(&drive, shared, cx, || false, waits, body))
            {
                shared.report_deadlock(&deadlock);
                continue;
            }
            shared.in_background.store(false, SeqCst);
            if shared.scheduler.inbox.is_empty() {
                break;
            }
            // Somebody has sent something before it could know that we leave.
            shared.in_background.store(true, SeqCst);
        }
        drop(drive);
        self.0 = None;
        Poll::Ready(())
    }
}

impl Drop for FinishTasks {
    /// The runtime that was to poll it shuts down, or has done so before.
    fn drop(&mut self) {
        if let Some(owing) = self.0.take() {
            spawn_on_thread(FinishTasks(Some(owing)));
        }
    }
}

/// Spawns on the runtime that the context was entered on, or on the background thread.
fn spawn(shared: &Arc<Shared>, future: impl Future<Output = ()> + Send + 'static) {
    #[cfg(feature = "tokio")]
    if let Some(runtime) = shared.runtime() {
        runtime.spawn(future);
        return;
    }
    #[cfg(not(feature = "tokio"))]
    let _ = shared;
    spawn_on_thread(future);
}

/// Queues on the background thread; never polled on this stack, whatever that is in the middle of.
fn spawn_on_thread(future: impl Future<Output = ()> + Send + 'static) {
    static FINISH: Info = Info::new("finish in the background", module_path!());
    let about = |_: Option<&()>| About::new(&FINISH);
    let home = HomeRef::from(thread_context().shared());
    drop(start_later(home, Location::caller(), about, future));
}

/// The context of the background thread, which is started when it is first needed.
fn thread_context() -> &'static TaskletContext {
    static BACKGROUND: OnceLock<TaskletContext> = OnceLock::new();
    BACKGROUND.get_or_init(|| {
        let context = TaskletContext::new();
        let thread = context.clone();
        let run = move || thread.block_on(std::future::pending::<()>());
        // Where no thread can be had any more, the work waits for whoever drives that context.
        let _handle = std::thread::Builder::new().name("tasklet-finish".to_owned()).spawn(run);
        context
    })
}

/// A `?Send` toplevel that has to wait might be dropped while it does: is there anything to finish
/// it on? Asked of each thread until the answer is yes.
///
/// # Panics
///
/// If not.
pub(super) fn require_local_spawner(origin: Origin) {
    thread_local! {
        static KNOWN: Cell<bool> = const { Cell::new(false) };
    }
    if KNOWN.get() {
        return;
    }
    if spawn_local(std::future::ready(())).is_err() {
        panic!(
            "`{}` is a `#[toplevel(?Send)]` and has to wait, but there is no local spawner (a \
             `LocalSet` of tokio, with the feature `tokio`) to finish it on should its caller go \
             away: run it on one, or write `on_drop = \"cancel\"`",
            origin.name()
        );
    }
    KNOWN.set(true);
}

/// Spawns on tokio's local spawner of this thread, if there is one.
#[cfg(feature = "tokio")]
fn spawn_local<T: Future<Output = ()> + 'static>(future: T) -> Result<(), ()> {
    // Tokio has no question for this, only the attempt, which drops the future if it fails.
    catch_unwind(AssertUnwindSafe(|| {
        tokio::task::spawn_local(future);
    }))
    .map_err(|payload| drop(Panic::new(payload).into_failure()))
}

/// Without tokio no local spawner is known.
#[cfg(not(feature = "tokio"))]
fn spawn_local<T: Future<Output = ()> + 'static>(future: T) -> Result<(), ()> {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
    dropped.map_err(|payload| drop(Panic::new(payload).into_failure()))?;
    Err(())
}

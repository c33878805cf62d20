//! Every transition of the state word against a plain model, and every way a task can end against
//! drop counters: each future and each result is dropped once, and nothing is left behind.

mod waits;

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::task::{Context as PollContext, Poll, Waker};
use std::thread;

use super::state::{Completion, Detach, Release, State};
use crate::{Context, TaskletFuture};

/// What the state word says, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Model {
    done: bool,
    handle: bool,
    owned: bool,
    woken: bool,
    home: bool,
    cancelled: bool,
    references: usize,
    /// How many of them are inner ones.
    inner: usize,
    /// Nobody may touch the word any more.
    freed: bool,
}

/// More references than this show nothing new.
const REFERENCES: usize = 2;

impl Model {
    const NEW: Model = Model {
        done: false,
        handle: true,
        owned: true,
        woken: false,
        home: false,
        cancelled: false,
        references: 0,
        inner: 0,
        freed: false,
    };

    /// Settles whether the last user has left, and says so as the word does.
    fn release(&mut self) -> Release {
        self.freed = !self.handle && !self.owned && self.references == 0;
        if self.freed { Release::Free } else { Release::Keep }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    CompleteFirst,
    Complete,
    CompleteUnclaimed,
    Cancelled,
    ReleaseOwned,
    Detach,
    ReleaseHandle,
    AddReference,
    DropReference,
    AddInner,
    DropInner,
    Loosen,
    WakeFromOutside,
    Woken,
    SetHome,
}

const STEPS: [Step; 15] = [
    Step::CompleteFirst,
    Step::Complete,
    Step::CompleteUnclaimed,
    Step::Cancelled,
    Step::ReleaseOwned,
    Step::Detach,
    Step::ReleaseHandle,
    Step::AddReference,
    Step::DropReference,
    Step::AddInner,
    Step::DropInner,
    Step::Loosen,
    Step::WakeFromOutside,
    Step::Woken,
    Step::SetHome,
];

impl Step {
    /// Whether somebody could do this now, by the rules of the module.
    fn is_allowed(self, model: Model) -> bool {
        let Model { done, handle, owned, woken, references, inner, .. } = model;
        match self {
            _ if model.freed => false,
            Step::CompleteFirst => owned && handle && !done,
            Step::Complete | Step::Cancelled => owned && !done,
            Step::CompleteUnclaimed => owned && !handle && !done,
            // The driver gives up a finished task alone, and one without a handle once it is done.
            Step::ReleaseOwned => owned && done,
            Step::Detach => handle,
            Step::ReleaseHandle => handle && done,
            Step::AddReference | Step::AddInner => references < REFERENCES,
            // A wake-up on its way keeps its own reference until it has arrived.
            Step::DropReference => usize::from(woken) + inner < references,
            Step::DropInner | Step::Loosen => 0 < inner,
            Step::WakeFromOutside => 0 < references && references < REFERENCES,
            Step::Woken => woken,
            Step::SetHome => true,
        }
    }

    /// Does it to both; they must agree on what comes of it.
    fn take(self, state: &State, model: &mut Model) {
        match self {
            Step::CompleteFirst => {
                state.complete_first();
                (model.done, model.owned) = (true, false);
            }
            Step::Complete => {
                let completion = state.complete();
                assert_eq!(completion == Completion::Claimed, model.handle);
                (model.done, model.owned) = (model.handle, !model.handle);
            }
            Step::CompleteUnclaimed => {
                state.complete_unclaimed();
                model.done = true;
            }
            Step::Cancelled => {
                state.cancelled();
                (model.done, model.cancelled) = (true, true);
            }
            Step::ReleaseOwned => {
                model.owned = false;
                assert_eq!(state.release_owned(), model.release());
            }
            Step::Detach => {
                let detach = state.detach();
                assert_eq!(detach == Detach::Finished, model.done);
                model.handle = model.done;
            }
            Step::ReleaseHandle => {
                model.handle = false;
                assert_eq!(state.release_handle(), model.release());
            }
            Step::AddReference => {
                assert_eq!(state.add_reference(), model.home);
                model.references += 1;
            }
            Step::DropReference => {
                model.references -= 1;
                assert_eq!(state.drop_reference(), model.release());
            }
            Step::AddInner => {
                assert_eq!(state.add_inner(), model.home);
                (model.references, model.inner) = (model.references + 1, model.inner + 1);
            }
            Step::DropInner => {
                (model.references, model.inner) = (model.references - 1, model.inner - 1);
                assert_eq!(state.drop_inner(), model.release());
            }
            Step::Loosen => {
                state.loosen();
                model.inner -= 1;
            }
            Step::WakeFromOutside => {
                let sends = !model.done && !model.woken;
                assert_eq!(state.wake_from_outside(), sends);
                model.woken |= sends;
                model.references += usize::from(sends);
            }
            Step::Woken => {
                state.woken();
                model.woken = false;
            }
            Step::SetHome => {
                assert_eq!(state.set_home(), !model.home);
                model.home = true;
            }
        }
    }
}

/// What can be asked of the word agrees with the model.
fn assert_agrees(state: &State, model: Model) {
    assert_eq!(state.is_done(), model.done);
    assert_eq!(state.is_done_after_message(), model.done);
    assert_eq!(state.is_cancelled(), model.cancelled);
    assert_eq!(state.has_home(), model.home);
    let is_inner_only = 0 < model.inner && model.inner == model.references && !model.woken;
    assert_eq!(state.is_inner_only(), is_inner_only && cfg!(target_pointer_width = "64"));
    let alone = model.done
        && model.handle
        && !(model.owned || model.woken || model.cancelled || 0 < model.references);
    assert_eq!(state.is_handles_alone(), alone.then_some(model.home));
}

#[test]
fn every_transition_agrees_with_the_model() {
    let mut paths: BTreeMap<Model, Vec<Step>> = BTreeMap::from([(Model::NEW, Vec::new())]);
    let mut unexplored = VecDeque::from([Model::NEW]);
    while let Some(before) = unexplored.pop_front() {
        for step in STEPS.into_iter().filter(|step| step.is_allowed(before)) {
            let mut path = paths[&before].clone();
            path.push(step);
            let (state, mut model) = (State::new(), Model::NEW);
            for step in &path {
                step.take(&state, &mut model);
            }
            if !model.freed {
                assert_agrees(&state, model);
            }
            if let Entry::Vacant(unseen) = paths.entry(model) {
                unseen.insert(path);
                unexplored.push_back(model);
            }
        }
    }
    // Cancelled or not, with or without a hold on its context, a task comes to its end.
    assert_eq!(paths.keys().filter(|model| model.freed).count(), 4);
    assert!(50 < paths.len(), "only {} states were reached", paths.len());
}

/// Where the user's code panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panics {
    Nowhere,
    InPoll,
    InDropOfFuture,
    InDropOfResult,
}

/// When the tasklet finishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finishes {
    InFirstPoll,
    Later,
}

/// What becomes of the handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Awaited,
    DroppedBefore,
    DroppedAfter,
    Cancelled,
    AwaitedElsewhere,
    DroppedElsewhere,
}

/// What becomes of the waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wakes {
    /// It is used, not cloned.
    ByReference,
    /// A clone is dropped when all is over.
    DroppedLast,
    /// A clone is woken when all is over.
    WokenLast,
    /// A clone is woken by another thread.
    WokenElsewhere,
}

#[derive(Clone, Copy, Debug)]
struct Situation {
    panics: Panics,
    finishes: Finishes,
    fate: Fate,
    wakes: Wakes,
}

/// How often things were made and dropped; its own count tells what is left of the cells.
#[derive(Debug, Default)]
struct Counts {
    futures_dropped: AtomicUsize,
    results_made: AtomicUsize,
    results_dropped: AtomicUsize,
    wakers: Mutex<Vec<Waker>>,
    wakers_elsewhere: Mutex<Vec<thread::JoinHandle<()>>>,
}

/// Panics without a message on the standard error stream.
fn blow_up() -> ! {
    resume_unwind(Box::new("blown up"))
}

#[derive(Debug)]
struct Probe {
    situation: Situation,
    counts: Arc<Counts>,
    was_polled: bool,
}

#[derive(Debug)]
struct Made {
    panics: Panics,
    counts: Arc<Counts>,
}

impl Future for Probe {
    type Output = Made;

    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Made> {
        let first = !std::mem::replace(&mut self.was_polled, true);
        if first {
            self.keep_waker(cx.waker());
            if self.situation.finishes == Finishes::Later {
                return Poll::Pending;
            }
        }
        if self.situation.panics == Panics::InPoll {
            blow_up();
        }
        self.counts.results_made.fetch_add(1, SeqCst);
        let counts = Arc::clone(&self.counts);
        Poll::Ready(Made { panics: self.situation.panics, counts })
    }
}

impl Probe {
    /// Sees to it that the task is woken, and that the waker meets the fate it is to meet.
    fn keep_waker(&self, waker: &Waker) {
        let wakers = || self.counts.wakers.lock().expect("nobody panics here");
        match self.situation.wakes {
            Wakes::ByReference => waker.wake_by_ref(),
            Wakes::DroppedLast | Wakes::WokenLast => {
                wakers().push(waker.clone());
                waker.wake_by_ref();
            }
            Wakes::WokenElsewhere => {
                let waker = waker.clone();
                let thread = thread::spawn(move || waker.wake());
                self.counts.wakers_elsewhere.lock().expect("nobody panics here").push(thread);
            }
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.counts.futures_dropped.fetch_add(1, SeqCst);
        if self.situation.panics == Panics::InDropOfFuture {
            blow_up();
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.counts.results_dropped.fetch_add(1, SeqCst);
        if self.panics == Panics::InDropOfResult && !thread::panicking() {
            blow_up();
        }
    }
}

/// Lets the handle meet its fate. Returns how often somebody was told of a failure: by a panic, or
/// by an error of the context that was current where the handle was dropped.
fn use_up(context: &Context, mut handle: TaskletFuture<Made>, fate: Fate) -> usize {
    let is_told = |used: thread::Result<()>| usize::from(used.is_err());
    let caught = |job: &mut dyn FnMut()| is_told(catch_unwind(AssertUnwindSafe(job)));
    let elsewhere = |job: Box<dyn FnOnce() + Send>| {
        let thread = thread::spawn(move || {
            let told = is_told(catch_unwind(AssertUnwindSafe(job)));
            told + Context::current().take_errors().len()
        });
        thread.join().expect("its panic was caught")
    };
    let mut told = match fate {
        Fate::Awaited => {
            let mut awaited = Some(handle.into_future());
            caught(&mut || drop(awaited.take().map(|awaited| context.block_on(awaited))))
        }
        Fate::DroppedBefore => {
            let mut handle = Some(handle);
            caught(&mut || context.enter(|| drop(handle.take())))
        }
        Fate::DroppedAfter => {
            handle.wait();
            let mut handle = Some(handle);
            caught(&mut || context.enter(|| drop(handle.take())))
        }
        Fate::Cancelled => {
            let mut handle = Some(handle);
            caught(&mut || handle.take().into_iter().for_each(TaskletFuture::cancel))
        }
        Fate::AwaitedElsewhere => elsewhere(Box::new(move || drop(handle.get_result()))),
        Fate::DroppedElsewhere => elsewhere(Box::new(move || drop(handle))),
    };
    context.run();
    told += context.take_errors().len();
    told
}

fn assert_all_dropped_once(situation: Situation) {
    let counts = Arc::new(Counts::default());
    let context = Context::new();
    let probe = Probe { situation, counts: Arc::clone(&counts), was_polled: false };
    let handle = context.spawn(probe);
    let told = use_up(&context, handle, situation.fate);
    drop(context);

    for thread in std::mem::take(&mut *counts.wakers_elsewhere.lock().expect("unpoisoned")) {
        thread.join().expect("a wake-up does not panic");
    }
    let wakers = std::mem::take(&mut *counts.wakers.lock().expect("unpoisoned"));
    if situation.wakes == Wakes::WokenLast {
        wakers.into_iter().for_each(Waker::wake);
    } else {
        drop(wakers);
    }

    assert_eq!(counts.futures_dropped.load(SeqCst), 1, "futures dropped: {situation:?}");
    let (made, dropped) = (counts.results_made.load(SeqCst), counts.results_dropped.load(SeqCst));
    assert_eq!(made, dropped, "results made and dropped: {situation:?}");
    assert_eq!(Arc::strong_count(&counts), 1, "a cell is left: {situation:?}");
    if situation.fate != Fate::Cancelled {
        let expected = usize::from(situation.panics != Panics::Nowhere);
        assert_eq!(told, expected, "told once: {situation:?}");
    }
}

/// All situations in which a tasklet panics like this.
fn assert_all_fates(panics: Panics) {
    use {Fate as F, Wakes as W};
    for finishes in [Finishes::InFirstPoll, Finishes::Later] {
        for fate in [
            F::Awaited,
            F::DroppedBefore,
            F::DroppedAfter,
            F::Cancelled,
            F::AwaitedElsewhere,
            F::DroppedElsewhere,
        ] {
            for wakes in [W::ByReference, W::DroppedLast, W::WokenLast, W::WokenElsewhere] {
                assert_all_dropped_once(Situation { panics, finishes, fate, wakes });
            }
        }
    }
}

#[test]
fn each_is_dropped_once_where_nothing_panics() {
    assert_all_fates(Panics::Nowhere);
}

#[test]
fn each_is_dropped_once_where_the_poll_panics() {
    assert_all_fates(Panics::InPoll);
}

#[test]
fn each_is_dropped_once_where_the_drop_of_the_future_panics() {
    assert_all_fates(Panics::InDropOfFuture);
}

#[test]
fn each_is_dropped_once_where_the_drop_of_the_result_panics() {
    assert_all_fates(Panics::InDropOfResult);
}

#[test]
fn a_borrowed_waker_wakes_from_another_thread_during_the_first_poll() {
    let context = Context::new();
    let mut was_polled = false;
    let handle = context.spawn(std::future::poll_fn(move |cx| {
        if std::mem::replace(&mut was_polled, true) {
            return Poll::Ready(42);
        }
        let waker = cx.waker();
        thread::scope(|scope| {
            scope.spawn(|| waker.wake_by_ref());
            scope.spawn(|| drop(waker.clone()));
        });
        Poll::Pending
    }));
    assert_eq!(context.block_on(handle.into_future()), 42);
}

#[test]
fn a_future_may_wake_itself_in_its_drop() {
    struct WakesInDrop(Option<Waker>);
    impl Drop for WakesInDrop {
        fn drop(&mut self) {
            self.0.take().expect("it was polled").wake();
        }
    }
    for cancels in [false, true] {
        let context = Context::new();
        let mut kept = WakesInDrop(None);
        let handle = context.spawn(std::future::poll_fn(move |cx| {
            let again = kept.0.replace(cx.waker().clone()).is_some();
            cx.waker().wake_by_ref();
            if again && !cancels { Poll::Ready(()) } else { Poll::Pending }
        }));
        if cancels {
            context.enter(|| handle.cancel());
            context.run();
        } else {
            context.block_on(handle.into_future());
        }
        assert_eq!(context.pending(), 0);
        assert!(context.take_errors().is_empty());
    }
}

#[test]
fn a_task_may_own_its_own_waker() {
    let counts = Arc::new(());
    let inside = Arc::clone(&counts);
    let context = Context::new();
    let mut kept = Vec::new();
    let handle = context.spawn(std::future::poll_fn(move |cx| {
        kept.push((cx.waker().clone(), Arc::clone(&inside)));
        Poll::<()>::Pending
    }));
    assert_eq!(Arc::strong_count(&counts), 3);
    context.enter(|| handle.cancel());
    assert_eq!(Arc::strong_count(&counts), 1);
}

#[test]
fn many_threads_wake_one_task() {
    const THREADS: usize = 3;
    let context = Context::new();
    let woken = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&woken);
    let mut was_polled = false;
    let handle = context.spawn(std::future::poll_fn(move |cx| {
        if !std::mem::replace(&mut was_polled, true) {
            for _ in 0..THREADS {
                let (waker, woken) = (cx.waker().clone(), Arc::clone(&seen));
                thread::spawn(move || {
                    woken.fetch_add(1, SeqCst);
                    waker.wake();
                });
            }
        }
        if seen.load(SeqCst) == THREADS { Poll::Ready(()) } else { Poll::Pending }
    }));
    handle.get_result();
    assert_eq!(woken.load(SeqCst), THREADS);
}

//! Who waits for whom: the count of a root's wakers against a plain model, wakers that are kept as
//! inner ones, and the end of those who wait for each other. Nothing is left behind.

use std::collections::BTreeSet;
use std::future::{IntoFuture, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;

use futures_lite::future::yield_now;

use crate::task::count::WakerCount;
use crate::task::state::Release;
use crate::task::{Drive, HomeRef};
use crate::{Context, SharedFuture, TaskletFuture};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Add,
    AddInner,
    Drop,
    DropInner,
    Loosen,
}

/// How many wakers there are, and how many of them are inner ones. The root's own is an ordinary
/// one, and goes last.
type Model = (usize, usize);

impl Step {
    const ALL: [Step; 5] = [Step::Add, Step::AddInner, Step::Drop, Step::DropInner, Step::Loosen];

    fn is_allowed(self, (wakers, inner): Model) -> bool {
        match self {
            Step::Add => wakers < 4,
            Step::AddInner => 0 < wakers && wakers < 4,
            Step::Drop => inner + 1 < wakers || (wakers, inner) == (1, 0),
            Step::DropInner | Step::Loosen => 0 < inner,
        }
    }

    fn take(self, count: &WakerCount, (wakers, inner): Model) -> Model {
        let release = |left| if left == 0 { Release::Free } else { Release::Keep };
        match self {
            Step::Add => {
                assert_eq!(count.add(), wakers == 0);
                (wakers + 1, inner)
            }
            Step::AddInner => {
                count.add_inner();
                (wakers + 1, inner + 1)
            }
            Step::Drop => {
                assert_eq!(count.drop_one(), release(wakers - 1));
                (wakers - 1, inner)
            }
            Step::DropInner => {
                assert_eq!(count.drop_inner(), release(wakers - 1));
                (wakers - 1, inner - 1)
            }
            Step::Loosen => {
                count.loosen();
                (wakers, inner - 1)
            }
        }
    }
}

#[test]
fn every_count_of_wakers_agrees_with_the_model() {
    let mut seen = BTreeSet::new();
    let mut paths = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        let (count, mut model) = (WakerCount::new(), (0, 0));
        for step in &path {
            model = Step::take(*step, &count, model);
        }
        let is_inner_only = model.1 != 0 && model.1 + 1 == model.0;
        assert_eq!(count.is_inner_only(), is_inner_only && cfg!(target_pointer_width = "64"));
        if seen.insert(model) {
            let next = Step::ALL.into_iter().filter(|step| step.is_allowed(model));
            paths.extend(next.map(|step| path.iter().copied().chain([step]).collect()));
        }
    }
    assert_eq!(seen.len(), 1 + 1 + 2 + 3 + 4);
}

/// Whether a wait ends with the report of a deadlock.
fn is_deadlock(wait: impl FnOnce()) -> bool {
    let Err(payload) = catch_unwind(AssertUnwindSafe(wait)) else { return false };
    payload.downcast_ref::<String>().is_some_and(|text| text.starts_with("deadlock: "))
}

/// Starts a task that waits for itself, and holds something meanwhile.
fn start_waiting_for_itself(context: &Context, held: &Arc<()>) -> SharedFuture<()> {
    let slot = Arc::new(Mutex::new(None::<SharedFuture<()>>));
    let (inside, held) = (Arc::clone(&slot), Arc::clone(held));
    let own = context.spawn(async move {
        yield_now().await;
        let own = inside.lock().expect("unpoisoned").take();
        own.expect("it was put there").await;
        drop(held);
    });
    let own = own.shared();
    *slot.lock().expect("unpoisoned") = Some(own.clone());
    own
}

#[cfg(target_pointer_width = "64")]
#[test]
fn who_waits_for_himself_is_told_and_nothing_is_left() {
    let held = Arc::new(());
    let context = Context::new();
    for _ in 0..2 {
        let own = start_waiting_for_itself(&context, &held);
        assert!(is_deadlock(|| context.block_on(own.into_future())));
        assert_eq!((context.pending(), Arc::strong_count(&held)), (0, 1));
    }
    let own = start_waiting_for_itself(&context, &held);
    let waiting = context.spawn(own.into_future());
    let waiting = context.spawn(async move { (waiting.await, ()) });
    assert!(is_deadlock(|| context.run()));
    drop(waiting);
    assert_eq!((context.pending(), Arc::strong_count(&held)), (0, 1));
    assert!(context.take_errors().is_empty(), "those who are told of it are told once");
}

#[cfg(target_pointer_width = "64")]
#[test]
fn a_waker_that_somebody_else_has_is_a_hope_until_it_is_dropped() {
    let context = Context::new();
    let (sender, wakers) = mpsc::channel::<Waker>();
    let (completer, promised) = TaskletFuture::promise();
    let inner = context.spawn(async move {
        let own = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        sender.send(own).expect("the test listens");
        promised.await;
    });
    let outer = context.spawn(inner.into_future());
    while context.run0() == crate::Turn::Worked {}
    let waker = wakers.recv().expect("it was sent");
    let held = Arc::new(());
    let own = start_waiting_for_itself(&context, &held);
    // Whoever has the waker drops it while this thread waits.
    let thread = thread::spawn(move || {
        waker.wake_by_ref();
        drop(waker);
    });
    assert!(is_deadlock(|| context.block_on(own.into_future())));
    thread.join().expect("no panic");
    assert_eq!(context.pending(), 2, "the others are still there");
    completer.set_result(());
    outer.get_result();
}

#[test]
fn a_thread_completes_what_a_chain_waits_for() {
    for _ in 0..4 {
        let context = Context::new();
        let (completer, promised) = TaskletFuture::promise();
        let shared = context.spawn(promised.into_future()).shared();
        let waiting: Vec<_> = (0..2).map(|_| context.spawn(shared.clone().into_future())).collect();
        let elsewhere = shared.clone();
        let threads = [
            thread::spawn(move || completer.set_result(42)),
            thread::spawn(move || assert_eq!(elsewhere.get_result(), 42)),
        ];
        assert_eq!(context.block_on(shared.into_future()), 42);
        for waiting in waiting {
            assert_eq!(waiting.get_result(), 42);
        }
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    }
}

#[test]
fn a_roots_waker_outlives_its_wait() {
    let mut kept = Vec::new();
    let context = Context::new();
    let mut was_polled = false;
    context.block_on(poll_fn(|cx| {
        kept.extend([cx.waker().clone(), cx.waker().clone()]);
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut was_polled, true) { Poll::Ready(()) } else { Poll::Pending }
    }));
    drop(context);
    let last = kept.pop().expect("it was kept");
    thread::spawn(move || last.wake()).join().expect("no panic");
    kept.into_iter().for_each(Waker::wake);
}

#[cfg(target_pointer_width = "64")]
#[test]
fn it_is_known_who_waits_for_whom() {
    let context = Context::new();
    let (completer, promised) = TaskletFuture::promise();
    let inner = context.spawn(promised.into_future()).shared();
    let outer = [context.spawn(inner.clone().into_future()), context.spawn(inner.into_future())];
    let drive = Drive::begin(HomeRef::from(context.shared())).expect("nobody else drives");
    let unfinished = drive.driving().unfinished(16);
    let line = |awaited: (_, &'static Location<'static>)| awaited.1.line();
    let awaited: Vec<_> = unfinished.iter().map(|task| task.waits_for().map(line)).collect();
    let inner = Some(unfinished[0].place().line());
    assert_eq!(awaited, [None, inner, inner]);
    assert_eq!(drive.driving().unfinished(1).len(), 1);
    drop(drive);
    completer.set_result(());
    context.block_on(async {
        for future in outer {
            future.await;
        }
    });
}

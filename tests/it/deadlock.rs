//! Tasklets that wait for each other: whoever waits for them is told who they are.

use std::sync::mpsc::{RecvError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tasklet_core::{wait_all, wait_any};
use tests::{Log, Logged, gate, panic_of, within, yield_now};

/// A future of a future: where tasklets find whom to wait for.
struct Slot<F>(Arc<Mutex<Option<F>>>);

impl<F> Slot<F> {
    fn new() -> Slot<F> {
        Slot(Arc::new(Mutex::new(None)))
    }

    fn put(&self, future: F) {
        *self.0.lock().expect("nobody panics") = Some(future);
    }

    fn take(&self) -> F {
        self.0.lock().expect("nobody panics").take().expect("it was put there")
    }
}

impl<F> Clone for Slot<F> {
    fn clone(&self) -> Slot<F> {
        Slot(Arc::clone(&self.0))
    }
}

#[tasklet]
async fn egg(hen: Slot<TaskletFuture<()>>) {
    yield_now().await;
    hen.take().await;
}

#[tasklet]
async fn hen(egg: Slot<TaskletFuture<()>>) {
    yield_now().await;
    egg.take().await;
}

/// Two tasklets, each of which waits for the other.
fn start_a_cycle() {
    let (eggs, hens) = (Slot::new(), Slot::new());
    let egg = egg(hens.clone());
    let hen = hen(eggs.clone());
    eggs.put(egg);
    hens.put(hen);
}

#[tasklet]
async fn wait_for_shared(other: Slot<SharedFuture<()>>) {
    yield_now().await;
    other.take().await;
}

/// A tasklet that waits for itself.
fn ouroboros() -> SharedFuture<()> {
    let slot = Slot::new();
    let own = wait_for_shared(slot.clone()).shared();
    slot.put(own.clone());
    own
}

/// The lines of a report without the places.
fn names(report: &str) -> Vec<String> {
    let without_place = |line: &str| match line.split_once(" (started at ") {
        Some((before, after)) => {
            assert!(after.starts_with("tests/it/deadlock.rs:"), "{report}");
            let end = after.find(')').expect("it was opened");
            format!("{}{}", before.trim(), &after[end + 1..])
        }
        None => line.trim().to_owned(),
    };
    report.lines().map(without_place).collect()
}

const HEAD: &str = "deadlock: nothing can ever finish what this waits for";

#[test]
fn two_tasklets_that_wait_for_each_other_are_named_with_their_places() {
    within(|| {
        let context = Context::new();
        context.enter(start_a_cycle);
        let report = panic_of(|| context.run());
        assert_eq!(
            names(&report),
            [
                HEAD,
                "tasklet `egg`",
                "waits for tasklet `hen`",
                "waits for tasklet `egg`, which is in the chain already",
            ]
        );
        assert_eq!(context.pending(), 0, "they were cancelled");
        context.run();
    });
}

#[test]
fn who_waits_for_a_tasklet_that_waits_for_itself_is_told() {
    within(|| {
        let report = panic_of(|| ouroboros().get_result());
        let chain = [
            HEAD,
            "tasklet `wait_for_shared`",
            "waits for tasklet `wait_for_shared`, which is in the chain already",
        ];
        assert_eq!(names(&report), chain);
        assert_eq!(
            names(&panic_of(|| Context::current().block_on(ouroboros().into_future()))),
            chain
        );
        let mut waiting = [wait_until_done(ouroboros())];
        assert!(panic_of(|| waiting[0].wait()).starts_with(HEAD));
        let [waiting] = waiting;
        assert!(panic_of(|| waiting.get_result()).contains("was cancelled"), "it does not hang");
    });
}

#[tasklet]
async fn wait_until_done(future: SharedFuture<()>) {
    future.await;
}

#[test]
fn the_tasklets_on_the_way_to_the_cycle_are_told_too() {
    within(|| {
        let report = panic_of(|| wait_until_done(ouroboros()).get_result());
        assert_eq!(
            names(&report),
            [
                HEAD,
                "tasklet `wait_until_done`",
                "waits for tasklet `wait_for_shared`",
                "waits for tasklet `wait_for_shared`, which is in the chain already",
            ]
        );
    });
}

#[test]
fn a_tasklet_that_blocks_for_its_own_result_is_told() {
    #[tasklet]
    async fn own(slot: Slot<TaskletFuture<()>>, log: Log) {
        yield_now().await;
        log.add(panic_of(|| slot.take().get_result()));
    }
    within(|| {
        let (context, log) = (Context::new(), Log::new());
        context.enter(|| {
            let slot = Slot::new();
            slot.put(own(slot.clone(), log.clone()));
        });
        context.run();
        let report = log.take().concat();
        let below = "tasklet `own`, which runs below on this stack and waits for this call";
        assert_eq!(names(&report), [HEAD, below]);
    });
}

#[test]
fn a_tasklet_that_blocks_for_one_that_awaits_it_is_told_and_both_end() {
    #[tasklet]
    async fn block(other: Slot<TaskletFuture<u32>>) -> String {
        yield_now().await;
        panic_of(|| other.take().get_result())
    }
    #[tasklet]
    async fn wait(other: SharedFuture<String>) -> u32 {
        let _report = other.await;
        42
    }
    within(|| {
        let slot = Slot::new();
        let blocking = block(slot.clone()).shared();
        slot.put(wait(blocking.clone()));
        assert_eq!(
            names(&blocking.get_result()),
            [
                HEAD,
                "tasklet `wait`",
                "waits for tasklet `block`, which runs below on this stack and waits for this call",
            ]
        );
        Context::current().run();
        assert!(Context::current().take_errors().is_empty(), "whoever awaited it has gone on");
    });
}

#[test]
fn several_that_can_never_finish_are_told() {
    within(|| {
        let report = panic_of(|| [ouroboros(), ouroboros()].join_all().get_result());
        assert!(report.starts_with(HEAD), "{report}");
        let report = panic_of(|| (ouroboros(), ouroboros()).join_all().get_result());
        assert!(report.starts_with(HEAD), "{report}");
        let report = panic_of(|| wait_any([ouroboros(), ouroboros()]).get_result().is_some());
        assert!(report.starts_with(HEAD), "{report}");
        let mut futures = [ouroboros(), ouroboros()];
        let report = panic_of(|| wait_all(&mut futures).get_result());
        assert!(report.starts_with(HEAD), "{report}");
        futures.into_iter().for_each(SharedFuture::defer);
    });
}

#[test]
fn who_waits_outside_of_the_context_is_told_as_well() {
    within(|| {
        let context = Context::new();
        let alone = context.enter(ouroboros);
        assert!(panic_of(|| alone.get_result()).starts_with(HEAD));
        let futures =
            context.enter(|| [wait_until_done(ouroboros()), wait_until_done(ouroboros())]);
        assert!(panic_of(|| wait_any(futures).get_result().is_some()).starts_with(HEAD));
        let mut futures = context.enter(|| [ouroboros(), ouroboros()]);
        assert!(panic_of(|| wait_all(&mut futures).get_result()).starts_with(HEAD));
        futures.into_iter().for_each(SharedFuture::defer);
        assert!(panic_of(|| context.run()).starts_with(HEAD), "the last one");
    });
}

#[test]
fn a_synctasklet_that_can_never_finish_is_told() {
    #[synctasklet]
    async fn wait() {
        wait_until_done(ouroboros()).await;
    }
    within(|| assert!(panic_of(wait).starts_with(HEAD)));
}

#[test]
fn the_first_of_several_saves_those_who_wait_for_any() {
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        let thread = std::thread::spawn(move || opener.set_result(()));
        let first = context.block_on(async {
            let futures = [wait_until_done(ouroboros()), wait_until_done(closed.shared())];
            let (first, rest) = wait_any(futures).await.expect("there are two");
            rest.into_iter().for_each(TaskletFuture::cancel);
            first.await;
            "the second"
        });
        assert_eq!(first, "the second");
        thread.join().expect("no panic");
        assert!(panic_of(|| context.run()).starts_with(HEAD), "the cycle is still there");
    });
}

#[test]
fn a_handler_whose_tasklets_wait_for_each_other_panics_when_the_rest_has_finished() {
    #[toplevel]
    async fn handler(log: Log) -> u32 {
        start_a_cycle();
        let log = log.clone();
        sleep(Duration::from_millis(1)).map(move |()| log.add("the rest")).defer();
        42
    }
    within(|| {
        let log = Log::new();
        let report = panic_of(|| block_on(handler(log.clone())));
        assert_eq!(log.take(), ["the rest"]);
        let lines = names(&report);
        let head = "deadlock: nothing can ever finish what `handler` (tests/it/deadlock.rs:";
        assert!(lines[0].starts_with(head), "{report}");
        assert_eq!(lines[1..3], ["tasklet `egg`", "waits for tasklet `hen`"]);
    });
}

#[test]
fn a_handler_whose_body_can_never_end_panics_and_drops_it() {
    #[toplevel]
    async fn handler(_dropped: Logged) {
        ouroboros().await;
    }
    within(|| {
        let log = Log::new();
        let report = panic_of(|| block_on(handler(log.on_drop("the body's"))));
        assert!(report.contains("`handler`"), "{report}");
        assert!(report.contains("tasklet `wait_for_shared`"), "{report}");
        assert_eq!(log.take(), ["the body's"]);
    });
}

#[test]
fn a_blocking_handler_is_told_as_well() {
    #[toplevel]
    fn handler() -> u32 {
        start_a_cycle();
        42
    }
    within(|| assert!(panic_of(handler).contains("waits for tasklet `hen`")));
}

#[test]
fn the_panic_of_a_body_is_not_hidden_by_a_deadlock() {
    #[toplevel]
    async fn handler(kept: Slot<Context>) {
        kept.put(Context::current());
        start_a_cycle();
        std::future::ready(()).await;
        panic!("the body's");
    }
    within(|| {
        let kept = Slot::new();
        assert_eq!(panic_of(|| block_on(handler(kept.clone()))), "the body's");
        drop(kept.take());
    });
}

/// Holds something while it waits for itself.
#[tasklet]
async fn hold(own: Slot<SharedFuture<()>>, _held: Sender<()>) {
    yield_now().await;
    own.take().await;
}

#[test]
fn what_is_left_in_the_background_is_reported_and_ended() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, held: Sender<()>) {
        gate.await;
        let slot = Slot::new();
        slot.put(hold(slot.clone(), held).shared());
    }
    within(|| {
        let ((opener, closed), (held, ended)) = (gate(), channel());
        let mut handler = Box::pin(handler(closed, held));
        assert!(tests::poll_now(&mut handler).is_pending());
        drop(handler);
        opener.set_result(());
        assert_eq!(ended.recv(), Err(RecvError), "the tasklets are dropped");
    });
}

#[test]
fn what_a_dropped_context_owes_to_itself_is_ended() {
    within(|| {
        let (context, (held, ended)) = (Context::new(), channel());
        context.enter(|| {
            let slot = Slot::new();
            slot.put(hold(slot.clone(), held).shared());
        });
        drop(context);
        assert_eq!(ended.recv(), Err(RecvError), "the tasklet is dropped");
    });
}

#[test]
fn a_cycle_is_found_while_others_still_wait_for_something_real() {
    #[tasklet]
    async fn listen(gate: TaskletFuture<()>, log: Log) {
        gate.await;
        log.add("heard");
    }
    within(|| {
        let (log, (opener, closed)) = (Log::new(), gate());
        listen(closed, log.clone()).defer();
        assert!(panic_of(|| wait_until_done(ouroboros()).get_result()).starts_with(HEAD));
        assert_eq!(Context::current().pending(), 1, "the others stay");
        opener.set_result(());
        Context::current().run();
        assert_eq!(log.take(), ["heard"]);
    });
}

#[test]
fn who_waits_for_one_leaves_the_others_who_wait_for_each_other() {
    within(|| {
        start_a_cycle();
        let report = panic_of(|| wait_until_done(ouroboros()).get_result());
        assert!(report.starts_with(HEAD) && !report.contains("`egg`"), "{report}");
        assert_eq!(Context::current().pending(), 2, "nobody was told of them so far");
        assert!(panic_of(|| Context::current().run()).contains("`egg`"));
    });
}

#[test]
fn who_waits_for_all_is_told_how_many_there_are() {
    within(|| {
        (0..3).for_each(|_| start_a_cycle());
        let report = panic_of(|| Context::current().run());
        let lines = names(&report);
        assert_eq!((lines.len(), lines[4].as_str()), (5, "besides, 4 more will never finish"));
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn a_report_of_many_is_short() {
    #[tasklet]
    async fn link(next: Slot<SharedFuture<()>>) {
        yield_now().await;
        next.take().await;
    }
    within(|| {
        const LINKS: u32 = 100_000;
        let slots: Vec<_> = (0..LINKS).map(|_| Slot::new()).collect();
        let links: Vec<_> = slots.iter().map(|slot| link(slot.clone()).shared()).collect();
        for (slot, next) in slots.iter().zip(links.iter().cycle().skip(1)) {
            slot.put(next.clone());
        }
        drop(slots);
        let mut links = links.into_iter();
        let first = links.next().expect("there are many");
        links.for_each(SharedFuture::defer);
        let report = panic_of(|| first.get_result());
        assert!(report.contains("\n  and so on, 99985 more\n"), "{report}");
        assert_eq!(report.lines().count(), 1 + 8 + 1 + 8, "{report}");
        assert_eq!(Context::current().pending(), 0);
    });
}

#[test]
fn what_a_cancelled_one_starts_in_its_drop_is_not_lost() {
    struct StartsInDrop(Log);
    impl Drop for StartsInDrop {
        fn drop(&mut self) {
            let log = self.0.clone();
            Context::current().spawn(async move { log.add("ran") }).defer();
        }
    }
    #[tasklet]
    async fn hold(own: Slot<SharedFuture<()>>, _last: StartsInDrop) {
        yield_now().await;
        own.take().await;
    }
    #[toplevel]
    async fn handler(log: Log) {
        let slot = Slot::new();
        let own = hold(slot.clone(), StartsInDrop(log)).shared();
        slot.put(own.clone());
        own.await;
    }
    within(|| {
        let log = Log::new();
        assert!(panic_of(|| block_on(handler(log.clone()))).contains("deadlock"));
        assert_eq!(log.take(), ["ran"]);
    });
}

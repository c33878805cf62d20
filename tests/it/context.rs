//! The scope of a request: which one is current, what it counts, what it reports.

use std::sync::mpsc;
use std::thread;

use tasklet_core::{Context, ERRORS_MAX, TaskletFuture, tasklet};
use tests::{Log, gate, run, within, yield_now};

#[tasklet]
async fn wait(gate: TaskletFuture<()>) {
    gate.await;
}

#[tasklet]
async fn fail(message: String) -> Result<(), String> {
    yield_now().await;
    Err(message)
}

#[test]
fn a_thread_has_a_default_context_and_it_is_never_entered() {
    within(|| {
        assert!(Context::try_current().is_none());
        let (opener, closed) = gate();
        let future = wait(closed);
        let default = Context::current();
        assert_eq!((default.pending(), default.started()), (1, 1));
        assert!(Context::try_current().is_none());
        opener.set_result(());
        future.get_result();
        assert_eq!((default.pending(), Context::current().started()), (0, 1));
    });
}

#[test]
fn each_thread_has_a_default_context_of_its_own() {
    within(|| {
        let (opener, closed) = gate();
        let future = wait(closed);
        let there = thread::spawn(|| Context::current().started());
        assert_eq!(there.join().expect("no panic"), 0);
        opener.set_result(());
        future.get_result();
    });
}

#[test]
fn tasklets_belong_to_the_context_that_was_entered_when_they_were_called() {
    within(|| {
        let (outer, inner) = (Context::new(), Context::new());
        let (openers, closed): (Vec<_>, Vec<_>) = (0..4).map(|_| gate()).unzip();
        let mut closed = closed.into_iter();
        let mut start = || wait(closed.next().expect("one for each")).defer();
        outer.enter(|| {
            start();
            inner.enter(&mut start);
            assert_eq!((outer.pending(), inner.pending()), (1, 1));
            start();
            start();
        });
        assert_eq!((outer.pending(), inner.pending()), (3, 1));
        assert!(Context::try_current().is_none());
        openers.into_iter().for_each(|opener| opener.set_result(()));
        outer.run();
        assert_eq!((outer.pending(), inner.pending()), (0, 1), "only one was run");
        inner.run();
        assert_eq!(inner.pending(), 0);
    });
}

#[test]
fn the_context_of_a_tasklet_is_current_at_each_of_its_polls() {
    #[tasklet]
    async fn look(gate: TaskletFuture<()>) -> [u64; 2] {
        let before = Context::current().started();
        gate.await;
        [before, Context::current().started()]
    }
    within(|| {
        let (one, two) = (Context::new(), Context::new());
        let (opener, closed) = gate();
        let future = one.enter(|| {
            TaskletFuture::ready(0).map(|x| x).defer();
            look(closed)
        });
        opener.set_result(());
        assert_eq!(two.block_on(future.into_future()), [2, 2]);
        assert_eq!((one.started(), two.started()), (2, 0));
    });
}

#[test]
fn clones_and_current_are_the_same_context() {
    within(|| {
        let context = Context::default();
        let clone = context.clone();
        let inside = context.enter(|| {
            assert!(Context::try_current().is_some());
            Context::current()
        });
        let (opener, closed) = gate();
        let future = inside.enter(|| wait(closed));
        assert_eq!((context.pending(), clone.pending(), inside.pending()), (1, 1, 1));
        opener.set_result(());
        future.get_result();
        assert_eq!((context.pending(), clone.started()), (0, 1));
    });
}

#[test]
fn spawn_starts_any_future_at_once_in_its_context() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let future = context.spawn({
            let log = log.clone();
            async move {
                log.add("starts");
                yield_now().await;
                Context::try_current().is_some()
            }
        });
        assert_eq!(log.take(), ["starts"]);
        assert_eq!((context.pending(), Context::current().pending()), (1, 0));
        assert!(future.get_result());
    });
}

#[test]
fn an_unseen_panic_of_a_spawned_future_is_reported_with_the_place_of_the_spawning() {
    within(|| {
        let context = Context::new();
        context.spawn(async { panic_after(yield_now()).await }).defer();
        context.run();
        let errors = context.take_errors();
        assert_eq!((errors.len(), errors[0].name()), (1, "spawned future"));
        assert_eq!((errors[0].place().file(), errors[0].message()), (file!(), "spawned"));
    });
}

async fn panic_after(future: impl Future) {
    future.await;
    panic!("spawned");
}

#[test]
fn an_unseen_panic_of_a_first_poll_is_reported_to_the_context_it_was_started_in() {
    within(|| {
        let context = Context::new();
        context.spawn(panic_after(std::future::ready(()))).defer();
        let late = context.enter(|| Context::current().spawn(panic_after(std::future::ready(()))));
        drop(late);
        assert_eq!(context.take_errors().len(), 2);
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn block_on_may_borrow_and_runs_in_its_context() {
    within(|| {
        let context = Context::new();
        let mut words = vec!["one"];
        let started = context.block_on(async {
            words.push("two");
            TaskletFuture::ready(()).map(|()| ()).await;
            Context::current().started()
        });
        assert_eq!((started, words.len()), (1, 2));
        assert!(tasklet_core::block_on(async { Context::try_current().is_some() }));
    });
}

#[test]
fn block_on_does_not_wait_for_the_rest() {
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        context.block_on(async { wait(closed).defer() });
        assert_eq!(context.pending(), 1);
        opener.set_result(());
        context.run();
    });
}

#[test]
fn a_blocked_call_inside_a_tasklet_drives_the_context_in_nested_turns() {
    #[tasklet]
    async fn blocks(log: Log) -> u32 {
        yield_now().await;
        log.add("blocks");
        let answer = TaskletFuture::ready(42).map(|x| x).get_result();
        fail("unseen".to_owned()).defer();
        let other = fail("seen".to_owned()).get_result();
        log.add(other.expect_err("it fails"));
        answer
    }
    run(async || {
        let log = Log::new();
        let beside = blocks(log.clone());
        assert_eq!(blocks(log.clone()).await, 42);
        assert_eq!(beside.await, 42);
        let events = log.take();
        assert_eq!(events.iter().filter(|event| *event == "seen").count(), 2);
        Context::current().run();
        assert_eq!(Context::current().take_errors().len(), 2);
    });
}

#[test]
fn errors_are_taken_once_in_the_order_of_their_finding_with_names_and_places() {
    within(|| {
        let context = Context::new();
        let line = line!() + 2;
        context.enter(|| {
            fail("one".to_owned()).defer();
            fail("two".to_owned()).defer();
        });
        context.run();
        let errors = context.take_errors();
        let told: Vec<_> = errors
            .iter()
            .map(|error| (error.name(), error.message(), error.place().line()))
            .collect();
        assert_eq!(told, [("fail", "one", line), ("fail", "two", line + 1)]);
        assert!(context.take_errors().is_empty());
    });
}

#[test]
fn each_context_has_its_own_errors() {
    within(|| {
        let (one, two) = (Context::new(), Context::new());
        one.enter(|| fail("of one".to_owned()).defer());
        two.enter(|| fail("of two".to_owned()).defer());
        // Whoever drives does not matter.
        two.enter(|| one.run());
        two.run();
        assert_eq!(one.take_errors()[0].message(), "of one");
        assert_eq!(two.take_errors()[0].message(), "of two");
    });
}

#[test]
fn errors_beyond_the_limit_are_not_kept() {
    within(|| {
        let context = Context::new();
        context.enter(|| (0..=ERRORS_MAX).for_each(|n| fail(n.to_string()).defer()));
        context.run();
        let errors = context.take_errors();
        assert_eq!(errors.len(), ERRORS_MAX);
        assert_eq!(errors[ERRORS_MAX - 1].message(), (ERRORS_MAX - 1).to_string());
        // There is room again.
        context.enter(|| fail("again".to_owned()).defer());
        context.run();
        assert_eq!(context.take_errors()[0].message(), "again");
    });
}

#[test]
fn a_context_that_is_dropped_while_it_owes_is_finished_in_the_background() {
    within(|| {
        let (sender, receiver) = mpsc::channel();
        let (opener, closed) = gate();
        let context = Context::new();
        context.enter(|| {
            let tell = move |()| sender.send(thread::current().id()).expect("the test listens");
            wait(closed).map(tell).defer();
        });
        drop(context);
        opener.set_result(());
        assert_ne!(receiver.recv().expect("it is finished"), thread::current().id());
    });
}

#[test]
fn a_context_that_is_dropped_with_virtual_time_is_finished_in_no_time() {
    within(|| {
        let (sender, receiver) = mpsc::channel();
        let context = Context::builder().virtual_time().build();
        context.enter(|| {
            let hours = tasklet_core::sleep(std::time::Duration::from_secs(3600 * 24));
            hours.map(move |()| sender.send(()).expect("the test listens")).defer();
        });
        drop(context);
        receiver.recv().expect("it is finished");
    });
}

#[test]
fn what_a_thread_owes_at_its_end_is_finished_in_the_background() {
    within(|| {
        let (sender, receiver) = mpsc::channel();
        let (opener, closed) = gate();
        let tell = move |()| sender.send(()).expect("the test listens");
        thread::spawn(|| wait(closed).map(tell).defer()).join().expect("no panic");
        opener.set_result(());
        receiver.recv().expect("it is finished");
    });
}

#[test]
fn a_handle_keeps_no_context_alive_and_still_gets_its_result() {
    within(|| {
        let (opener, closed) = gate();
        let future = Context::new().enter(|| wait(closed).map(|()| 42));
        opener.set_result(());
        assert_eq!(future.get_result(), 42);
        let ready = Context::new().enter(|| TaskletFuture::ready(41).map(|x| x + 1));
        assert_eq!(ready.get_result(), 42);
    });
}

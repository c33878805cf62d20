//! Batches that fail: an item's error is its waiters', the call's is everybody's, and what nobody
//! looks at is told once, with the batch's name and the place of a load.

use std::sync::mpsc::channel;

use tasklet_core::{Batcher, Context, JoinAll, TaskletError, TaskletFuture, tasklet, toplevel};
use tests::backend::{FATAL, MISCOUNTED, PANICKING, Squares, UNLUCKY, Writes};
use tests::{Log, gate, panic_of_future, poll_now, run, within};

fn squares() -> Batcher<Squares> {
    Batcher::new(Squares::new(&Log::new()))
}

/// What a context has to tell when nobody looks at the loads of these.
fn unseen<const N: usize>(numbers: [u32; N]) -> Vec<TaskletError> {
    within(move || {
        let (batcher, context) = (squares(), Context::new());
        context.enter(|| numbers.map(|number| batcher.load(number).defer()));
        context.run();
        context.take_errors()
    })
}

#[test]
fn an_error_of_one_item_reaches_those_who_wait_for_it_and_nobody_else() {
    run(async || {
        let batcher = squares();
        let loads = [1, UNLUCKY, 2, UNLUCKY].map(|number| batcher.load(number));
        let [one, unlucky, two, again] = loads.join_all().await;
        assert_eq!((one.ok(), two.ok()), (Some(1), Some(4)));
        for error in [unlucky, again].map(|unlucky| unlucky.expect_err("it has no square")) {
            assert!(error.is_of_item() && !error.is_of_call() && !error.is_wrong_count());
            assert_eq!(error.get().map(String::as_str), Some("it is unlucky"));
            assert_eq!(error.to_string(), "it is unlucky");
        }
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn an_error_of_the_call_reaches_all() {
    run(async || {
        let batcher = squares();
        let loads = [1, FATAL, UNLUCKY].map(|number| batcher.load(number));
        for error in loads.join_all().await.map(|failed| failed.expect_err("all fail")) {
            assert!(error.is_of_call());
            assert_eq!(error.get().map(String::as_str), Some("the backend is down"));
        }
        assert_eq!(batcher.load(3).await.ok(), Some(9), "the next batch is another one");
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn a_panic_of_the_call_continues_in_all() {
    run(async || {
        let batcher = squares();
        let (one, other) = (batcher.load(1), batcher.load(PANICKING));
        assert_eq!(panic_of_future(one).await, "the backend is broken");
        assert_eq!(panic_of_future(other).await, "the backend is broken");
        assert_eq!(batcher.load(3).await.ok(), Some(9));
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn a_wrong_number_of_results_is_an_error_of_all() {
    run(async || {
        let batcher = squares();
        let loads = [1, MISCOUNTED, 2].map(|number| batcher.load(number));
        for error in loads.join_all().await.map(|failed| failed.expect_err("all fail")) {
            assert!(error.is_wrong_count() && error.get().is_none());
            assert_eq!(error.to_string(), "the batch's call returned 2 results for 3 items");
        }
    });
}

#[test]
fn a_failed_call_that_nobody_looks_at_is_told_once() {
    let errors = unseen([1, FATAL, 2]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].name(), "squares");
    assert_eq!(errors[0].module(), "tests::backend");
    assert_eq!(errors[0].message(), "the backend is down");
    assert!(errors[0].place().file().ends_with("batch_errors.rs") && !errors[0].is_panic());
}

#[test]
fn a_panic_that_nobody_looks_at_is_told_once() {
    let errors = unseen([1, PANICKING]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].is_panic());
    assert_eq!((errors[0].name(), errors[0].message()), ("squares", "the backend is broken"));
}

#[test]
fn a_join_of_loads_whose_call_panics_panics_and_tells_the_others_once() {
    run(async || {
        let batcher = squares();
        let loads = [1, PANICKING, 2, 3].map(|number| batcher.load(number));
        assert_eq!(panic_of_future(loads.join_all()).await, "the backend is broken");
        assert_eq!(Context::current().take_errors().len(), 1);
    });
}

#[test]
fn each_items_error_that_nobody_looks_at_is_told_once() {
    let errors = unseen([UNLUCKY, 1, UNLUCKY]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message(), "it is unlucky");
}

#[test]
fn who_does_not_look_is_told_of_though_others_did() {
    run(async || {
        let batcher = squares();
        let seen = batcher.load(FATAL);
        batcher.load(1).defer();
        assert!(seen.await.is_err());
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 1, "the other one has lost its load, and does not know");
    });
}

#[test]
fn a_write_whose_callers_have_gone_is_told_of_when_it_fails() {
    for (key, message) in [(FATAL, "the backend is down"), (UNLUCKY, "it is unlucky")] {
        run(async move || {
            let batcher = Batcher::new(Writes::new(&Log::new()));
            let opener = batcher.batch().hold();
            let (one, two) = (batcher.load((key, "put")), batcher.load((1, "put")));
            batcher.flush();
            one.cancel();
            two.cancel();
            opener.set_result(());
            Context::current().run();
            let errors = Context::current().take_errors();
            assert_eq!(errors.len(), 1);
            assert_eq!((errors[0].name(), errors[0].message()), ("writes", message));
        });
    }
}

#[test]
fn loads_outlive_the_tasklet_that_started_them() {
    #[tasklet]
    async fn starts(batcher: Batcher<Squares>) -> TaskletFuture<u64> {
        let load = batcher.load(4);
        load.map(|loaded| loaded.expect("it has a square"))
    }
    run(async || assert_eq!(starts(squares()).await.await, 16));
}

#[test]
fn a_cancelled_toplevel_leaves_its_batches_to_the_background() {
    #[toplevel(on_drop = "cancel")]
    async fn handler(batcher: Batcher<Squares>, gate: TaskletFuture<()>) {
        batcher.load(3).defer();
        gate.await;
    }
    within(|| {
        let log = Log::new();
        let batcher = Batcher::new(Squares::new(&log));
        let ((_opener, closed), opener) = (gate(), batcher.batch().hold());
        let mut handler = Box::pin(handler(batcher, closed));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        opener.set_result(());
        assert_eq!(log.take(), ["read [3]"]);
    });
}

#[test]
fn a_call_that_is_cancelled_with_its_context_leaves_nobody_waiting() {
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(batcher: Batcher<Squares>, given: std::sync::mpsc::Sender<Load>) {
        given.send(batcher.load(3)).expect("the test listens");
        std::future::pending().await
    }
    type Load = TaskletFuture<Result<u64, tasklet_core::BatchError<String>>>;
    within(|| {
        let (batcher, (sender, receiver)) = (squares(), channel());
        let _never = batcher.batch().hold();
        let mut handler = Box::pin(handler(batcher, sender));
        assert!(poll_now(&mut handler).is_pending());
        let load = receiver.recv().expect("it was sent");
        drop(handler);
        let text = tests::panic_of(|| load.get_result());
        assert!(text.contains("was cancelled"), "{text}");
    });
}

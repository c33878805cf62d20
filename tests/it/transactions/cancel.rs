//! Whoever runs a transaction may be cancelled at any await, from anywhere.

use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Propagation, Turn, transaction_async, transactional_async};
use tests::kv::KvError;
use tests::{gate, poll_now, within, yield_now};

use super::options;
use super::recorder::{Recorder, with_recorder};

type Done = Result<(), KvError>;

/// A transaction whose body never ends.
fn endless() -> TaskletFuture<Done> {
    transaction_async(options(), std::future::pending)
}

/// A transaction whose body fails.
fn failing() -> TaskletFuture<Done> {
    transaction_async(options(), || async { Err(KvError::Forbidden) })
}

#[test]
fn a_rollback_that_has_begun_goes_on_to_its_end() {
    with_recorder(async |recorder| {
        let opener = recorder.hold("rollback");
        let future = failing();
        recorder.reaches("rollback").await;
        future.cancel();
        yield_now().await;
        opener.set_result(());
        Context::current().run();
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
    });
}

#[test]
fn the_rollback_of_what_was_cancelled_goes_on_to_its_end() {
    with_recorder(async |recorder| {
        let future = endless();
        recorder.reaches("begin done").await;
        yield_now().await;
        future.cancel();
        Context::current().run();
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
    });
}

#[test]
fn so_it_does_in_a_context_that_is_cancelled_as_a_whole() {
    // Nobody can finish what stays on its thread.
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(recorder: Recorder) -> Done {
        assert!(Context::current().set_transaction_manager(recorder).is_ok());
        endless().await
    }

    let recorder = Recorder::default();
    let mut handler = Box::pin(handler(recorder.clone()));
    while !recorder.log.peek().iter().any(|event| event == "begin done") {
        assert!(poll_now(&mut handler).is_pending());
    }
    assert!(poll_now(&mut handler).is_pending());
    drop(handler);
    ends_with_a_rollback(&recorder);
}

#[test]
fn so_it_does_if_the_handler_that_is_a_transaction_is_cancelled() {
    #[toplevel(on_drop = "cancel")]
    #[transactional_async(manager = recorder)]
    async fn handler(recorder: Recorder) -> Done {
        std::future::pending().await
    }

    let recorder = Recorder::default();
    let mut handler = Box::pin(handler(recorder.clone()));
    while !recorder.log.peek().iter().any(|event| event == "begin done") {
        assert!(poll_now(&mut handler).is_pending());
    }
    assert!(poll_now(&mut handler).is_pending());
    drop(handler);
    ends_with_a_rollback(&recorder);
}

/// Waits until the one transaction was rolled back, once.
fn ends_with_a_rollback(recorder: &Recorder) {
    let recorder = recorder.clone();
    within(move || {
        while recorder.log.peek().last().is_none_or(|event| event != "rollback done") {
            std::thread::yield_now();
        }
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
    });
}

#[test]
fn with_its_outer_one_a_nested_one_is_rolled_back_by_that_alone() {
    with_recorder(async |recorder| {
        let future = transaction_async(options(), || async {
            let nested = endless();
            transaction_async(options().propagation(Propagation::Allowed), endless_part).defer();
            nested.await
        });
        recorder.reaches("begin nested done").await;
        yield_now().await;
        future.cancel();
        Context::current().run();
        let calls = recorder.log.take().split_off(4);
        assert_eq!(calls, ["rollback", "rollback done"]);
    });
}

async fn endless_part() -> Done {
    std::future::pending().await
}

#[test]
fn a_nested_one_that_is_cancelled_alone_is_rolled_back_before_the_outer_one_commits() {
    with_recorder(async |recorder| {
        let inner = recorder.clone();
        let future = transaction_async(options(), move || {
            let recorder = inner.clone();
            async move {
                let nested = endless();
                recorder.reaches("begin nested done").await;
                yield_now().await;
                nested.cancel();
                Ok::<_, KvError>(())
            }
        });
        future.await.expect("it is committed");
        let calls = recorder.log.take().split_off(4);
        assert_eq!(calls, ["rollback nested", "rollback nested done", "commit", "commit done"]);
    });
}

#[test]
fn one_that_is_cancelled_between_two_attempts_makes_no_other() {
    with_recorder(async |recorder| {
        recorder.fail(KvError::Conflict);
        let hour = Duration::from_secs(3600);
        let options = options().backoff(hour, hour);
        let future = transaction_async(options, || async { Ok::<_, KvError>(()) });
        recorder.reaches("rollback done").await;
        yield_now().await;
        future.cancel();
        Context::current().run();
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
    });
}

#[test]
fn another_thread_may_cancel_it() {
    with_recorder(async |recorder| {
        let future = endless();
        recorder.reaches("begin done").await;
        let (opener, closed) = gate();
        let thread = std::thread::spawn(move || {
            future.cancel();
            opener.set_result(());
        });
        closed.await;
        thread.join().expect("it does not panic");
        Context::current().run();
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
    });
}

#[test]
fn a_context_that_nobody_has_any_more_finishes_its_transaction_in_the_background() {
    let recorder = Recorder::default();
    let opener = recorder.hold("commit");
    let context = Context::new();
    assert!(context.set_transaction_manager(recorder.clone()).is_ok());
    context.enter(|| {
        let body = || async {
            yield_now().await;
            tasklet_core::non_transactional_async(yield_now()).await;
            Ok::<_, KvError>(())
        };
        transaction_async(options(), body).defer();
    });
    drop(context);
    opener.set_result(());
    within(move || {
        while recorder.log.peek().last().is_none_or(|event| event != "commit done") {
            std::thread::yield_now();
        }
    });
}

#[non_transactional]
async fn waits_outside(closed: TaskletFuture<()>) {
    closed.await;
}

#[test]
fn so_it_does_while_something_outside_of_the_transaction_is_waited_for() {
    finishes_while(|closed| tasklet_core::non_transactional_async(closed.into_future()));
    finishes_while(waits_outside);
}

fn finishes_while(wait: fn(TaskletFuture<()>) -> TaskletFuture<()>) {
    let recorder = Recorder::default();
    let context = Context::new();
    assert!(context.set_transaction_manager(recorder.clone()).is_ok());
    let (opener, closed) = gate();
    let mut closed = Some(closed);
    context.enter(|| {
        let body = move || {
            let closed = closed.take().expect("it runs once");
            async move {
                wait(closed).await;
                Ok::<_, KvError>(())
            }
        };
        transaction_async(options(), body).defer();
    });
    while context.run0() == Turn::Worked {}
    drop(context);
    opener.set_result(());
    within(move || {
        while recorder.log.peek().last().is_none_or(|event| event != "commit done") {
            std::thread::yield_now();
        }
    });
}

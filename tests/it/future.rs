//! The handle of a started tasklet: asking, waiting, mapping, deferring.

use futures_lite::future::poll_once;
use tasklet_core::{Context, State, TaskletFuture, tasklet};
use tests::{Log, gate, panic_of_future, run, within, yield_now};

#[tasklet]
async fn answer() -> u32 {
    yield_now().await;
    42
}

#[tasklet]
async fn fail(message: &'static str) -> Result<u32, String> {
    yield_now().await;
    Err(message.to_owned())
}

#[test]
fn a_future_is_running_until_its_result_is_there() {
    run(async || {
        let (opener, closed) = gate();
        let future = closed.map(|()| 42);
        assert_eq!((future.done(), future.state()), (false, State::Running));
        yield_now().await;
        assert!(!future.done(), "the gate is still closed");
        opener.set_result(());
        yield_now().await;
        assert_eq!((future.done(), future.state()), (true, State::Finished));
        assert_eq!(future.await, 42);
    });
}

#[test]
fn a_ready_future_is_done_and_owes_the_context_nothing() {
    run(async || {
        let future = TaskletFuture::ready(42);
        assert_eq!(future.state(), State::Finished);
        assert_eq!(Context::current().started(), 0);
        assert_eq!(future.await, 42);
    });
}

#[test]
fn asking_drives_nothing() {
    within(|| {
        let future = answer();
        for _ in 0..1_000 {
            assert!(!future.done());
        }
        assert_eq!(future.get_result(), 42);
    });
}

#[test]
fn wait_blocks_until_the_result_is_there_and_leaves_it_inside() {
    within(|| {
        let mut future = answer();
        future.wait();
        assert!(future.done());
        future.wait();
        assert_eq!(future.get_result(), 42);
    });
}

#[test]
fn get_result_of_a_tasklet_drives_the_others_of_its_context_too() {
    within(|| {
        let log = Log::new();
        let context = Context::new();
        let (last, other) = context.enter(|| {
            let other = answer().map({
                let log = log.clone();
                move |_| log.add("the other ran")
            });
            (context.spawn(async { answer().await + answer().await }), other)
        });
        assert_eq!(last.get_result(), 84);
        assert_eq!(log.take(), ["the other ran"]);
        assert!(other.done());
        other.get_result();
    });
}

#[test]
fn a_future_that_is_done_before_it_is_awaited_keeps_its_result() {
    run(async || {
        let early = answer();
        assert_eq!(answer().await, 42);
        assert!(early.done());
        assert_eq!(early.await, 42);
    });
}

#[test]
fn map_changes_the_result_as_soon_as_it_is_there_although_nobody_waits() {
    run(async || {
        let log = Log::new();
        let mapped = answer().map({
            let log = log.clone();
            move |result| {
                log.add("mapped");
                result * 2
            }
        });
        answer().await;
        yield_now().await;
        assert_eq!(log.take(), ["mapped"]);
        assert_eq!(mapped.await, 84);
    });
}

#[test]
fn map_of_a_panicked_tasklet_panics_with_the_same() {
    #[tasklet]
    async fn panics() -> u32 {
        yield_now().await;
        panic!("it had to");
    }
    run(async || {
        let log = Log::new();
        let mapped = panics().map({
            let log = log.clone();
            move |_| log.add("mapped")
        });
        assert_eq!(panic_of_future(mapped).await, "it had to");
        assert!(log.take().is_empty(), "there was nothing to map");
        assert!(Context::current().take_errors().is_empty(), "it was looked at");
    });
}

#[test]
fn a_deferred_tasklet_is_finished_by_its_context_and_its_error_reported() {
    within(|| {
        let context = Context::new();
        context.enter(|| fail("unseen").defer());
        assert_eq!(context.pending(), 1);
        context.run();
        assert_eq!(context.pending(), 0);
        let messages: Vec<_> = context.take_errors().iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].starts_with("tasklet `fail` (started at "), "{}", messages[0]);
        assert!(messages[0].ends_with(") failed, and nobody looked at it: unseen"));
    });
}

#[test]
fn a_dropped_handle_counts_as_deferred() {
    within(|| {
        let context = Context::new();
        context.enter(|| drop(fail("dropped")));
        context.run();
        assert_eq!(context.take_errors()[0].message(), "dropped");
    });
}

#[test]
fn a_handle_that_is_deferred_after_its_error_is_there_is_reported_at_once() {
    #[tasklet]
    async fn fail_inline() -> Result<(), String> {
        Err("inline".to_owned())
    }
    #[tasklet]
    async fn fail_at_first_poll() -> Result<(), String> {
        std::future::ready(()).await;
        Err("at the first poll".to_owned())
    }
    run(async || {
        let late = fail("late");
        yield_now().await;
        yield_now().await;
        late.defer();
        fail_inline().defer();
        fail_at_first_poll().defer();
        let errors = Context::current().take_errors();
        let messages: Vec<_> = errors.iter().map(|error| error.message()).collect();
        assert_eq!(messages, ["late", "inline", "at the first poll"]);
    });
}

#[test]
fn an_error_that_was_awaited_is_not_reported() {
    run(async || {
        assert!(fail("seen").await.is_err());
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn an_await_that_is_given_up_half_way_defers_the_tasklet() {
    run(async || {
        let (opener, closed) = gate();
        let late = closed.map(|()| panic!("nobody was there"));
        assert_eq!(poll_once(late.into_future()).await, None::<()>);
        opener.set_result(());
        Context::current().run();
        let errors = Context::current().take_errors();
        assert_eq!((errors[0].name(), errors[0].message()), ("map", "nobody was there"));
    });
}

#[test]
fn an_error_without_display_is_reported_by_its_debug_and_other_results_are_no_errors() {
    #[derive(Debug)]
    struct Refused(&'static str);
    #[tasklet]
    async fn refuse() -> Result<(), Refused> {
        yield_now().await;
        Err(Refused("no"))
    }
    #[tasklet]
    async fn find_nothing() -> Option<u32> {
        yield_now().await;
        None
    }
    within(|| {
        let context = Context::new();
        context.enter(|| {
            refuse().defer();
            find_nothing().defer();
        });
        context.run();
        let errors = context.take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message(), "Refused(\"no\")");
        assert_eq!(Refused("read").0, "read");
    });
}

#[test]
fn debug_tells_who_it_is_and_how_far() {
    run(async || {
        let future = answer();
        let text = format!("{future:?}");
        assert!(text.contains("`answer`") && text.contains(file!()), "{text}");
        assert!(text.contains("Running"), "{text}");
        future.await;
        let (opener, closed) = gate();
        assert!(format!("{closed:?}").contains("promise (made at "));
        opener.set_result(());
        closed.await;
    });
}

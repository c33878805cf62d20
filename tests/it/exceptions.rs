//! Asking what is wrong without taking the result, and failing on purpose.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use tasklet_core::prelude::*;
use tasklet_core::{State, TaskletError};
use tests::{gate, panic_of, panic_of_future, run, within, yield_now};

#[tasklet]
async fn half(x: u32, gate: TaskletFuture<()>) -> Result<u32, String> {
    gate.await;
    if x.is_multiple_of(2) { Ok(x / 2) } else { Err(format!("{x} is odd")) }
}

#[tasklet]
async fn inline(x: u32) -> Result<u32, String> {
    if x == 0 { Err("it is zero".to_owned()) } else { Ok(x) }
}

#[tasklet]
async fn explode(gate: TaskletFuture<()>) -> u32 {
    gate.await;
    panic!("it explodes")
}

/// What a failure says, and of which tasklet.
fn told(error: Option<TaskletError>) -> Option<(&'static str, String)> {
    error.map(|error| (error.name(), error.message().to_owned()))
}

fn open() -> TaskletFuture<()> {
    TaskletFuture::ready(())
}

#[test]
fn asking_waits_for_the_end() {
    within(|| {
        let (opener, closed) = gate();
        let mut future = half(3, closed);
        assert!(!future.done());
        let thread = thread::spawn(move || opener.set_result(()));
        assert_eq!(told(future.get_exception()), Some(("half", "3 is odd".to_owned())));
        assert!(future.done());
        thread.join().expect("no panic");
        assert!(future.get_result().is_err());
    });
}

#[test]
fn each_time_the_answer_is_the_same_and_the_result_is_still_there() {
    within(|| {
        for mut future in [half(3, open()), inline(0), half(4, open()), inline(1)] {
            let first = future.get_exception();
            assert_eq!(future.get_exception(), first);
            assert_eq!(future.check_success().err(), first);
            let error = future.get_error().cloned();
            assert_eq!(error.as_deref(), first.as_ref().map(TaskletError::message));
            assert_eq!(future.state(), State::Finished);
            assert_eq!(future.get_result().err(), error);
        }
    });
}

#[test]
fn the_place_told_is_that_of_the_call() {
    within(|| {
        let line = line!() + 1;
        let error = half(1, open()).get_exception().expect("it fails");
        assert_eq!((error.place().file(), error.place().line()), (file!(), line));
        assert_eq!(error.module(), module_path!());
        assert!(!error.is_panic());
    });
}

#[test]
fn a_panic_is_told_and_still_resumes_in_whoever_waits() {
    run(async || {
        let mut future = explode(open());
        let error = future.get_exception().expect("it fails");
        assert!(error.is_panic());
        assert_eq!(told(Some(error.clone())), Some(("explode", "it explodes".to_owned())));
        assert_eq!(future.get_exception(), Some(error));
        assert_eq!(panic_of_future(future).await, "it explodes");
    });
}

#[test]
fn a_payload_that_was_looked_at_arrives_as_it_was() {
    #[tasklet]
    async fn throw() {
        yield_now().await;
        std::panic::panic_any(42_u8);
    }
    within(|| {
        let mut future = throw();
        assert_eq!(
            future.get_exception().expect("it fails").message(),
            "a value that is not a text"
        );
        let caught = catch_unwind(AssertUnwindSafe(|| future.get_result()));
        assert_eq!(caught.expect_err("it panics").downcast_ref(), Some(&42_u8));
    });
}

#[test]
fn what_was_looked_at_is_not_reported_when_it_is_dropped() {
    run(async || {
        let mut futures = [half(1, open()), inline(0)];
        let mut panicking = explode(open());
        assert!(futures.iter_mut().all(|future| future.get_exception().is_some()));
        assert!(panicking.check_success().is_err());
        drop(futures);
        panicking.defer();
        assert_eq!(Context::current().take_errors(), []);
        drop(half(1, open()));
        assert_eq!(Context::current().take_errors().len(), 1);
    });
}

#[test]
fn what_was_looked_at_can_be_cancelled_joined_and_shared() {
    run(async || {
        let looked = || {
            let mut future = half(1, open());
            assert!(future.get_error().is_some());
            future
        };
        looked().cancel();
        let join = [half(4, open()), looked()].try_join_all();
        assert_eq!(join.await, Err("1 is odd".to_owned()));
        let shared = looked().shared();
        assert_eq!(shared.get_error().map(String::as_str), Some("1 is odd"));
        assert_eq!(shared.await, Err("1 is odd".to_owned()));
        assert_eq!(Context::current().take_errors(), []);
    });
}

#[test]
fn an_error_without_a_text_is_not_told_but_lent() {
    struct Mute(u8);
    #[tasklet]
    async fn fail() -> Result<(), Mute> {
        yield_now().await;
        Err(Mute(7))
    }
    within(|| {
        let mut future = fail();
        assert_eq!(future.get_exception(), None);
        assert_eq!(future.get_error().map(|mute| mute.0), Some(7));
        drop(future.get_result());
    });
}

#[test]
fn an_error_whose_text_panics_is_a_failure_like_any_other() {
    #[derive(Debug)]
    struct Bad;
    impl std::fmt::Display for Bad {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("no text today")
        }
    }
    #[tasklet]
    async fn late() -> Result<(), Bad> {
        yield_now().await;
        Err(Bad)
    }
    #[tasklet]
    async fn at_once() -> Result<(), Bad> {
        Err(Bad)
    }
    within(|| {
        for mut future in [late(), at_once()] {
            assert_eq!(future.get_exception().expect("it fails").message(), "no text today");
            assert!(future.get_error().is_some());
        }
        let context = Context::new();
        context.enter(|| {
            late().defer();
            at_once().defer();
        });
        context.run();
        let errors = context.take_errors();
        assert!(errors.iter().all(|error| error.message() == "no text today"));
        assert_eq!(errors.len(), 2);
    });
}

#[test]
fn an_error_whose_drop_panics_is_told_when_it_was_looked_at_and_left() {
    #[derive(Debug)]
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the drop panics");
        }
    }
    #[tasklet]
    async fn fail() -> Result<(), Bomb> {
        yield_now().await;
        Err(Bomb)
    }
    run(async || {
        let mut future = fail();
        assert_eq!(future.get_exception().expect("it fails").message(), "Bomb");
        drop(future);
        let errors = Context::current().take_errors();
        assert_eq!(told(errors.into_iter().next()), Some(("fail", "the drop panics".to_owned())));
    });
}

#[test]
fn a_tasklet_that_stays_on_its_thread_is_asked_in_the_same_way() {
    #[tasklet(?Send)]
    async fn local(fails: bool) -> Result<std::rc::Rc<u8>, String> {
        yield_now().await;
        if fails { Err("it fails".to_owned()) } else { Ok(std::rc::Rc::new(1)) }
    }
    within(|| {
        let mut future = local(true);
        assert_eq!(told(future.get_exception()), Some(("local", "it fails".to_owned())));
        assert_eq!(future.get_error().map(String::as_str), Some("it fails"));
        assert!(future.check_success().is_err());
        assert!(future.get_result().is_err());
        let mut future = local(false);
        assert_eq!(future.check_success(), Ok(()));
        assert_eq!(future.get_result().as_deref(), Ok(&1));
    });
}

#[test]
fn a_shared_future_tells_each_who_asks() {
    within(|| {
        let (opener, closed) = gate();
        let shared = half(5, closed).shared();
        let again = shared.clone();
        let asking = thread::spawn(move || again.get_exception());
        opener.set_result(());
        let error = shared.get_exception();
        assert_eq!(told(error.clone()), Some(("half", "5 is odd".to_owned())));
        assert_eq!(asking.join().expect("no panic"), error);
        assert_eq!(shared.check_success().err(), error);
        assert_eq!(shared.get_result(), Err("5 is odd".to_owned()));
    });
}

#[test]
fn a_promise_can_fail_with_an_error() {
    run(async || {
        let (completer, mut future) = Completer::<Result<u32, String>>::new();
        completer.set_exception("no answer".to_owned());
        let error = future.get_exception().expect("it fails");
        assert_eq!((error.name(), error.message()), ("promise", "no answer"));
        assert!(!error.is_panic());
        assert_eq!(future.get_error().map(String::as_str), Some("no answer"));
        assert_eq!(future.await, Err("no answer".to_owned()));
    });
}

#[test]
fn a_promise_without_room_for_an_error_fails_with_a_message() {
    run(async || {
        let (completer, mut future) = Completer::<u32>::new();
        completer.fail("the sensor is gone");
        assert!(future.get_exception().expect("it fails").is_panic());
        assert_eq!(panic_of_future(future).await, "the sensor is gone");
    });
}

#[test]
fn a_promise_hands_on_a_panic_with_its_payload() {
    within(|| {
        let (completer, future) = Completer::<u32>::new();
        let payload = catch_unwind(|| std::panic::panic_any(7_u8)).expect_err("it panics");
        completer.set_panic(payload);
        let caught = catch_unwind(AssertUnwindSafe(|| future.get_result()));
        assert_eq!(caught.expect_err("it panics").downcast_ref(), Some(&7_u8));
    });
}

#[test]
fn a_completer_learns_that_its_future_was_cancelled() {
    run(async || {
        let (mut completer, future) = Completer::<u32>::new();
        assert!(!completer.is_abandoned());
        #[tasklet]
        async fn produce(mut completer: Completer<u32>) -> Completer<u32> {
            completer.abandoned().await;
            completer
        }
        completer = {
            let producing = produce(completer);
            yield_now().await;
            assert!(!producing.done());
            future.cancel();
            producing.await
        };
        assert!(completer.is_abandoned());
        completer.set_result(1);
    });
}

#[test]
fn a_future_that_was_only_dropped_is_still_wanted() {
    run(async || {
        let (completer, future) = Completer::<u32>::new();
        drop(future);
        yield_now().await;
        assert!(!completer.is_abandoned());
        completer.set_result(1);
    });
}

#[test]
fn a_tasklet_that_is_cancelled_lets_go_of_what_it_waits_for_only_by_leaving_it() {
    run(async || {
        let (completer, future) = Completer::<()>::new();
        let waiting = half(2, future);
        waiting.cancel();
        // The context waits for the promise now, so that it is wanted.
        assert!(!completer.is_abandoned());
        assert_eq!(Context::current().pending(), 1);
        completer.set_result(());
    });
}

#[test]
fn debug_tells_the_tasklet_its_place_and_how_it_stands() {
    run(async || {
        let (opener, closed) = gate();
        let mut future = half(3, closed);
        let text = format!("{future:?}");
        assert!(text.contains("tasklet `half` (started at tests/it/exceptions.rs:"), "{text}");
        assert!(text.contains("state: Running"), "{text}");
        opener.set_result(());
        future.wait();
        assert!(format!("{future:?}").contains("state: Finished"));
        assert!(future.get_exception().is_some());
        let text = format!("{future:?}");
        assert!(text.contains("tasklet `half`") && text.contains("error: \"3 is odd\""), "{text}");
        drop(future);

        let mut panicking = explode(open());
        panicking.wait();
        assert!(format!("{panicking:?}").contains("panic: \"it explodes\""));
        assert_eq!(panic_of(|| panicking.get_result()), "it explodes");
    });
}

#[test]
fn what_it_lends_lives_as_long_as_the_future_is_not_used() {
    within(|| {
        let (completer, mut future) = Completer::<Result<(), Arc<str>>>::new();
        completer.set_result(Err("lent".into()));
        let error: &Arc<str> = future.get_error().expect("it fails");
        assert_eq!(Arc::strong_count(error), 1);
        assert_eq!(future.get_result(), Err("lent".into()));
    });
}

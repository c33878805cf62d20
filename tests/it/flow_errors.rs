//! Errors that are expected: they go to whoever awaits, and are no news to anybody else.

use std::error::Error;
use std::fmt;

use tasklet_core::add_flow_exception;
use tasklet_core::prelude::*;
use tests::{run, within, yield_now};

macro_rules! errors {
    ($($name:ident)*) => {$(
        #[derive(Debug, PartialEq)]
        struct $name;

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl Error for $name {}
    )*};
}

type Erased = Box<dyn Error + Send + Sync>;

#[tasklet]
async fn fail<E: Error + Send + Sync + 'static>(error: E) -> Result<(), E> {
    yield_now().await;
    Err(error)
}

#[tasklet]
async fn fail_at_once<E: Error>(error: E) -> Result<(), E> {
    Err(error)
}

#[tasklet]
async fn fail_erased(error: Erased) -> Result<(), Erased> {
    yield_now().await;
    Err(error)
}

#[tasklet]
async fn throw<E: Send + 'static>(payload: E) {
    yield_now().await;
    std::panic::panic_any(payload);
}

/// What a context tells when all that `start` starts has ended.
fn unseen(start: impl FnOnce()) -> Vec<String> {
    let context = Context::new();
    context.enter(start);
    context.run();
    context.take_errors().iter().map(|error| error.message().to_owned()).collect()
}

#[test]
fn an_expected_error_is_not_reported_and_another_one_is() {
    errors!(Expected Unexpected);
    add_flow_exception::<Expected>();
    within(|| {
        let told = unseen(|| {
            fail(Expected).defer();
            drop(fail(Expected));
            fail_at_once(Expected).defer();
            fail(Unexpected).defer();
            fail_at_once(Unexpected).defer();
        });
        assert_eq!(told, ["Unexpected", "Unexpected"]);
    });
}

#[test]
fn it_still_goes_to_whoever_awaits_or_asks() {
    errors!(Asked);
    add_flow_exception::<Asked>();
    run(async || {
        assert_eq!(fail(Asked).await, Err(Asked));
        let mut future = fail(Asked);
        let error = future.get_exception().expect("it fails");
        assert!(error.is_expected());
        assert_eq!(future.get_error(), Some(&Asked));
        assert_eq!([fail(Asked), fail(Asked)].try_join_all().await, Err(Asked));
        assert_eq!(Context::current().take_errors(), []);
    });
}

#[test]
fn it_is_known_inside_of_an_erased_error() {
    errors!(Inside Other);
    add_flow_exception::<Inside>();
    within(|| {
        let told = unseen(|| {
            fail_erased(Inside.into()).defer();
            fail_erased(Other.into()).defer();
            fail_erased("a text".into()).defer();
        });
        assert_eq!(told, ["Other", "a text"]);
    });
}

#[test]
fn a_panic_with_such_a_payload_is_expected_and_one_with_a_text_is_not() {
    errors!(Payload Bug);
    add_flow_exception::<Payload>();
    within(|| {
        let told = unseen(|| {
            throw(Payload).defer();
            throw("a text").defer();
            throw(Bug).defer();
        });
        assert_eq!(told, ["a text", "a value that is not a text"]);
    });
}

#[test]
fn a_promise_that_fails_with_it_is_not_reported() {
    errors!(Promised Broken);
    add_flow_exception::<Promised>();
    within(|| {
        let told = unseen(|| {
            let (completer, future) = Completer::<Result<(), Promised>>::new();
            future.defer();
            completer.set_exception(Promised);
            let (completer, future) = Completer::<Result<(), Broken>>::new();
            future.defer();
            completer.set_exception(Broken);
        });
        assert_eq!(told, ["Broken"]);
    });
}

#[test]
fn it_may_be_declared_after_the_tasklet_has_started_and_more_than_once() {
    errors!(Late);
    within(|| {
        let context = Context::new();
        context.enter(|| fail(Late)).defer();
        add_flow_exception::<Late>();
        add_flow_exception::<Late>();
        context.run();
        assert_eq!(context.take_errors(), []);
    });
}

#[test]
fn an_error_that_borrows_is_known_whatever_its_lifetime() {
    #[derive(Debug)]
    struct Borrowing<'a>(&'a str);

    impl fmt::Display for Borrowing<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Borrowing<'_> {}

    add_flow_exception::<Borrowing<'static>>();
    within(|| {
        let text = "on the stack".to_owned();
        let told = unseen(|| fail_at_once(Borrowing(&text)).defer());
        assert!(told.is_empty());
    });
}

#[test]
fn threads_may_declare_while_others_fail() {
    errors!(A B C D);
    within(|| {
        std::thread::scope(|scope| {
            scope.spawn(add_flow_exception::<A>);
            scope.spawn(add_flow_exception::<B>);
            scope.spawn(add_flow_exception::<C>);
            scope.spawn(|| unseen(|| fail(D).defer()));
        });
        let told = unseen(|| {
            fail(A).defer();
            fail(B).defer();
            fail(C).defer();
            fail(D).defer();
        });
        assert_eq!(told, ["D"]);
    });
}

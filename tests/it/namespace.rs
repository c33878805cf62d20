//! The namespace, as NDB has it: sticky at the call, restored at each resume, no one else's.

use std::error::Error;

use tasklet_core::{
    InvalidNamespace, NAMESPACE, NAMESPACE_BYTES_MAX, Namespace, join, namespace, set_namespace,
    sleep, synctasklet, tasklet, toplevel,
};
use tests::{run, within, yield_now};

fn named(name: &str) -> Namespace {
    name.parse().expect("a good name")
}

/// NDB: `testStickyDefaultNamespace`, `ndb/tasklets_test.py`. Each level sees the namespace of its
/// call, before its own await and after it, though others have changed theirs meanwhile.
#[test]
fn the_namespace_of_the_call_sticks_to_the_tasklet() {
    #[tasklet]
    async fn inner(expected: Namespace) {
        assert_eq!(namespace(), expected);
        sleep(std::time::Duration::from_millis(1)).await;
        assert_eq!(namespace(), expected);
        set_namespace(named("inner"));
    }
    #[tasklet]
    async fn outer() {
        assert_eq!(&*namespace(), "first");
        let first = inner(namespace());
        set_namespace(named("second"));
        let second = inner(namespace());
        join!(first, second);
        assert_eq!(&*namespace(), "second");
    }
    run(async || {
        set_namespace(named("first"));
        let outer = outer();
        set_namespace(named("third"));
        outer.await;
        assert_eq!(&*namespace(), "third");
    });
}

/// N4 of NDB is where we differ: there the namespace of such a tasklet leaks to its caller.
#[test]
fn a_tasklet_that_never_awaits_keeps_its_namespace_to_itself_too() {
    #[tasklet]
    async fn at_once() -> Namespace {
        set_namespace(named("inner"));
        namespace()
    }
    run(async || {
        assert_eq!(&*at_once().await, "inner");
        assert_eq!(namespace(), Namespace::default());
    });
}

#[test]
fn each_request_has_the_empty_one_until_it_sets_its_own() {
    #[toplevel]
    async fn handler(tenant: &'static str) -> [Namespace; 2] {
        let before = namespace();
        set_namespace(named(tenant));
        yield_now().await;
        [before, namespace()]
    }
    within(|| {
        for tenant in ["ann", "bob"] {
            let [before, own] = futures_lite::future::block_on(handler(tenant));
            assert_eq!((before.as_str(), own.as_str()), ("", tenant));
        }
        assert_eq!(NAMESPACE.try_get(), None);
    });
}

#[test]
fn an_empty_namespace_that_was_set_overrides_the_callers() {
    #[synctasklet]
    async fn global() -> Option<Namespace> {
        set_namespace(Namespace::default());
        yield_now().await;
        NAMESPACE.try_get()
    }
    within(|| {
        set_namespace(named("tenant"));
        assert_eq!(global(), Some(Namespace::default()));
        assert_eq!(&*namespace(), "tenant");
    });
}

#[test]
fn a_name_is_letters_digits_dots_underlines_and_hyphens_and_not_too_long() {
    let longest = "x".repeat(NAMESPACE_BYTES_MAX);
    for name in ["", "a", "Example-1.com_x", "0", &longest] {
        assert_eq!(Namespace::new(name).map(|it| it.to_string()), Ok(name.to_owned()));
        assert_eq!(Namespace::try_from(name).as_deref(), Ok(name));
    }
    let too_long = "x".repeat(NAMESPACE_BYTES_MAX + 1);
    for name in ["a b", "ä", "a/b", "..\\", "a\0", "a\n", &too_long] {
        let error: InvalidNamespace = Namespace::new(name).expect_err("a bad name");
        let told: Box<dyn Error> = error.into();
        assert!(told.to_string().starts_with("a namespace has at most 100"), "{told}");
    }
    assert_eq!(format!("{:?} {:>3}", named("a"), named("b")), "Namespace(\"a\")   b");
}

//! The call of a tasklet: it starts at once, is known to its context, and goes on by itself.

use std::sync::Arc;

use tasklet_core::{Context, TaskletFuture, tasklet};
use tests::{Log, Logged, run, within, yield_now};

#[tasklet]
async fn two_steps(log: Log, name: &'static str) {
    log.add(format!("{name} starts"));
    yield_now().await;
    log.add(format!("{name} goes on"));
}

#[test]
fn the_body_runs_up_to_its_first_suspension_during_the_call() {
    run(async || {
        let log = Log::new();
        let future = two_steps(log.clone(), "it");
        log.add("the call returns");
        future.await;
        assert_eq!(log.take(), ["it starts", "the call returns", "it goes on"]);
    });
}

#[test]
fn a_tasklet_that_calls_a_tasklet_is_interrupted_by_it_at_the_call() {
    #[tasklet]
    async fn outer(log: Log) {
        log.add("outer starts");
        let inner = two_steps(log.clone(), "inner");
        log.add("outer waits");
        inner.await;
        log.add("outer ends");
    }
    run(async || {
        let log = Log::new();
        outer(log.clone()).await;
        let events = ["outer starts", "inner starts", "outer waits", "inner goes on", "outer ends"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn ready_tasklets_go_on_in_the_order_of_their_suspension() {
    run(async || {
        let log = Log::new();
        let futures = ["a", "b", "c"].map(|name| two_steps(log.clone(), name));
        assert_eq!(log.take(), ["a starts", "b starts", "c starts"]);
        let [a, b, c] = futures;
        c.await;
        assert_eq!(log.take(), ["a goes on", "b goes on", "c goes on"]);
        assert!(a.done() && b.done());
        a.await;
        b.await;
    });
}

#[test]
fn a_tasklet_goes_on_although_nobody_waits_for_it() {
    run(async || {
        let log = Log::new();
        two_steps(log.clone(), "unseen").defer();
        two_steps(log.clone(), "seen").await;
        assert_eq!(log.take(), ["unseen starts", "seen starts", "unseen goes on", "seen goes on"]);
    });
}

#[test]
fn a_body_that_need_not_suspend_is_finished_when_the_call_returns() {
    #[tasklet]
    async fn awaits_what_is_ready() -> u32 {
        std::future::ready(42).await
    }
    run(async || {
        let future = awaits_what_is_ready();
        assert!(future.done());
        assert_eq!(Context::current().pending(), 0);
        assert_eq!(future.await, 42);
    });
}

#[test]
fn a_body_that_never_awaits_runs_inline_and_the_context_does_not_hear_of_it() {
    #[tasklet]
    async fn never_awaits(log: Log) -> u32 {
        log.add("ran");
        42
    }
    #[tasklet]
    async fn awaits(log: Log) -> u32 {
        std::future::ready(never_awaits(log)).await.await
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let future = never_awaits(log.clone());
        assert_eq!(log.take(), ["ran"]);
        assert!(future.done());
        assert_eq!((future.await, context.started()), (42, 0));
        assert_eq!((awaits(log).await, context.started()), (42, 1));
    });
}

#[test]
fn a_body_with_a_macro_may_await_inside_of_it() {
    macro_rules! pause {
        () => {
            yield_now().await
        };
    }
    #[tasklet]
    async fn pauses_unseen() -> u32 {
        pause!();
        42
    }
    run(async || {
        let future = pauses_unseen();
        assert!(!future.done());
        assert_eq!(future.await, 42);
    });
}

#[test]
fn without_any_context_a_plain_function_calls_and_gets_the_result() {
    #[tasklet]
    async fn add(x: u32, y: u32) -> u32 {
        yield_now().await;
        x + y
    }
    assert_eq!(within(|| add(40, 2).get_result()), 42);
}

#[test]
fn a_tasklet_that_returns_a_future_gives_a_future_of_a_future() {
    #[tasklet]
    async fn inner() -> u32 {
        yield_now().await;
        42
    }
    #[tasklet]
    async fn outer() -> TaskletFuture<u32> {
        yield_now().await;
        inner()
    }
    run(async || assert_eq!(outer().await.await, 42));
}

#[test]
fn early_returns_and_question_marks_end_the_tasklet_alone() {
    #[tasklet]
    async fn half(x: u32) -> Result<u32, String> {
        yield_now().await;
        if x == 0 {
            return Ok(0);
        }
        x.is_multiple_of(2).then_some(x / 2).ok_or_else(|| format!("{x} is odd"))
    }
    #[tasklet]
    async fn quarter(x: u32) -> Result<u32, String> {
        let half_of_x = half(x).await?;
        half(half_of_x).await
    }
    run(async || {
        assert_eq!(quarter(8).await, Ok(2));
        assert_eq!(quarter(0).await, Ok(0));
        assert_eq!(quarter(6).await, Err("3 is odd".to_owned()));
        assert_eq!(quarter(5).await, Err("5 is odd".to_owned()));
    });
}

#[test]
fn parameters_live_until_the_end_of_the_body_and_are_dropped_in_it() {
    #[tasklet]
    async fn hold(log: Log, _held: Logged) {
        yield_now().await;
        log.add("the body ends");
    }
    run(async || {
        let log = Log::new();
        let future = hold(log.clone(), log.on_drop("the parameter is dropped"));
        future.await;
        assert_eq!(log.take(), ["the body ends", "the parameter is dropped"]);
    });
}

struct Account {
    balance: u32,
}

impl Account {
    #[tasklet]
    async fn close(self) -> u32 {
        yield_now().await;
        self.balance
    }

    #[tasklet]
    async fn plus(self: Arc<Self>, more: u32) -> u32 {
        yield_now().await;
        self.balance + more
    }
}

#[test]
fn methods_by_value_and_by_arc_are_tasklets() {
    run(async || {
        let account = Arc::new(Account { balance: 40 });
        assert_eq!(Arc::clone(&account).plus(2).await, 42);
        let account = Arc::into_inner(account).expect("the tasklet has let go of it");
        assert_eq!(account.close().await, 40);
    });
}

#[test]
fn generic_tasklets_are_started_for_each_type() {
    #[tasklet]
    async fn all<T, I>(items: I, add: impl Fn(T, T) -> T + Send + 'static) -> Option<T>
    where
        T: Send + 'static,
        I: IntoIterator<Item = T, IntoIter: Send> + Send + 'static,
    {
        yield_now().await;
        items.into_iter().reduce(add)
    }
    run(async || {
        assert_eq!(all([1, 2, 3], |x, y| x + y).await, Some(6));
        let words = vec!["one ".to_owned(), "two".to_owned()];
        assert_eq!(all(words, |x, y| x + &y).await.as_deref(), Some("one two"));
    });
}

trait Store: Send + Sync + 'static {
    #[tasklet]
    async fn get(self: Arc<Self>, key: u32) -> Option<u32>;
}

struct Slow;
struct Quick;

impl Store for Slow {
    #[tasklet]
    async fn get(self: Arc<Self>, key: u32) -> Option<u32> {
        yield_now().await;
        Some(key)
    }
}

impl Store for Quick {
    #[tasklet]
    async fn get(self: Arc<Self>, _key: u32) -> Option<u32> {
        None
    }
}

#[test]
fn trait_methods_are_tasklets_also_behind_dyn() {
    run(async || {
        let stores: [Arc<dyn Store>; 2] = [Arc::new(Slow), Arc::new(Quick)];
        let [slow, quick] = stores.map(|store| store.get(42));
        assert_eq!((slow.done(), quick.done()), (false, true));
        assert_eq!((slow.await, quick.await), (Some(42), None));
    });
}

#[test]
fn reports_name_the_tasklet_its_module_and_the_place_of_the_call() {
    #[tasklet]
    async fn fails() -> Result<(), String> {
        yield_now().await;
        Err("it had to".to_owned())
    }
    let (errors, line) = within(|| {
        let context = Context::new();
        let line = context.enter(|| {
            fails().defer();
            line!() - 1
        });
        context.run();
        (context.take_errors(), line)
    });
    let [error] = &errors[..] else { panic!("one error, not {errors:?}") };
    assert_eq!((error.name(), error.module()), ("fails", module_path!()));
    assert_eq!((error.place().file(), error.place().line()), (file!(), line));
    assert_eq!((error.message(), error.is_panic()), ("it had to", false));
}

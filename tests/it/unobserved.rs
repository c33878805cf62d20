//! Every way to lose sight of a failure: each is told once, with the name and the place of whoever
//! failed; and what somebody has looked at, or has said that nobody wants, is not told at all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_lite::future::poll_once;
use tasklet_core::prelude::*;
use tasklet_core::{Idle, TaskletError};
use tests::{gate, panic_of_future, poll_now, run, within, yield_now};

/// How a tasklet fails.
#[derive(Clone, Copy)]
enum How {
    /// With an error, at its first poll.
    Error,
    /// The same in a body that never awaits.
    ErrorInline,
    /// With an error, later.
    ErrorLate,
    /// With a panic, at its first poll.
    Panic,
    /// With a panic, later.
    PanicLate,
}

const ALL: [How; 5] = [How::Error, How::ErrorInline, How::ErrorLate, How::Panic, How::PanicLate];

type Answer = Result<u32, String>;
type Failing = TaskletFuture<Answer>;

#[tasklet]
async fn error() -> Result<u32, String> {
    std::future::ready(()).await;
    Err("it failed".to_owned())
}

#[tasklet]
async fn error_inline() -> Result<u32, String> {
    Err("it failed".to_owned())
}

#[tasklet]
async fn error_late() -> Result<u32, String> {
    sleep(Duration::from_secs(2)).await;
    Err("it failed".to_owned())
}

#[tasklet]
async fn panics() -> Result<u32, String> {
    std::future::ready(()).await;
    panic!("it failed")
}

#[tasklet]
async fn panics_late() -> Result<u32, String> {
    sleep(Duration::from_secs(2)).await;
    panic!("it failed")
}

impl How {
    #[track_caller]
    fn start(self) -> Failing {
        match self {
            How::Error => error(),
            How::ErrorInline => error_inline(),
            How::ErrorLate => error_late(),
            How::Panic => panics(),
            How::PanicLate => panics_late(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            How::Error => "error",
            How::ErrorInline => "error_inline",
            How::ErrorLate => "error_late",
            How::Panic => "panics",
            How::PanicLate => "panics_late",
        }
    }

    fn is_panic(self) -> bool {
        matches!(self, How::Panic | How::PanicLate)
    }
}

/// What a context tells at its end of each way to fail, if the future is lost by `lose`.
fn told(how: How, lose: impl AsyncFn(Failing)) -> Vec<TaskletError> {
    let context = Context::builder().virtual_time().build();
    context.block_on(async { lose(how.start()).await });
    context.run();
    context.take_errors()
}

/// Asks that the failure is told once, with name and place, however it fails.
#[track_caller]
fn is_told_once(lose: impl AsyncFn(Failing) + Send + 'static) {
    within(move || {
        for how in ALL {
            let errors = told(how, &lose);
            assert_eq!(errors.len(), 1, "of {}: {errors:?}", how.name());
            let error = &errors[0];
            assert_eq!((error.name(), error.message()), (how.name(), "it failed"));
            assert_eq!(error.is_panic(), how.is_panic());
            assert_eq!(error.place().file(), file!());
            assert_eq!(error.trail().count(), 1);
        }
    });
}

/// Asks that nothing is told, however it fails.
#[track_caller]
fn is_not_told(look: impl AsyncFn(Failing) + Send + 'static) {
    within(move || {
        for how in ALL {
            let errors = told(how, &look);
            assert!(errors.is_empty(), "of {}: {errors:?}", how.name());
        }
    });
}

/// Awaits, and catches the panic.
async fn outcome(future: impl IntoFuture) -> bool {
    use futures_lite::FutureExt as _;
    AssertUnwindSafe(future.into_future()).catch_unwind().await.is_ok()
}

#[test]
fn deferred() {
    is_told_once(async |future: Failing| future.defer());
}

#[test]
fn a_dropped_handle() {
    is_told_once(async |future: Failing| drop(future));
}

#[test]
fn a_handle_that_is_dropped_when_the_result_is_there() {
    is_told_once(async |mut future: Failing| {
        wait_all(std::slice::from_mut(&mut future)).await;
        drop(future);
    });
}

#[test]
fn the_loser_of_a_select() {
    is_told_once(async |future: Failing| {
        let awaiting = future.into_future();
        let both = futures_lite::future::or(std::future::pending::<()>(), async {
            yield_now().await;
            drop(awaiting.await);
        });
        assert!(poll_once(both).await.is_none());
    });
}

#[test]
fn an_awaiting_that_is_dropped() {
    is_told_once(async |future: Failing| {
        let awaiting = future.into_future();
        drop(awaiting);
    });
}

#[test]
fn a_time_limit_that_is_over_or_was_never_polled() {
    is_told_once(async |future: Failing| drop(future.timeout(Duration::from_secs(1))));
    within(|| {
        for how in [How::ErrorLate, How::PanicLate] {
            let errors = told(how, async |future: Failing| {
                let late = future.timeout(Duration::from_secs(1)).await;
                drop(late.expect_err("time is up"));
            });
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].name(), how.name());
        }
    });
}

#[test]
fn shared_with_nobody_who_reads() {
    is_told_once(async |future: Failing| {
        let shared = future.shared();
        shared.clone().defer();
        drop(shared);
    });
}

#[test]
fn shared_and_only_waited_for() {
    is_told_once(async |future: Failing| {
        let mut shared = [future.shared()];
        wait_all(&mut shared).await;
    });
}

#[test]
fn shared_with_a_reader_that_is_dropped_while_it_waits() {
    is_told_once(async |future: Failing| {
        let shared = future.shared();
        let read = async { (std::future::pending::<()>().await, shared.await) };
        assert!(poll_once(read).await.is_none());
    });
}

#[test]
fn behind_another_failure_in_a_join() {
    fn first() -> Failing {
        TaskletFuture::ready(Err("the first".to_owned()))
    }
    is_told_once(async |future: Failing| {
        assert_eq!([first(), future].try_join_all().await, Err("the first".to_owned()));
    });
    is_told_once(async |future: Failing| {
        assert_eq!(vec![first(), future].try_join_all().await, Err("the first".to_owned()));
    });
    is_told_once(async |future: Failing| {
        assert_eq!(try_join!(first(), future), Err("the first".to_owned()));
    });
    is_told_once(async |future: Failing| {
        let join = [first().shared(), future.shared()].try_join_all();
        assert_eq!(join.await, Err("the first".to_owned()));
    });
}

#[test]
fn behind_a_panic_in_a_join() {
    #[tasklet]
    async fn first() -> Result<u32, String> {
        yield_now().await;
        panic!("the first")
    }
    is_told_once(async |future: Failing| {
        assert_eq!(panic_of_future([first(), future].try_join_all()).await, "the first");
    });
    is_told_once(async |future: Failing| {
        assert_eq!(panic_of_future((first(), future).join_all()).await, "the first");
    });
    is_told_once(async |future: Failing| {
        assert_eq!(panic_of_future(vec![first(), future].join_all()).await, "the first");
    });
}

#[test]
fn in_a_join_that_is_dropped() {
    is_told_once(async |future: Failing| {
        let slow = sleep(Duration::from_secs(9));
        assert!(poll_now((slow, future).join_all()).is_pending());
    });
    is_told_once(async |future: Failing| drop([future].try_join_all()));
    is_told_once(async |future: Failing| drop(wait_any([future])));
}

#[test]
fn left_over_by_a_wait_for_any() {
    is_told_once(async |future: Failing| {
        let quick: Failing = TaskletFuture::ready(Ok(1));
        let (first, rest) = wait_any([quick, future]).await.expect("there are two");
        assert_eq!(first.await, Ok(1));
        drop(rest);
    });
}

#[test]
fn with_a_callback_that_does_not_look() {
    is_told_once(async |future: Failing| {
        future.add_callback(|| {});
        future.add_immediate_callback(|| {});
        future.defer();
    });
}

#[test]
fn of_a_tasklet_whose_waiter_is_cancelled() {
    #[tasklet]
    async fn wait(future: Failing) {
        yield_now().await;
        drop(future.await);
    }
    is_told_once(async |future: Failing| wait(future).cancel());
}

#[test]
fn what_is_awaited_asked_for_or_cancelled_is_not_told() {
    is_not_told(async |future: Failing| _ = outcome(future).await);
    is_not_told(async |mut future: Failing| {
        wait_all(std::slice::from_mut(&mut future)).await;
        assert!(future.get_exception().is_some());
    });
    is_not_told(async |future: Failing| {
        let shared = future.shared();
        _ = outcome(shared.clone()).await;
        shared.defer();
    });
    is_not_told(async |future: Failing| {
        let mut shared = [future.shared()];
        wait_all(&mut shared).await;
        assert!(shared[0].check_success().is_err());
    });
    is_not_told(async |future: Failing| future.cancel());
    is_not_told(async |mut future: Failing| {
        wait_all(std::slice::from_mut(&mut future)).await;
        future.cancel();
    });
    is_not_told(async |future: Failing| _ = outcome([future].try_join_all()).await);
    is_not_told(async |future: Failing| {
        _ = outcome(future.timeout(Duration::from_secs(9))).await;
    });
}

#[test]
fn a_promise_tells_its_failure_once_with_the_place_where_it_was_made() {
    run(async || {
        let context = Context::current();
        let line = line!() + 1;
        let promise = || Completer::<Answer>::new();
        let ends: [fn(Completer<Answer>); 3] = [
            |completer| completer.set_exception("no answer".to_owned()),
            |completer| completer.fail("no answer"),
            |completer| completer.set_panic(Box::new("no answer")),
        ];
        for end in ends {
            // Left before it fails, and after.
            let (completer, future) = promise();
            future.defer();
            end(completer);
            let (completer, future) = promise();
            end(completer);
            drop(future);
        }
        let (completer, future) = promise();
        drop((completer, future));
        context.run();
        let errors = context.take_errors();
        let (said, dropped): (Vec<_>, Vec<_>) =
            errors.iter().partition(|error| error.message() == "no answer");
        assert_eq!((said.len(), dropped.len()), (6, 1));
        assert!(dropped[0].message().contains("was dropped without a result"));
        assert!(errors.iter().all(|error| error.name() == "promise"));
        for error in &errors {
            assert_eq!((error.place().file(), error.place().line()), (file!(), line));
        }
    });
}

/// Name, line and message of each.
fn lines(errors: &[TaskletError]) -> Vec<(&str, u32, &str)> {
    errors.iter().map(|error| (error.name(), error.place().line(), error.message())).collect()
}

#[test]
fn calls_that_panic_are_told_with_the_place_where_they_were_added() {
    run(async || {
        let context = Context::current();
        let line = line!();
        let (completer, future) = gate();
        future.add_callback(|| panic!("queued"));
        future.add_immediate_callback(|| panic!("immediate"));
        completer.set_result(());
        future.add_callback(|| panic!("queued late"));
        future.add_immediate_callback(|| panic!("immediate late"));
        context.queue_call(None, || panic!("a call"));
        context.queue_call(Some(Duration::from_secs(1)), || panic!("a call later"));
        context.add_idle(|| -> Idle { panic!("idle") });
        future.await;
        context.run();
        let mut errors = context.take_errors();
        errors.sort_by_key(|error| error.place().line());
        assert_eq!(
            lines(&errors),
            [
                ("callback", line + 2, "queued"),
                ("callback", line + 3, "immediate"),
                ("callback", line + 5, "queued late"),
                ("callback", line + 6, "immediate late"),
                ("queued call", line + 7, "a call"),
                ("queued call", line + 8, "a call later"),
                ("idle callback", line + 9, "idle"),
            ]
        );
        assert!(errors.iter().all(|error| error.place().file() == file!()));
    });
}

#[test]
fn a_callback_of_a_tasklet_that_panics_is_told_too() {
    run(async || {
        let line = line!() + 2;
        let future = error_late();
        future.add_callback(|| panic!("queued"));
        assert!(future.await.is_err());
        Context::current().run();
        assert_eq!(lines(&Context::current().take_errors()), [("callback", line, "queued")]);
    });
}

#[test]
fn the_drop_of_a_toplevels_body_that_panics_is_told_with_the_toplevels_name() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the drop panics");
        }
    }
    #[toplevel(on_drop = "cancel")]
    async fn handler(context: std::sync::mpsc::Sender<Context>, gate: TaskletFuture<()>) {
        let _bomb = Bomb;
        gate.defer();
        context.send(Context::current()).expect("somebody listens");
        std::future::pending::<()>().await;
    }
    within(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (opener, closed) = gate();
        let mut handler = Box::pin(handler(sender, closed));
        assert!(poll_now(&mut handler).is_pending());
        let context = receiver.recv().expect("its context");
        drop(handler);
        let errors = context.take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].name(), errors[0].message()), ("handler", "the drop panics"));
        opener.set_result(());
    });
}

#[test]
fn the_error_of_a_toplevel_whose_caller_has_gone_is_told() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, sender: std::sync::mpsc::Sender<Context>) -> Answer {
        sender.send(Context::current()).expect("somebody listens");
        gate.await;
        Err("no answer".to_owned())
    }
    within(|| {
        let (opener, closed) = gate();
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut handler = Box::pin(handler(closed, sender));
        assert!(poll_now(&mut handler).is_pending());
        let context = receiver.recv().expect("its context");
        drop(handler);
        opener.set_result(());
        let errors = loop {
            let errors = context.take_errors();
            if !errors.is_empty() {
                break errors;
            }
            std::thread::yield_now();
        };
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].name(), errors[0].message()), ("handler", "no answer"));
    });
}

#[test]
fn a_panic_tells_the_chain_of_tasklets_that_it_came_through() {
    #[tasklet]
    async fn level0() {
        yield_now().await;
        panic!("too deep")
    }
    #[tasklet]
    async fn level1() {
        level0().await;
    }
    #[tasklet]
    async fn level2() {
        [level1()].join_all().await;
    }
    #[tasklet]
    async fn level3() {
        level2().shared().await;
    }
    fn names(error: &TaskletError) -> Vec<&'static str> {
        error.trail().map(|(name, _)| name).collect()
    }
    run(async || {
        let chain = ["level0", "level1", "level2", "level3"];
        level3().defer();
        Context::current().run();
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!(names(&errors[0]), chain);
        let text = errors[0].to_string();
        assert!(text.contains("raised in tasklet `level0` (started at tests/it/unobserved.rs:"));
        assert!(text.contains("came through tasklet `level2`"), "{text}");

        let error = level3().get_exception().expect("it fails");
        assert_eq!(names(&error), chain);
        assert!(error.trail().all(|(_, place)| place.file() == file!()));
    });
}

#[test]
fn a_panic_that_was_caught_leaves_no_trace_in_the_next_one() {
    #[tasklet]
    async fn inner() {
        yield_now().await;
        panic!("the first")
    }
    #[tasklet]
    async fn outer() {
        assert!(!outcome(inner()).await);
        yield_now().await;
        panic!("the second")
    }
    run(async || {
        let error = outer().get_exception().expect("it fails");
        assert_eq!(error.message(), "the second");
        assert_eq!(error.trail().map(|(name, _)| name).collect::<Vec<_>>(), ["outer"]);
    });
}

#[test]
fn a_very_long_chain_is_told_in_part() {
    #[tasklet]
    async fn level(depth: u32) {
        yield_now().await;
        if depth == 0 {
            panic!("the ground");
        }
        level(depth - 1).await;
    }
    within(|| {
        let error = level(99).get_exception().expect("it fails");
        assert_eq!(error.trail().count(), 33);
        assert!(error.to_string().ends_with(" and 67 more"), "{error}");
        let caught = catch_unwind(|| level(9).get_result());
        assert!(caught.is_err());
    });
}

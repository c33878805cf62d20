//! What no compiler sees is caught all the same: the toplevel waits for a tasklet whose future is
//! lost, and reports its error.
//!
//! The tests with `#[must_await]` are what the attributes do not look into: foreign generics,
//! opaque types, macros, patterns with `..`, panics. If one of them does not compile any more, it
//! has become a case for `ui-tests/fail`.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};

use futures_lite::future::{block_on, poll_once};
use tasklet_core::{Context, TaskletError, TaskletFuture, must_await, tasklet, toplevel};
use tests::{Log, gate, poll_now, text_of, within, yield_now};

type Written = TaskletFuture<Result<u32, String>>;

#[tasklet]
async fn write(gate: TaskletFuture<()>, log: Log) -> Result<u32, String> {
    gate.await;
    log.add("written");
    Err("the disk is full".to_owned())
}

/// Starts the one write of a test.
struct Start {
    gate: TaskletFuture<()>,
    log: Log,
}

impl Start {
    #[track_caller]
    fn start(self) -> Written {
        write(self.gate, self.log)
    }
}

#[tasklet]
async fn hold(gate: TaskletFuture<()>) {
    gate.await;
}

#[toplevel]
async fn handler<F>(body: F, look: TaskletFuture<()>, context: Sender<Context>)
where
    F: Future<Output = ()> + Send + 'static,
{
    context.send(Context::current()).expect("the test listens");
    // Keeps the context until the test has looked at it: its errors are told when it ends.
    hold(look).defer();
    body.await;
}

/// The events of a handler with this body while the write waits, and the errors it leaves behind.
fn run<F>(body: impl FnOnce(Start) -> F) -> (Vec<String>, Vec<TaskletError>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (log, (sender, receiver)) = (Log::new(), channel());
    let ((open_write, write), (open_end, end)) = (gate(), gate());
    let start = Start { gate: write, log: log.clone() };
    let mut handler = Box::pin(handler(body(start), end, sender));
    assert!(poll_now(&mut handler).is_pending());
    log.add("it waits");
    open_write.set_result(());
    assert!(poll_now(&mut handler).is_pending());
    let errors = receiver.recv().expect("its context").take_errors();
    open_end.set_result(());
    match catch_unwind(AssertUnwindSafe(|| block_on(handler))) {
        Ok(()) => log.add("it returns"),
        Err(panic) => log.add(format!("it panics: {}", text_of(panic.as_ref()))),
    }
    (log.take(), errors)
}

/// Asks that the one write is waited for, and that its error is told.
#[track_caller]
fn is_caught<F>(body: fn(Start) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (events, errors) = within(move || run(body));
    assert_eq!(events, ["it waits", "written", "it returns"]);
    is_told(&errors);
}

#[track_caller]
fn is_told(errors: &[TaskletError]) {
    let told: Vec<_> = errors.iter().map(|error| (error.name(), error.message())).collect();
    assert_eq!(told, [("write", "the disk is full")]);
    assert_eq!(errors[0].place().file(), file!());
}

#[must_await]
#[test]
fn a_field_that_a_pattern_leaves_out() {
    struct Both {
        future: Written,
        name: &'static str,
    }
    is_caught(|start| async {
        let both = Both { future: start.start(), name: "one" };
        assert!(!both.future.done());
        let Both { name, .. } = both;
        assert_eq!(name, "one");
    });
}

#[must_await]
#[test]
fn an_opaque_type() {
    fn helper(start: Start) -> impl IntoFuture<Output = Result<u32, String>> {
        start.start()
    }
    is_caught(|start| async {
        let _lost = helper(start);
    });
}

#[must_await]
#[test]
fn a_boxed_trait_object() {
    is_caught(|start| async {
        let lost: Box<dyn std::fmt::Debug> = Box::new(start.start());
        assert!(format!("{lost:?}").contains("Running"));
    });
}

#[must_await]
#[test]
fn a_type_of_ones_own_that_says_nothing() {
    struct Holder<T>(T);
    is_caught(|start| async {
        let Holder(ref future) = Holder(start.start());
        assert!(!future.done());
    });
}

#[must_await]
#[test]
fn a_function_that_ignores_its_argument() {
    fn ignore<T>(_: T) {}
    is_caught(|start| async { ignore(start.start()) });
}

#[must_await]
#[test]
fn a_function_that_ignores_what_a_closure_returns() {
    fn ignore<T>(call: impl FnOnce() -> T) {
        call();
    }
    is_caught(|start| async { ignore(|| start.start()) });
}

#[must_await]
#[test]
fn an_iterator_that_only_counts() {
    is_caught(|start| async {
        let started = [start].into_iter().map(|start| start.start());
        assert_eq!(Iterator::count(started), 1);
    });
}

#[must_await]
#[test]
fn a_channel_whose_receiver_is_gone() {
    is_caught(|start| async {
        let (sender, receiver) = channel();
        drop(receiver);
        sender.send(start.start()).map_err(drop).expect_err("nobody listens");
    });
}

#[must_await]
#[test]
fn a_panic_between_the_start_and_the_await() {
    fn may_panic(list: &[u32]) -> u32 {
        *list.first().expect("there is one")
    }
    let (events, errors) = within(|| {
        run(|start| async {
            let future = start.start();
            may_panic(&[]);
            drop(future.await);
        })
    });
    assert_eq!(events, ["it waits", "written", "it panics: there is one"]);
    is_told(&errors);
}

#[must_await]
#[test]
fn an_enclosing_future_that_is_dropped_while_it_waits_for_something_else() {
    async fn not_annotated(start: Start) {
        let future = start.start();
        std::future::pending::<()>().await;
        drop(future.await);
    }
    is_caught(|start| async {
        let mut enclosing = Box::pin(not_annotated(start));
        assert!(poll_once(&mut enclosing).await.is_none());
        drop(enclosing);
    });
}

#[must_await]
#[test]
fn an_enclosing_future_that_is_dropped_while_it_waits_for_the_tasklet() {
    async fn not_annotated(start: Start) {
        drop(start.start().await);
    }
    is_caught(|start| async {
        assert!(poll_once(pin!(not_annotated(start))).await.is_none());
    });
}

#[must_await]
#[test]
fn a_macro_that_hides_a_let() {
    macro_rules! ignore {
        ($call:expr) => {
            let _ = $call;
        };
    }
    is_caught(|start| async {
        ignore!(start.start());
    });
}

#[must_await]
#[test]
fn a_macro_that_hides_a_statement() {
    macro_rules! ignore {
        ($call:expr) => {
            drop($call);
        };
    }
    is_caught(|start| async {
        let future = start.start();
        ignore!(future);
    });
}

#[must_await]
#[test]
fn a_function_inside_that_has_no_attribute() {
    #[tasklet]
    async fn annotated(start: Start) {
        fn inner(start: Start) {
            let _lost = start.start();
        }
        yield_now().await;
        inner(start);
    }
    is_caught(|start| async { annotated(start).await });
}

#[must_await]
#[test]
fn a_queue_of_another_crate() {
    is_caught(|start| async {
        let mut queue = std::collections::BinaryHeap::new();
        queue.push(Ranked(start.start()));
        assert_eq!(queue.len(), 1);
    });
}

/// Something that can be put in order.
struct Ranked(Written);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.done().cmp(&other.0.done())
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

#[test]
fn a_place_that_outlives_the_handler_is_waited_for() {
    thread_local! {
        static PARKED: RefCell<Vec<Written>> = const { RefCell::new(Vec::new()) };
    }
    within(|| {
        let (events, _) = run(|start| async {
            PARKED.with_borrow_mut(|parked| parked.push(start.start()));
        });
        assert_eq!(events, ["it waits", "written", "it returns"]);
        // Who has the future may still look at the error, so it is not told before.
        let future = PARKED.take().pop().expect("it was parked");
        assert_eq!(future.get_result(), Err("the disk is full".to_owned()));
    });
}

#[test]
fn a_parked_future_that_is_dropped_in_the_end_is_told() {
    thread_local! {
        static PARKED: RefCell<Vec<Written>> = const { RefCell::new(Vec::new()) };
    }
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        let start = Start { gate: closed, log: Log::new() };
        context.enter(|| PARKED.with_borrow_mut(|parked| parked.push(start.start())));
        opener.set_result(());
        context.run();
        assert!(context.take_errors().is_empty());
        PARKED.take().clear();
        is_told(&context.take_errors());
    });
}

#[test]
fn a_leaked_future_is_waited_for() {
    within(|| {
        let (events, _) = run(|start| async { std::mem::forget(start.start()) });
        assert_eq!(events, ["it waits", "written", "it returns"]);
    });
}

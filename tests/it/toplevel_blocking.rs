//! Handlers that block: a plain `fn` with a context of its own, flushed before it returns.

use std::rc::Rc;
use std::thread;

use tasklet_core::{Context, TaskletFuture, synctasklet, tasklet, toplevel};
use tests::{Log, gate, panic_of, within, yield_now};

#[tasklet]
async fn save(gate: TaskletFuture<()>, log: Log) {
    gate.await;
    yield_now().await;
    log.add("saved");
}

#[test]
fn it_returns_after_everything_that_it_has_started() {
    #[toplevel]
    fn handler(gate: TaskletFuture<()>, log: &Log) -> u32 {
        save(gate, log.clone()).defer();
        log.add("the body ends");
        42
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let setter = thread::spawn(move || opener.set_result(()));
        assert_eq!(handler(closed, &log), 42);
        setter.join().expect("no panic");
        assert_eq!(log.take(), ["the body ends", "saved"]);
    });
}

#[test]
fn its_context_is_fresh_and_the_callers_comes_back() {
    #[toplevel]
    fn inner() -> u64 {
        TaskletFuture::ready(()).map(|()| ()).defer();
        Context::current().started()
    }
    #[toplevel]
    fn outer() -> [u64; 3] {
        TaskletFuture::ready(()).map(|()| ()).defer();
        TaskletFuture::ready(()).map(|()| ()).defer();
        let before = Context::current().started();
        [before, inner(), Context::current().started()]
    }
    within(|| {
        assert_eq!(outer(), [2, 1, 2]);
        assert_eq!(Context::current().started(), 0);
    });
}

#[test]
fn a_panic_in_the_body_waits_for_the_rest_and_then_resumes() {
    #[toplevel]
    fn handler(log: &Log) {
        save(TaskletFuture::ready(()), log.clone()).defer();
        panic!("a bad handler");
    }
    within(|| {
        let log = Log::new();
        assert_eq!(panic_of(|| handler(&log)), "a bad handler");
        assert_eq!(log.take(), ["saved"]);
        assert!(Context::try_current().is_none());
    });
}

#[test]
fn thread_bound_tasklets_run_in_it() {
    #[tasklet(?Send)]
    async fn count(shared: Rc<str>) -> usize {
        yield_now().await;
        shared.len()
    }
    #[toplevel]
    fn handler(text: &str) -> usize {
        count(text.into()).get_result()
    }
    within(|| assert_eq!(handler("four"), 4));
}

#[test]
fn a_blocking_handler_inside_a_tasklet_drives_its_own_context_alone() {
    #[toplevel]
    fn inner(log: &Log) {
        save(TaskletFuture::ready(()), log.clone()).defer();
    }
    #[tasklet]
    async fn outer(log: Log) {
        yield_now().await;
        inner(&log);
        log.add("outer goes on");
    }
    within(|| {
        let log = Log::new();
        let context = Context::new();
        context.enter(|| {
            outer(log.clone()).defer();
            let log = log.clone();
            context.queue_call(None, move || log.add("of the outer context"));
        });
        context.run();
        assert_eq!(log.take(), ["saved", "outer goes on", "of the outer context"]);
    });
}

#[test]
fn a_synctasklet_works_in_the_context_of_its_caller_and_leaves_the_rest() {
    #[synctasklet]
    async fn longest(words: &[&str], log: &Log) -> usize {
        yield_now().await;
        save(TaskletFuture::ready(()), log.clone()).defer();
        words.iter().map(|word| word.len()).max().unwrap_or_default()
    }
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        assert_eq!(context.enter(|| longest(&["one", "three"], &log)), 5);
        assert!(log.take().is_empty());
        assert_eq!((context.pending(), context.started()), (1, 1));
        context.run();
        assert_eq!(log.take(), ["saved"]);
    });
}

#[test]
fn a_synctasklet_in_a_tasklet_nests() {
    #[synctasklet]
    async fn add(x: &u32, y: &u32) -> u32 {
        let sum = TaskletFuture::ready(x + y).map(|sum| sum);
        yield_now().await;
        sum.await
    }
    #[tasklet]
    async fn nested(depth: u32) -> u32 {
        yield_now().await;
        if depth == 0 { 0 } else { add(&nested(depth - 1).get_result(), &1) }
    }
    within(|| assert_eq!(nested(20).get_result(), 20));
}

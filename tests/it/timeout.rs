//! Time limits that lose nothing: when time is up, the future comes back, and goes on.

use std::rc::Rc;
use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of_future, run, within, yield_now};

const SECOND: Duration = Duration::from_secs(1);

#[tasklet]
async fn after(seconds: u32, log: Log) -> u32 {
    sleep(SECOND * seconds).await;
    log.add(format!("{seconds} ends"));
    seconds
}

#[test]
fn a_result_in_time_is_the_result() {
    run(async || {
        assert_eq!(after(1, Log::new()).timeout(SECOND * 2).await.expect("in time"), 1);
        assert_eq!(TaskletFuture::ready(42).timeout(Duration::ZERO).await.expect("in time"), 42);
    });
}

#[test]
fn a_late_future_comes_back_goes_on_and_can_be_awaited_again() {
    run(async || {
        let log = Log::new();
        let late = after(3, log.clone()).timeout(SECOND).await.expect_err("time is up");
        assert_eq!(late.limit(), SECOND);
        assert_eq!(late.to_string(), "no result within 1s");
        let late = late.into_inner().timeout(SECOND).await.expect_err("time is up again");
        assert!(log.take().is_empty());
        assert_eq!(late.into_inner().await, 3);
    });
}

#[test]
fn a_late_future_that_is_dropped_counts_as_deferred() {
    run(async || {
        let log = Log::new();
        drop(after(3, log.clone()).timeout(SECOND).await);
        assert_eq!(Context::current().pending(), 2, "the tasklet and its sleep");
        Context::current().run();
        assert_eq!(log.take(), ["3 ends"]);
    });
}

#[test]
fn the_time_counts_from_the_call_and_not_from_the_await() {
    run(async || {
        let log = Log::new();
        let limited = after(3, log.clone()).timeout(SECOND * 2);
        after(1, log.clone()).await;
        assert!(limited.await.is_err());
        after(1, log.clone()).await;
        let events = log.take();
        assert_eq!(events, ["1 ends", "3 ends", "1 ends"], "it was up after two seconds");
    });
}

#[test]
fn a_timeout_in_time_leaves_no_timer_behind() {
    run(async || {
        let context = Context::current();
        assert!(after(1, Log::new()).timeout(SECOND * 3600).await.is_ok());
        assert_eq!(context.pending(), 0);
        assert_eq!(context.run0(), tasklet_core::Turn::Finished);
    });
}

#[test]
fn a_panic_in_time_resumes() {
    #[tasklet]
    async fn panics() {
        yield_now().await;
        panic!("it had to");
    }
    run(async || assert_eq!(panic_of_future(panics().timeout(SECOND)).await, "it had to"));
}

#[test]
fn a_promise_may_have_a_limit() {
    run(async || {
        let (opener, closed) = gate();
        let closed = closed.timeout(SECOND).await.expect_err("nobody has opened").into_inner();
        opener.set_result(());
        closed.timeout(SECOND).await.expect("it is open");
    });
}

#[test]
fn a_thread_bound_tasklet_may_have_a_limit() {
    #[tasklet(?Send)]
    async fn here(gate: TaskletFuture<()>, x: Rc<u32>) -> Rc<u32> {
        gate.await;
        x
    }
    run(async || {
        let (opener, closed) = gate();
        let late = here(closed, 42.into()).timeout(SECOND).await.expect_err("time is up");
        opener.set_result(());
        assert_eq!(*late.into_inner().await, 42);
    });
}

#[test]
fn outside_of_every_context_the_limit_holds_too() {
    within(|| {
        let (opener, closed) = gate();
        let limited = closed.timeout(Duration::from_millis(1));
        let late = futures_executor::block_on(limited).expect_err("nobody opens the gate");
        opener.set_result(());
        late.into_inner().get_result();
    });
}

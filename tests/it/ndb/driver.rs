//! Time, and errors that are expected or are not. Cases 48 to 51.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Turn, add_flow_exception};
use tests::{Log, run, within, yield_now};

const TENTH: Duration = Duration::from_millis(100);

/// 48. testSleep (legacy tasklets_test.py:210): it has not come to its end when the call returns,
/// and comes to it when exactly so much time has gone by. Before that, its body has run up to the
/// sleep (in legacy NDB it waits for the loop to do even that).
#[test]
fn test_sleep_advances_the_clock_exactly() {
    #[tasklet]
    async fn foo(log: Log) {
        log.add("started");
        sleep(TENTH).await;
        log.add("COMPLETE");
    }
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        context.enter(|| foo(log.clone()).defer());
        assert_eq!(log.take(), ["started"]);
        assert_eq!(context.run0(), Turn::Waiting(Some(TENTH)));
        let moment = Duration::from_nanos(1);
        for (name, delay) in [("after", TENTH + moment), ("before", TENTH - moment)] {
            let log = log.clone();
            context.queue_call(Some(delay), move || log.add(name));
        }
        context.run();
        assert_eq!(log.take(), ["before", "COMPLETE", "after"]);
    });
}

/// 49. test_sleep (modern test_tasklets.py:678): the loop sleeps once, for that long, and the
/// result is nothing.
#[test]
fn test_sleep() {
    within(|| {
        let context = Context::builder().virtual_time().build();
        let future = context.enter(|| sleep(Duration::from_secs(1)));
        assert_eq!(context.run0(), Turn::Waiting(Some(Duration::from_secs(1))));
        let () = future.get_result();
        assert_eq!(context.run0(), Turn::Finished);
    });
}

/// NDB's flow exception of the test.
#[derive(Debug)]
struct ZeroDivisionError;

impl fmt::Display for ZeroDivisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("division by zero")
    }
}

impl Error for ZeroDivisionError {}

/// 50a. testAddFlowException (legacy tasklets_test.py:79; legacy#124, legacy#179): an error that
/// was declared as part of the flow still reaches whoever asks, and is told to nobody else.
#[test]
fn test_add_flow_exception() {
    #[tasklet]
    async fn foo() -> Result<(), ZeroDivisionError> {
        yield_now().await;
        Err(ZeroDivisionError)
    }
    within(|| {
        add_flow_exception::<ZeroDivisionError>();
        let context = Context::new();
        assert!(context.enter(foo).get_result().is_err());
        context.enter(|| foo().defer());
        context.run();
        assert!(context.take_errors().is_empty());
    });
}

/// 51. New (legacy#164, legacy#203): NDB writes a line for each tasklet that an error leaves, three
/// for three. Here an error is told once, where it ends unseen, with all the tasklets that it came
/// through; what is expected, or was looked at, is not told at all.
#[test]
fn test_one_record_per_error() {
    #[tasklet]
    async fn level0(depth: u32) {
        yield_now().await;
        if depth == 0 {
            panic!("hello");
        }
        level0(depth - 1).await;
    }
    #[tasklet]
    async fn passes(error: Result<(), String>) -> Result<(), String> {
        yield_now().await;
        error
    }
    #[tasklet]
    async fn outer() -> Result<(), String> {
        passes(Err("from below".to_owned())).await?;
        passes(Ok(())).await
    }
    run(async || {
        let context = Context::current();
        level0(2).defer();
        outer().defer();
        context.run();
        let mut errors = context.take_errors();
        errors.sort_by_key(|error| error.name());
        let told: Vec<_> = errors.iter().map(|e| (e.name(), e.message())).collect();
        assert_eq!(told, [("level0", "hello"), ("outer", "from below")]);
        let trails: Vec<_> = errors.iter().map(|error| error.trail().count()).collect();
        assert_eq!(trails, [3, 1], "each tasklet that the panic came through, in one error");
    });
}

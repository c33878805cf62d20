//! Several at once of which some fail: all are waited for, then the first failure by position,
//! whatever the order in time, is the result.

use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, panic_of_future, run, yield_now};

/// What a tasklet comes to, and after how many seconds.
#[derive(Clone, Copy)]
enum End {
    Ok(u64),
    Error(u64),
    Panic(u64),
}

#[tasklet]
async fn end(end: End, log: Log) -> Result<u64, String> {
    let (End::Ok(seconds) | End::Error(seconds) | End::Panic(seconds)) = end;
    sleep(Duration::from_secs(seconds)).await;
    log.add(seconds);
    match end {
        End::Ok(_) => Ok(seconds),
        End::Error(_) => Err(format!("error {seconds}")),
        End::Panic(_) => panic!("panic {seconds}"),
    }
}

#[tasklet]
async fn panic_after(seconds: u64, log: Log) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    log.add(seconds);
    panic!("panic {seconds}");
}

fn ends<const N: usize>(ends: [End; N], log: &Log) -> [TaskletFuture<Result<u64, String>>; N] {
    ends.map(|one| end(one, log.clone()))
}

fn reported() -> Vec<String> {
    Context::current().take_errors().iter().map(|error| error.message().to_owned()).collect()
}

#[test]
fn an_error_is_returned_after_all_have_finished() {
    run(async || {
        let log = Log::new();
        let result = ends([End::Error(1), End::Ok(3), End::Ok(2)], &log).try_join_all().await;
        assert_eq!(result, Err("error 1".to_owned()));
        assert_eq!(log.take(), ["1", "2", "3"]);

        let [fails, succeeds] = ends([End::Error(1), End::Ok(2)], &log);
        assert_eq!(tasklet_core::try_join!(fails, succeeds), Err("error 1".to_owned()));
        assert_eq!(log.take(), ["1", "2"]);

        let many = Vec::from(ends([End::Error(1), End::Ok(3), End::Ok(2)], &log));
        assert_eq!(many.try_join_all().await, Err("error 1".to_owned()));
        assert_eq!(log.take(), ["1", "2", "3"]);
    });
}

#[test]
fn of_several_errors_the_first_by_position_wins_and_the_others_are_reported() {
    run(async || {
        let log = Log::new();
        let pattern = [End::Ok(4), End::Error(3), End::Error(1), End::Error(2)];
        assert_eq!(ends(pattern, &log).try_join_all().await, Err("error 3".to_owned()));
        assert_eq!(reported(), ["error 1", "error 2"]);
        let many = Vec::from(ends(pattern, &log));
        assert_eq!(many.try_join_all().await, Err("error 3".to_owned()));
        assert_eq!(reported(), ["error 1", "error 2"]);
        let [a, b, c, d] = ends(pattern, &log);
        assert_eq!((a, b, c, d).try_join_all().await, Err("error 3".to_owned()));
        assert_eq!(reported(), ["error 1", "error 2"]);
    });
}

#[test]
fn of_several_panics_the_first_by_position_resumes_and_the_others_are_reported() {
    run(async || {
        let log = Log::new();
        let tasklet = |seconds| panic_after(seconds, log.clone());
        let join = [tasklet(2), tasklet(1), tasklet(3)].join_all();
        assert_eq!(panic_of_future(join).await, "panic 2");
        assert_eq!(log.take(), ["1", "2", "3"]);
        assert_eq!(reported(), ["panic 1", "panic 3"]);

        let join = vec![tasklet(2), tasklet(1), tasklet(3)].join_all();
        assert_eq!(panic_of_future(join).await, "panic 2");
        assert_eq!(log.take(), ["1", "2", "3"]);
        assert_eq!(reported(), ["panic 1", "panic 3"]);

        let join = (tasklet(2), TaskletFuture::ready('x'), tasklet(1), tasklet(3)).join_all();
        assert_eq!(panic_of_future(join).await, "panic 2");
        assert_eq!(log.take(), ["1", "2", "3"]);
        assert_eq!(reported(), ["panic 1", "panic 3"]);
    });
}

#[test]
fn an_error_before_a_panic_is_returned_and_the_panic_is_reported() {
    run(async || {
        let log = Log::new();
        let pattern = [End::Error(2), End::Panic(1), End::Ok(3)];
        assert_eq!(ends(pattern, &log).try_join_all().await, Err("error 2".to_owned()));
        assert_eq!(reported(), ["panic 1"]);
        let [a, b, c] = ends(pattern, &log);
        assert_eq!(tasklet_core::try_join!(a, b, c), Err("error 2".to_owned()));
        assert_eq!(reported(), ["panic 1"]);
    });
}

#[test]
fn a_panic_before_an_error_resumes_and_the_error_is_reported() {
    run(async || {
        let log = Log::new();
        let pattern = [End::Ok(3), End::Panic(2), End::Error(1)];
        assert_eq!(panic_of_future(ends(pattern, &log).try_join_all()).await, "panic 2");
        let [a, b, c] = ends(pattern, &log);
        assert_eq!(panic_of_future((a, b, c).try_join_all()).await, "panic 2");
        assert_eq!(reported(), ["error 1", "error 1"]);
        assert_eq!(log.take(), ["1", "2", "3", "1", "2", "3"]);
    });
}

#[test]
fn a_plain_join_of_results_is_no_failure() {
    run(async || {
        let log = Log::new();
        let results = ends([End::Error(1), End::Ok(2)], &log).join_all().await;
        assert_eq!(results, [Err("error 1".to_owned()), Ok(2)]);
    });
}

#[test]
fn results_beside_a_failure_are_dropped_after_all_have_finished() {
    #[tasklet]
    async fn give(log: Log) -> Result<tests::Logged, String> {
        yield_now().await;
        Ok(log.on_drop("a result is dropped"))
    }
    #[tasklet]
    async fn fail(log: Log) -> Result<tests::Logged, String> {
        sleep(Duration::from_secs(1)).await;
        log.add("the other fails");
        Err("too late".to_owned())
    }
    run(async || {
        let log = Log::new();
        let result = [give(log.clone()), fail(log.clone())].try_join_all().await;
        assert_eq!(result.map(drop), Err("too late".to_owned()));
        assert_eq!(log.take(), ["the other fails", "a result is dropped"]);
    });
}

#[test]
fn a_report_of_a_further_panic_names_the_tasklet_that_panicked() {
    run(async || {
        let log = Log::new();
        let first = panic_after(1, log.clone());
        let second = panic_after(2, log);
        assert_eq!(panic_of_future((first, second).join_all()).await, "panic 1");
        let errors = Context::current().take_errors();
        assert_eq!((errors[0].name(), errors[0].place().file()), ("panic_after", file!()));
    });
}

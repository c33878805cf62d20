//! Deadlines: counted from the call, in order, and never behind something else that is waited for.

use std::fmt::Display;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Completer, Turn};
use tests::{Log, gate, run, within, yield_now};

const SECOND: Duration = Duration::from_secs(1);

fn adds<E: Display + Send + 'static>(log: &Log, event: E) -> impl FnOnce(()) + Send + use<E> {
    let log = log.clone();
    move |()| log.add(event)
}

#[test]
fn a_sleep_that_nobody_waits_for_any_more_is_over() {
    #[tasklet]
    async fn nap() {
        sleep(Duration::from_secs(3600)).await;
    }
    // The analysis does not see into it.
    fn ignore<T>(_: T) {}
    within(|| {
        let context = Context::builder().virtual_time().build();
        let napping = context.enter(nap);
        assert_eq!(context.pending(), 2);
        napping.cancel();
        assert_eq!(context.pending(), 0);
        context.enter(|| ignore(sleep(Duration::from_secs(3600))));
        assert_eq!(context.pending(), 0);
        context.enter(|| sleep(Duration::from_secs(3600)).defer());
        assert_eq!(context.pending(), 1, "somebody has said so");
    });
}

#[test]
fn the_time_counts_from_the_call_and_not_from_the_await() {
    run(async || {
        let context = Context::current();
        let two = sleep(SECOND * 2);
        sleep(SECOND).await;
        let three = sleep(SECOND * 2);
        two.await;
        assert_eq!(context.run0(), Turn::Waiting(Some(SECOND)), "three is one second ahead");
        three.await;
    });
}

#[test]
fn deadlines_are_met_in_their_order_whatever_the_order_of_the_calls() {
    run(async || {
        let log = Log::new();
        let seconds = [3, 1, 2, 5, 4];
        let sleeping = seconds.map(|n| sleep(SECOND * n).map(adds(&log, n)));
        sleeping.join_all().await;
        assert_eq!(log.take(), ["1", "2", "3", "4", "5"]);
    });
}

#[test]
fn equal_deadlines_are_met_in_the_order_of_the_calls() {
    run(async || {
        let log = Log::new();
        let sleeping: Vec<_> = (0..100).map(|n| sleep(SECOND).map(adds(&log, n))).collect();
        sleeping.join_all().await;
        assert!(log.take().into_iter().eq((0..100).map(|n| n.to_string())));
    });
}

#[test]
fn deadlines_that_are_equal_by_sum_are_met_in_the_order_of_the_calls() {
    run(async || {
        let log = Log::new();
        let first = sleep(SECOND * 2).map(adds(&log, "two"));
        sleep(SECOND).await;
        let second = sleep(SECOND).map(adds(&log, "one and one"));
        (first, second).join_all().await;
        assert_eq!(log.take(), ["two", "one and one"]);
    });
}

#[test]
fn what_a_timer_wakes_runs_before_the_next_timer() {
    run(async || {
        let log = Log::new();
        let one = sleep(SECOND).map({
            let log = log.clone();
            move |()| {
                log.add("one");
                Context::current().queue_call(None, move || log.add("what one has queued"));
            }
        });
        let two = sleep(SECOND * 2).map(adds(&log, "two"));
        (one, two).join_all().await;
        assert_eq!(log.take(), ["one", "what one has queued", "two"]);
    });
}

#[test]
fn no_time_at_all_is_over_at_once_or_in_a_turn() {
    run(async || {
        sleep(Duration::ZERO).await;
        let context = Context::current();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn a_very_long_time_is_as_good_as_never_and_no_overflow() {
    run(async || {
        let log = Log::new();
        let never = sleep(Duration::MAX).map(adds(&log, "never"));
        let years = sleep(SECOND * 3600 * 24 * 365).map(adds(&log, "a year"));
        years.await;
        assert_eq!(log.take(), ["a year"]);
        never.cancel();
        assert_eq!(Context::current().pending(), 0, "neither is owed any more");
    });
}

#[test]
fn a_timer_never_waits_for_what_comes_from_outside() {
    #[tasklet]
    async fn answer_in_time(completer: Completer<u32>) {
        sleep(Duration::from_millis(1)).await;
        completer.set_result(42);
    }
    within(|| {
        // Nobody but the timer completes what is waited for: if it waited for that, this hung.
        let (completer, promised) = Completer::new();
        let _never_opened = gate();
        answer_in_time(completer).defer();
        assert_eq!(promised.get_result(), 42);
    });
}

#[test]
fn a_cancelled_sleep_leaves_nothing_to_wait_for() {
    run(async || {
        let context = Context::current();
        let long = sleep(SECOND * 3600);
        let short = sleep(SECOND);
        long.cancel();
        assert_eq!(context.run0(), Turn::Waiting(Some(SECOND)));
        short.cancel();
        assert_eq!((context.pending(), context.run0()), (0, Turn::Finished));
    });
}

#[test]
fn time_stands_still_while_anything_is_ready() {
    run(async || {
        let sleeping = sleep(Duration::from_nanos(1));
        for _ in 0..2_000 {
            yield_now().await;
        }
        assert!(!sleeping.done());
        sleeping.await;
    });
}

#[test]
fn real_time_passes_too() {
    within(|| {
        sleep(Duration::from_millis(1)).get_result();
        futures_executor::block_on(sleep(Duration::from_millis(1)).into_future());
    });
}

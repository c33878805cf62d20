//! Reductions: NDB's testReducingFuture and its kin.

use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of_future, run, within, yield_now};

use super::{after, fails_after, panics_after, succeeds_after};

fn sum(values: Vec<u64>) -> u64 {
    values.into_iter().sum()
}

#[tasklet]
async fn slow_sum(values: Vec<u64>) -> u64 {
    yield_now().await;
    sum(values)
}

#[test]
fn values_and_futures_are_reduced_to_their_sum() {
    run(async || {
        let (producer, total) = ReducingFuture::with_batch(10, sum);
        for i in 0..10 {
            producer.putq(i);
            producer.add_dependent(after(i));
        }
        producer.complete();
        assert_eq!(total.await, Some(90));
    });
}

#[test]
fn the_reducer_sees_a_batch_with_what_the_one_before_has_become() {
    run(async || {
        let log = Log::new();
        let seen = log.clone();
        let (producer, total) = ReducingFuture::with_batch(3, move |values: Vec<u64>| {
            seen.add(format!("{values:?}"));
            sum(values)
        });
        (1..=8).for_each(|i| {
            producer.putq(i);
        });
        producer.complete();
        assert_eq!(total.await, Some(36));
        assert_eq!(log.take(), ["[1, 2, 3]", "[6, 4, 5]", "[15, 6, 7]", "[28, 8]"]);
    });
}

#[test]
fn a_batch_is_twenty_values_unless_said_otherwise() {
    run(async || {
        let log = Log::new();
        let seen = log.clone();
        let (producer, total) = ReducingFuture::new(move |values: Vec<u64>| {
            seen.add(values.len());
            sum(values)
        });
        (0..39).for_each(|i| {
            producer.putq(i);
        });
        producer.complete();
        assert_eq!(total.await, Some(39 * 38 / 2));
        assert_eq!(log.take(), ["20", "20"]);
    });
}

#[test]
fn nothing_is_none_and_one_value_is_the_result_as_it_is() {
    run(async || {
        let never = |_: Vec<u64>| -> u64 { panic!("there is nothing to reduce") };
        let (producer, empty) = ReducingFuture::new(never);
        producer.complete();
        assert_eq!(empty.await, None);

        let (producer, single) = ReducingFuture::new(never);
        producer.add_dependent(after(7));
        producer.complete();
        assert_eq!(single.await, Some(7));
    });
}

#[test]
fn a_batch_of_less_than_two_is_one_of_two() {
    for size in [0, 1, 2] {
        run(async move || {
            let (producer, total) = ReducingFuture::with_batch(size, slow_sum);
            (1..=5).for_each(|i| {
                producer.putq(i);
            });
            producer.complete();
            assert_eq!(total.await, Some(15));
        });
    }
}

#[test]
fn a_reducer_may_be_a_tasklet_and_further_batches_are_filled_meanwhile() {
    #[tasklet]
    async fn held_sum(values: Vec<u64>, gate: TaskletFuture<()>, log: Log) -> u64 {
        log.add(format!("{values:?}"));
        gate.await;
        sum(values)
    }
    run(async || {
        let log = Log::new();
        let seen = log.clone();
        let (openers, gates): (Vec<_>, Vec<_>) = (0..4).map(|_| gate()).unzip();
        let mut gates = gates.into_iter();
        let (producer, total) = ReducingFuture::with_batch(2, move |values: Vec<u64>| {
            held_sum(values, gates.next().expect("four reductions"), seen.clone())
        });
        (1..=5).for_each(|i| {
            producer.putq(i);
        });
        producer.complete();
        Context::current().spawn(yield_now()).await;
        assert_eq!(log.take(), ["[1, 2]", "[3, 4]"], "both run");
        openers.into_iter().for_each(|opener| opener.set_result(()));
        assert_eq!(total.await, Some(15));
        assert_eq!(log.take().len(), 2);
    });
}

#[test]
fn a_large_number_is_reduced_by_a_tasklet() {
    run(async || {
        let (producer, total) = ReducingFuture::new(slow_sum);
        (0..1000).for_each(|i| {
            producer.putq(i);
        });
        producer.complete();
        assert_eq!(total.await, Some(1000 * 999 / 2));
    });
}

#[test]
fn the_error_of_an_item_is_the_result_at_once() {
    run(async || {
        let (producer, total) = ReducingFuture::try_new(|values: Vec<u64>| Ok(sum(values)));
        let (_opener, closed) = gate();
        producer.add_dependent(closed.map(|()| Ok(1)));
        producer.add_dependent(fails_after(1));
        assert_eq!(total.await, Err("failed after 1".to_owned()), "though it is not complete");
        assert!(!producer.add_dependent(succeeds_after(1)), "nobody wants it any more");
        producer.complete();
    });
}

#[test]
fn the_error_of_the_reducer_is_the_result_in_a_batch_and_at_the_end() {
    for count in [2, 4] {
        run(async move || {
            let refuse = |_: Vec<u64>| Err("refused");
            let (producer, total) = ReducingFuture::try_with_batch(4, refuse);
            (0..count).for_each(|i| {
                producer.putq(Ok(i));
            });
            producer.complete();
            assert_eq!(total.await, Err("refused"));
        });
    }
}

#[test]
fn the_error_of_a_reducer_that_is_a_tasklet_is_the_result() {
    #[tasklet]
    async fn refuse(values: Vec<u64>) -> Result<u64, String> {
        yield_now().await;
        Err(format!("refused {values:?}"))
    }
    run(async || {
        let (producer, total) = ReducingFuture::try_with_batch(2, refuse);
        producer.putq(Ok(1));
        producer.putq(Ok(2));
        producer.complete();
        assert_eq!(total.await, Err("refused [1, 2]".to_owned()));
    });
}

#[test]
fn panics_of_an_item_and_of_the_reducer_are_for_who_waits() {
    run(async || {
        let (producer, total) = ReducingFuture::new(sum);
        producer.add_dependent(panics_after(1));
        producer.complete();
        assert_eq!(panic_of_future(total).await, "panicked after 1");

        let (producer, total) = ReducingFuture::new(|_: Vec<u64>| -> u64 { panic!("no sum") });
        producer.putq(1);
        producer.putq(2);
        producer.complete();
        assert_eq!(panic_of_future(total).await, "no sum");
    });
}

#[test]
fn an_exception_that_is_set_is_the_result_at_once() {
    run(async || {
        let (producer, total) = ReducingFuture::try_new(|values: Vec<u64>| Ok(sum(values)));
        producer.putq(Ok(1));
        producer.add_dependent(fails_after(1000));
        producer.set_exception("enough".to_owned());
        assert_eq!(total.await, Err("enough".to_owned()));
    });
}

#[test]
fn each_clone_of_a_shared_future_counts() {
    run(async || {
        let (producer, total) = ReducingFuture::new(sum);
        let shared = after(2).shared();
        producer.add_dependent(shared.clone());
        producer.add_dependent(shared);
        producer.complete();
        assert_eq!(total.await, Some(4));
    });
}

#[test]
fn it_reduces_though_nobody_waits_and_a_failure_that_nobody_sees_is_reported() {
    within(|| {
        let context = Context::builder().virtual_time().build();
        let log = Log::new();
        context.enter(|| {
            let seen = log.clone();
            let (producer, total) = ReducingFuture::try_new(move |values: Vec<u64>| {
                seen.add(values.len());
                Err(format!("{} are too many", values.len()))
            });
            producer.add_dependent(succeeds_after(1));
            producer.add_dependent(succeeds_after(2));
            producer.complete();
            total.defer();
        });
        context.run();
        assert_eq!(log.take(), ["2"]);
        let errors = context.take_errors();
        assert_eq!(errors[0].message(), "\"2 are too many\"");
    });
}

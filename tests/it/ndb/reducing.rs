//! Many results that become one. Cases 72 to 77.

use tasklet_core::prelude::*;
use tests::{Log, run};

type Item = Result<u32, &'static str>;

fn add(values: Vec<u32>) -> u32 {
    values.into_iter().sum()
}

/// 72. testReducingFuture (legacy tasklets_test.py:530): ten values and ten futures, ten at a time,
/// come to their sum.
#[test]
fn test_reducing_future() {
    run(async || {
        let log = Log::new();
        let (put, rf) = ReducingFuture::with_batch(10, {
            let log = log.clone();
            move |values: Vec<u32>| {
                log.add(values.len());
                add(values)
            }
        });
        (0..10).for_each(|i| assert!(put.putq(i)));
        for i in 10..20 {
            let (completer, future) = TaskletFuture::promise();
            put.putq(future);
            completer.set_result(i);
        }
        put.complete();
        assert_eq!(rf.await, Some((0..20).sum()));
        // Ten become one; then that one and nine more; then what is left.
        assert_eq!(log.take(), ["10", "10", "2"]);
    });
}

/// 73. testReducingFuture_Empty (legacy tasklets_test.py:543): of nothing it is nothing, and the
/// reducer is not called.
#[test]
fn test_reducing_future_empty() {
    run(async || {
        let (put, rf) = ReducingFuture::new(|_: Vec<u32>| -> u32 { panic!("it is not called") });
        put.complete();
        assert_eq!(rf.await, None);
    });
}

/// 74. testReducingFuture_OneItem (legacy tasklets_test.py:550): a single value is the result as it
/// is, and the reducer is not called.
#[test]
fn test_reducing_future_one_item() {
    run(async || {
        let (put, rf) = ReducingFuture::new(|_: Vec<u32>| -> u32 { panic!("it is not called") });
        put.putq(1);
        put.complete();
        assert_eq!(rf.await, Some(1));
    });
}

/// 75. testReducingFuture_ItemException (legacy tasklets_test.py:558): the error of an item is the
/// result, at once: nobody waits for the others, or for `complete`.
#[test]
fn test_reducing_future_item_exception() {
    run(async || {
        let (put, rf) = ReducingFuture::try_new(|values| Ok::<u32, &str>(add(values)));
        let ((f1, future), (f2, other)) = (TaskletFuture::promise(), TaskletFuture::promise());
        put.putq(future);
        put.putq(other);
        f1.set_exception("ZeroDivisionError");
        assert_eq!(rf.await, Err("ZeroDivisionError"));
        f2.set_result(Ok(2));
        put.complete();
    });
}

/// 76a. testReducingFuture_ReducerException_1 (legacy tasklets_test.py:568): the error of the
/// reducer is the result, at the end.
#[test]
fn test_reducing_future_reducer_exception_1() {
    run(async || {
        let (put, rf) = ReducingFuture::try_new(|_: Vec<u32>| Item::Err("ZeroDivisionError"));
        put.putq(Ok(1));
        put.putq(Ok(1));
        put.complete();
        assert_eq!(rf.await, Err("ZeroDivisionError"));
    });
}

/// 76b. testReducingFuture_ReducerException_2 (legacy tasklets_test.py:577): and in the midst.
#[test]
fn test_reducing_future_reducer_exception_2() {
    run(async || {
        let (put, rf) =
            ReducingFuture::try_with_batch(2, |_: Vec<u32>| Item::Err("ZeroDivisionError"));
        (0..3).for_each(|_| assert!(put.putq(Ok(1))));
        put.complete();
        assert_eq!(rf.await, Err("ZeroDivisionError"));
    });
}

/// 77a. testReducingFuture_ReducerFuture_1 (legacy tasklets_test.py:587): the reducer may return a
/// future of the value.
#[test]
fn test_reducing_future_reducer_future_1() {
    run(async || {
        let reducer = |values| TaskletFuture::ready(add(values));
        let (put, rf) = ReducingFuture::with_batch(2, reducer);
        put.putq(1);
        put.putq(1);
        put.complete();
        assert_eq!(rf.await, Some(2));
    });
}

/// 77b. testReducingFuture_ReducerFuture_2 (legacy tasklets_test.py:598): the reducer may be a
/// tasklet that takes its time, batch by batch and at the end.
#[test]
fn test_reducing_future_reducer_future_2() {
    #[tasklet]
    async fn reducer(values: Vec<u32>) -> u32 {
        sleep(std::time::Duration::from_millis(10)).await;
        add(values)
    }
    run(async || {
        let (put, rf) = ReducingFuture::with_batch(3, reducer);
        (0..4).for_each(|_| assert!(put.putq(1)));
        put.complete();
        assert_eq!(rf.await, Some(4));
    });
}

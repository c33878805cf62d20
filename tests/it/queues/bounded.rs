//! Queues with a limit: producers wait for room, in their order, and lose nothing.

use std::task::Poll;

use futures_lite::StreamExt;
use tasklet_core::TryPutError;
use tasklet_core::prelude::*;
use tests::{Log, poll_now, run, within};

use super::{after, succeeds_after};

#[tasklet]
async fn put(producer: BoundedProducer<u64>, items: std::ops::Range<u64>, log: Log) {
    for item in items {
        assert!(producer.putq(item).await);
        log.add(format!("put {item}"));
    }
    producer.complete();
}

#[test]
fn a_producer_waits_until_something_is_taken() {
    run(async || {
        let log = Log::new();
        let (producer, queue) = QueueFuture::bounded(2);
        let putting = put(producer, 0..4, log.clone());
        assert_eq!(log.take(), ["put 0", "put 1"]);
        assert_eq!(queue.getq().await, Some(0));
        after(1).await;
        assert_eq!(log.take(), ["put 2"]);
        assert_eq!(queue.collect::<Vec<_>>().await, [1, 2, 3]);
        putting.await;
    });
}

#[test]
fn futures_take_room_from_the_time_when_they_are_added() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::bounded(1);
        assert!(producer.add_dependent(after(5)).await);
        assert!(matches!(producer.try_putq(1), Err(TryPutError::Full(1))));
        assert_eq!(queue.getq().await, Some(5));
        assert_eq!(producer.try_putq(1), Ok(()));
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [1]);
    });
}

#[test]
fn who_waits_for_room_has_it_in_the_order_of_asking() {
    run(async || {
        let log = Log::new();
        let (producer, queue) = QueueFuture::bounded(1);
        producer.putq(0).await;
        let putting: Vec<_> =
            (1..=3).map(|i| put(producer.clone(), i..i + 1, log.clone())).collect();
        for expected in 0..=3 {
            assert!(matches!(producer.try_putq(9), Err(TryPutError::Full(9))), "no barging");
            assert_eq!(queue.getq().await, Some(expected));
            if expected < 3 {
                while log.peek().is_empty() {
                    tests::yield_now().await;
                }
                assert_eq!(log.take(), [format!("put {}", expected + 1)]);
            }
        }
        producer.complete();
        putting.join_all().await;
        assert_eq!(queue.getq().await, None);
        queue.defer();
    });
}

#[test]
fn room_that_was_granted_to_one_who_leaves_is_for_the_next() {
    run(async || {
        let (producer, queue) = QueueFuture::bounded(1);
        producer.putq(0).await;
        let mut first = producer.putq(1);
        let mut second = producer.putq(2);
        assert!(poll_now(&mut first).is_pending());
        assert!(poll_now(&mut second).is_pending());
        assert_eq!(queue.getq().await, Some(0));
        assert!(poll_now(&mut second).is_pending(), "it is the first's turn");
        drop(first);
        assert_eq!(poll_now(&mut second), Poll::Ready(true));
        drop(second);
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [2]);
    });
}

#[test]
fn a_queue_without_room_has_room_for_one() {
    run(async || {
        let (producer, queue) = QueueFuture::bounded(0);
        assert_eq!(producer.try_putq(1), Ok(()));
        assert!(matches!(producer.try_putq(2), Err(TryPutError::Full(2))));
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [1]);
    });
}

#[test]
fn who_waits_for_room_learns_that_nobody_takes_any_more() {
    run(async || {
        let (producer, queue) = QueueFuture::bounded(1);
        producer.putq(0).await;
        let waiting = producer.clone();
        let putting = Context::current().spawn(async move {
            let put = waiting.putq(1).await;
            waiting.complete();
            put
        });
        queue.defer();
        assert!(!putting.await);
        assert!(producer.is_closed());
        let back = producer.try_putq(2);
        assert_eq!(back, Err(TryPutError::Closed(2)));
        assert_eq!(back.map_err(TryPutError::into_inner), Err(2));
        producer.complete();
    });
}

#[test]
fn an_exception_ends_it_for_those_who_wait_for_room() {
    run(async || {
        let (producer, queue) = QueueFuture::bounded(1);
        producer.putq(Ok(0)).await;
        let other = producer.clone();
        let mut waiting = other.add_dependent(succeeds_after(1));
        assert!(poll_now(&mut waiting).is_pending());
        producer.set_exception("enough".to_owned());
        assert!(!waiting.await);
        other.complete();
        let items: Vec<_> = queue.collect().await;
        assert_eq!(items, [Ok(0), Err("enough".to_owned())]);
    });
}

#[test]
fn a_future_that_does_not_fit_comes_back() {
    run(async || {
        let (producer, queue) = QueueFuture::bounded(1);
        producer.putq(0).await;
        let refused = producer.try_putq(after(1)).expect_err("it is full");
        assert_eq!(refused.to_string(), "the queue is full");
        assert_eq!(refused.into_inner().await, 1);
        producer.complete();
        queue.defer();
    });
}

#[test]
fn more_is_never_in_the_queue_than_it_holds_and_all_arrives_between_threads() {
    const EACH: u64 = 2_000;
    const LIMIT: usize = 4;
    within(|| {
        let (producer, queue) = QueueFuture::bounded(LIMIT);
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let producer = producer.clone();
                let range = thread * EACH..(thread + 1) * EACH;
                std::thread::spawn(move || put(producer, range, Log::new()).get_result())
            })
            .collect();
        producer.complete();
        let mut items = Vec::new();
        while let Some(item) = queue.getq().get_result() {
            items.push(item);
        }
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        for thread in 0..3 {
            let of_thread = items.iter().copied().filter(|item| item / EACH == thread);
            assert!(of_thread.eq(thread * EACH..(thread + 1) * EACH), "in order, and all");
        }
        queue.defer();
    });
}

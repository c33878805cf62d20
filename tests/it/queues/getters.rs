//! Those who wait for an item: each is served once, in order; who goes away takes nothing along.

use std::task::Poll;

use futures_lite::{FutureExt as _, StreamExt};
use tasklet_core::prelude::*;
use tests::{poll_now, run, within};

use super::after;

#[test]
fn getters_are_served_in_the_order_of_asking_whoever_awaits_first() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let (first, second, third) = (queue.getq(), queue.getq(), queue.getq());
        (1..=3).for_each(|i| {
            producer.putq(i);
        });
        producer.complete();
        assert_eq!(third.await, Some(3));
        assert_eq!(first.await, Some(1));
        assert_eq!(second.await, Some(2));
        queue.defer();
    });
}

#[test]
fn the_item_of_a_getter_that_goes_away_is_for_the_next_in_line() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let (first, mut second) = (queue.getq(), queue.getq());
        assert!(poll_now(&mut second).is_pending());
        producer.putq(1);
        assert!(poll_now(&mut second).is_pending(), "it is the first's");
        drop(first);
        assert_eq!(second.await, Some(1));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn items_that_are_given_back_come_in_their_old_order_before_the_others() {
    for serial in [false, true] {
        run(async move || {
            let check = async |producer: Producer<u32>, getters: Vec<_>| {
                (0..4).for_each(|i| {
                    producer.putq(i);
                });
                producer.complete();
                // In this order, so that the last one given back is not the first of all.
                let mut getters: Vec<Option<tasklet_core::GetQ<u32>>> = getters;
                getters[0].take();
                getters[2].take();
                getters[1].take();
            };
            if serial {
                let (producer, queue) = SerialQueueFuture::new();
                check(producer, (0..3).map(|_| Some(queue.getq())).collect()).await;
                assert_eq!(queue.collect::<Vec<_>>().await, [0, 1, 2, 3]);
            } else {
                let (producer, queue) = QueueFuture::new();
                check(producer, (0..3).map(|_| Some(queue.getq())).collect()).await;
                assert_eq!(queue.collect::<Vec<_>>().await, [0, 1, 2, 3]);
            }
        });
    }
}

#[test]
fn a_future_that_is_given_back_while_it_runs_is_for_the_next() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.add_dependent(after(2));
        let mut early = queue.getq();
        assert!(poll_now(&mut early).is_pending());
        drop(early);
        producer.complete();
        assert_eq!(queue.getq().await, Some(2));
        queue.defer();
    });
}

#[test]
fn a_cancelled_tasklet_that_waited_loses_no_item() {
    #[tasklet]
    async fn take(getter: tasklet_core::GetQ<u32>) -> Option<u32> {
        getter.await
    }
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let (cancelled, waiting) = (take(queue.getq()), take(queue.getq()));
        producer.putq(1);
        cancelled.cancel();
        producer.complete();
        assert_eq!(waiting.await, Some(1));
        queue.defer();
    });
}

#[test]
fn a_getter_that_loses_a_race_loses_no_item() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        for round in 0..100 {
            let putting = async {
                producer.putq(round);
                None
            };
            // It has stood in line, and is given the item, but is not polled again.
            assert_eq!(queue.getq().or(putting).await, None);
            assert_eq!(queue.getq().await, Some(round));
        }
        producer.complete();
        assert_eq!(queue.getq().await, None);
        queue.defer();
    });
}

#[test]
fn a_getter_that_moves_between_pollers_wakes_the_last_one() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let mut getter = queue.getq();
        assert!(poll_now(&mut getter).is_pending());
        let waiting = Context::current().spawn(getter);
        producer.putq(1);
        assert_eq!(waiting.await, Some(1));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn a_getter_that_was_ready_is_none_when_it_is_polled_again() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.putq(1);
        let mut getter = queue.getq();
        assert_eq!(poll_now(&mut getter), Poll::Ready(Some(1)));
        assert_eq!(poll_now(&mut getter), Poll::Ready(None));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn a_getter_is_served_though_the_queue_is_gone() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let (first, second) = (queue.getq(), queue.getq());
        queue.defer();
        assert!(producer.putq(1));
        assert_eq!(first.await, Some(1));
        assert!(!producer.is_closed(), "the second waits");
        producer.complete();
        assert_eq!(second.await, None);
    });
}

#[test]
fn a_stream_and_getters_share_a_queue_and_getters_come_first() {
    run(async || {
        let (producer, mut queue) = QueueFuture::new();
        let getter = queue.getq();
        let reading = Context::current().spawn(async move {
            let item = queue.next().await;
            (item, queue.collect::<Vec<_>>().await)
        });
        producer.putq(1);
        producer.add_dependent(after(2));
        producer.putq(3);
        producer.complete();
        assert_eq!(getter.await, Some(1));
        assert_eq!(reading.await, (Some(3), vec![2]));
    });
}

#[test]
fn a_stream_whose_next_is_dropped_loses_no_item() {
    run(async || {
        let (producer, mut queue) = SerialQueueFuture::new();
        assert!(poll_now(queue.next()).is_pending());
        producer.putq(1);
        producer.complete();
        assert_eq!(queue.getq().await, Some(1));
        assert_eq!(queue.next().await, None);
        queue.defer();
    });
}

#[test]
fn streams_adapters_work_on_queues() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        [3, 1, 2].into_iter().for_each(|seconds| {
            producer.add_dependent(after(seconds));
        });
        producer.complete();
        let doubled = queue.map(|x| x * 2).filter(|x| *x < 5);
        assert_eq!(doubled.collect::<Vec<_>>().await, [2, 4]);
    });
}

#[test]
fn all_that_is_left_is_joined_and_makes_room_meanwhile() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::bounded(1);
        let putting = Context::current().spawn(async move {
            for item in [after(2).map(Ok), after(1).map(|_| Err("odd")), after(3).map(Ok)] {
                producer.add_dependent(item).await;
            }
            producer.complete();
        });
        assert_eq!(queue.getq().await, Some(Ok(2)));
        assert_eq!(queue.try_join_all().await, Err("odd"));
        assert!(putting.done(), "the last one was waited for");
        putting.await;

        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(after(2));
        producer.putq(1);
        producer.complete();
        assert_eq!(queue.join_all().await, [1, 2]);
    });
}

#[test]
fn many_getters_that_come_and_go_leave_nothing_behind() {
    within(|| {
        let (producer, queue) = QueueFuture::new();
        let patient = queue.getq();
        for _ in 0..100_000 {
            let mut getter = queue.getq();
            assert!(poll_now(&mut getter).is_pending());
        }
        producer.putq(1);
        producer.complete();
        assert_eq!(patient.get_result(), Some(1));
        queue.defer();
    });
}

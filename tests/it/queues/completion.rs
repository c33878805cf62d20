//! Queues in the order of completion: NDB's testQueueFuture and its kin.

use futures_lite::StreamExt;
use tasklet_core::prelude::*;
use tests::{Log, panic_of_future, poll_now, run, within};

use super::{after, fails_after, panics_after, succeeds_after};

#[test]
fn a_producer_and_a_consumer_meet_and_items_come_as_they_finish() {
    #[tasklet]
    async fn produce(producer: Producer<u64>) {
        for seconds in [3, 1, 2] {
            producer.add_dependent(after(seconds));
        }
        after(4).await;
        producer.putq(0);
        producer.add_dependent(after(1));
        producer.complete();
    }
    #[tasklet]
    async fn consume(queue: QueueFuture<u64>, log: Log) {
        while let Some(item) = queue.getq().await {
            log.add(item);
        }
        log.add("end");
        assert_eq!(queue.getq().await, None, "the end stays");
    }
    run(async || {
        let log = Log::new();
        let (producer, queue) = QueueFuture::new();
        let (producing, consuming) = (produce(producer), consume(queue, log.clone()));
        join!(producing, consuming);
        assert_eq!(log.take(), ["1", "2", "3", "0", "1", "end"]);
    });
}

#[test]
fn what_finishes_before_anybody_asks_comes_in_the_order_of_completion_too() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        [3, 1, 2].into_iter().for_each(|seconds| {
            producer.add_dependent(after(seconds));
        });
        producer.complete();
        after(5).await;
        assert_eq!(queue.collect::<Vec<_>>().await, [1, 2, 3]);
    });
}

#[test]
fn the_queue_has_finished_when_all_in_it_has_whether_or_not_it_was_taken() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(after(1));
        assert!(!queue.done());
        producer.complete();
        assert!(!queue.done());
        assert!(poll_now(queue.finished()).is_pending());
        queue.finished().await;
        assert!(queue.done());
        assert_eq!(queue.getq().await, Some(1));
        queue.defer();
    });
}

#[test]
fn getters_beyond_the_end_get_none_also_if_they_have_asked_before() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let getters: Vec<_> = (0..3).map(|_| Context::current().spawn(queue.getq())).collect();
        producer.add_dependent(after(2));
        producer.complete();
        assert_eq!(getters.join_all().await, [Some(2), None, None]);
        assert_eq!((queue.getq().await, queue.getq().await), (None, None));
        queue.defer();
    });
}

#[test]
fn an_error_is_an_item_and_the_queue_goes_on() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(succeeds_after(1));
        producer.add_dependent(fails_after(3));
        producer.add_dependent(succeeds_after(2));
        producer.add_dependent(succeeds_after(4));
        producer.complete();
        let mut items = Vec::new();
        while let Some(item) = queue.getq().await {
            items.push(item);
        }
        assert_eq!(items, [Ok(1), Ok(2), Err("failed after 3".to_owned()), Ok(4)]);
    });
}

#[test]
fn a_panic_is_for_who_takes_the_item_and_the_queue_goes_on() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(panics_after(1));
        producer.add_dependent(after(2));
        producer.complete();
        assert_eq!(panic_of_future(queue.getq()).await, "panicked after 1");
        assert_eq!(queue.getq().await, Some(2));
        assert_eq!(queue.getq().await, None);
        queue.defer();
    });
}

#[test]
fn an_exception_that_is_set_comes_last_after_what_is_late() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.putq(Ok(0));
        producer.add_dependent(succeeds_after(2));
        producer.set_exception("enough".to_owned());
        assert!(!queue.done());
        let items: Vec<_> = queue.collect().await;
        assert_eq!(items, [Ok(0), Ok(2), Err("enough".to_owned())]);
    });
}

#[test]
fn an_exception_strands_no_getter_though_there_are_more_of_them_than_items() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let getters: Vec<_> = (0..4).map(|_| Context::current().spawn(queue.getq())).collect();
        producer.add_dependent(succeeds_after(2));
        producer.set_exception("enough".to_owned());
        let got = getters.join_all().await;
        assert_eq!(got, [Some(Ok(2)), Some(Err("enough".to_owned())), None, None]);
        queue.defer();
    });
}

#[test]
fn each_clone_of_a_shared_future_is_an_item() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let shared = after(1).shared();
        producer.add_dependent(shared.clone());
        producer.putq(shared);
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [1, 1]);
    });
}

#[test]
fn cancel_stops_the_tasklets_and_the_producer_learns_that_nobody_takes() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(after(1000));
        let waiting = Context::current().spawn(queue.getq());
        queue.cancel();
        Context::current().run0();
        assert!(producer.putq(5), "there is still one who waits");
        assert_eq!(waiting.await, Some(5));
        assert!(producer.is_closed());
        assert!(!producer.putq(6));
        producer.complete();
    });
}

#[test]
fn a_blocked_thread_takes_items() {
    within(|| {
        Context::builder().virtual_time().build().enter(|| {
            let (producer, queue) = QueueFuture::new();
            producer.add_dependent(after(2));
            producer.add_dependent(after(1));
            producer.complete();
            let items: Vec<_> = std::iter::from_fn(|| queue.getq().get_result()).collect();
            assert_eq!(items, [1, 2]);
            queue.defer();
        });
    });
}

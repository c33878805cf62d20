//! Queues in the order of addition: NDB's testSerialQueueFuture and its kin.

use futures_lite::StreamExt;
use tasklet_core::prelude::*;
use tests::{panic_of_future, poll_now, run};

use super::{after, fails_after, panics_after, succeeds_after};

#[test]
fn items_come_in_the_order_of_addition_whenever_they_finish() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        for seconds in [5, 1, 4, 2, 3] {
            producer.add_dependent(after(seconds));
        }
        producer.putq(0);
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [5, 1, 4, 2, 3, 0]);
    });
}

#[test]
fn the_same_future_added_twice_comes_twice() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        let shared = after(2).shared();
        producer.add_dependent(shared.clone());
        producer.add_dependent(after(1));
        producer.add_dependent(shared);
        producer.complete();
        assert_eq!(queue.collect::<Vec<_>>().await, [2, 1, 2]);
    });
}

#[test]
fn a_value_that_is_put_before_it_is_asked_for() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.putq(2);
        assert_eq!(queue.getq().await, Some(2));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn a_value_that_is_asked_for_before_it_is_put() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        let mut getter = queue.getq();
        assert!(poll_now(&mut getter).is_pending());
        producer.putq(2);
        assert_eq!(poll_now(&mut getter), std::task::Poll::Ready(Some(2)));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn a_future_that_is_put_before_it_is_asked_for_may_still_be_running() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.putq(after(2));
        let mut getter = queue.getq();
        assert!(poll_now(&mut getter).is_pending());
        assert_eq!(getter.await, Some(2));
        producer.complete();
        queue.defer();
    });
}

#[test]
fn a_future_that_is_asked_for_before_it_is_put() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        let getter = Context::current().spawn(queue.getq());
        producer.putq(after(2));
        producer.complete();
        assert_eq!(getter.await, Some(2));
        queue.defer();
    });
}

#[test]
fn each_getter_has_its_own_item_so_that_a_later_one_may_be_ready_before() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        let (first, second) = (queue.getq(), queue.getq());
        producer.add_dependent(after(2));
        producer.add_dependent(after(1));
        producer.complete();
        assert_eq!(second.await, Some(1));
        assert_eq!(first.await, Some(2));
        queue.defer();
    });
}

#[test]
fn complete_ends_all_who_wait_at_once() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        let getters: Vec<_> = (0..3).map(|_| Context::current().spawn(queue.getq())).collect();
        let (opener, closed) = tests::gate();
        producer.add_dependent(closed.map(|()| 1));
        producer.complete();
        let mut getters = getters.into_iter();
        let first = getters.next().expect("three");
        assert_eq!(getters.collect::<Vec<_>>().join_all().await, [None, None]);
        assert!(!queue.done(), "an item is not there yet");
        opener.set_result(());
        assert_eq!(first.await, Some(1));
        assert!(queue.done());
        queue.defer();
    });
}

#[test]
fn an_error_goes_to_its_getter_also_after_the_end() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.add_dependent(fails_after(2));
        producer.add_dependent(succeeds_after(1));
        let first = queue.getq();
        producer.complete();
        assert_eq!(first.await, Some(Err("failed after 2".to_owned())));
        assert_eq!(queue.getq().await, Some(Ok(1)));
        assert_eq!(queue.getq().await, None);
        queue.defer();
    });
}

#[test]
fn a_panic_goes_to_its_getter() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.add_dependent(panics_after(2));
        producer.putq(1);
        producer.complete();
        let (first, second) = (queue.getq(), queue.getq());
        assert_eq!(second.await, Some(1));
        assert_eq!(panic_of_future(first).await, "panicked after 2");
        queue.defer();
    });
}

#[test]
fn an_exception_that_is_set_is_for_the_first_who_waits_and_then_it_ends() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::<Result<u64, &str>>::new();
        let getters: Vec<_> = (0..2).map(|_| Context::current().spawn(queue.getq())).collect();
        producer.set_exception("enough");
        assert_eq!(getters.join_all().await, [Some(Err("enough")), None]);
        assert_eq!(queue.getq().await, None);
        queue.defer();
    });
}

#[test]
fn items_that_were_put_before_an_exception_come_before_it() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.putq(Ok(1));
        producer.add_dependent(succeeds_after(2));
        producer.set_exception("enough".to_owned());
        let items: Vec<_> = queue.collect().await;
        assert_eq!(items, [Ok(1), Ok(2), Err("enough".to_owned())]);
    });
}

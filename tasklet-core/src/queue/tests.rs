//! What Miri is to see of queues: the hand-over between threads, and that nothing is left behind
//! where a queue, its futures and their wakers know each other.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::thread;

use futures_lite::future::{block_on, yield_now};

use super::{GetQ, MultiFuture, QueueFuture, ReducingFuture, SerialQueueFuture, TryPutError};
use crate::context::Context;
use crate::future::TaskletFuture;

fn poll_once<T>(getter: &mut GetQ<T>) -> Poll<Option<T>> {
    std::pin::Pin::new(getter).poll(&mut TaskContext::from_waker(Waker::noop()))
}

/// A tasklet that suspends once, in a context of its own.
fn suspends(value: Box<u32>) -> TaskletFuture<Box<u32>> {
    Context::current().spawn(async move {
        yield_now().await;
        value
    })
}

#[test]
fn promises_of_several_threads_meet_a_getter_each() {
    let (producer, queue) = QueueFuture::new();
    let (completers, promises): (Vec<_>, Vec<_>) = (0..3).map(|_| TaskletFuture::promise()).unzip();
    let getters: Vec<_> = (0..3).map(|_| queue.getq()).collect();
    let setters = (0..)
        .zip(completers)
        .map(|(i, completer)| thread::spawn(move || completer.set_result(Box::new(i))));
    let setters: Vec<_> = setters.collect();
    promises.into_iter().for_each(|promise| {
        producer.add_dependent(promise);
    });
    producer.complete();
    let mut got: Vec<_> = getters.into_iter().filter_map(block_on).collect();
    got.sort();
    assert_eq!(got, [0, 1, 2].map(Box::new));
    setters.into_iter().for_each(|setter| setter.join().expect("no panic"));
    queue.defer();
}

#[test]
fn a_getter_goes_away_on_one_thread_while_its_item_comes_on_another() {
    let (producer, queue) = SerialQueueFuture::new();
    let mut leaves = queue.getq();
    assert!(poll_once(&mut leaves).is_pending());
    let putter = thread::spawn(move || {
        producer.putq(Box::new(1));
        producer.complete();
    });
    drop(leaves);
    assert_eq!(block_on(queue.getq()), Some(Box::new(1)));
    assert_eq!(block_on(queue.getq()), None);
    putter.join().expect("no panic");
    queue.defer();
}

#[test]
fn a_bounded_queue_between_threads_hands_room_back_and_forth() {
    let (producer, queue) = QueueFuture::bounded(1);
    let putter = thread::spawn(move || {
        block_on(async {
            for i in 0..4 {
                assert!(producer.putq(Box::new(i)).await);
            }
            producer.complete();
        });
    });
    let mut got = Vec::new();
    while let Some(item) = block_on(queue.getq()) {
        got.push(*item);
    }
    assert_eq!(got, [0, 1, 2, 3]);
    putter.join().expect("no panic");
    queue.defer();
}

#[test]
fn a_queue_goes_away_before_what_it_waits_for() {
    let context = Context::new();
    let producer = context.enter(|| {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(suspends(Box::new(1)));
        producer.putq(Box::new(2));
        let mut getter = queue.getq();
        assert_eq!(poll_once(&mut getter), Poll::Ready(Some(Box::new(2))));
        producer
    });
    assert!(producer.is_closed());
    context.run();
    producer.complete();
}

#[test]
fn a_context_that_is_stopped_takes_its_queues_along() {
    let context = Context::new();
    context.enter(|| {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(suspends(Box::new(1)));
        let waiting = Context::current().spawn(async move {
            let item = queue.getq().await;
            (item, queue)
        });
        producer.complete();
        waiting.cancel();
    });
    context.run();
}

#[test]
fn lists_and_reductions_are_made_of_what_other_threads_add() {
    let (producer, list) = MultiFuture::new();
    let (adder, sum) = ReducingFuture::with_batch(2, |values: Vec<u32>| values.iter().sum::<u32>());
    let other = thread::spawn(move || {
        let context = Context::new();
        context.enter(|| {
            producer.add_dependent(suspends(Box::new(1)));
            producer.putq(Box::new(2));
            (0..5).for_each(|i| {
                adder.putq(i);
            });
        });
        producer.complete();
        adder.complete();
        context.run();
    });
    assert_eq!(list.get_result(), [1, 2].map(Box::new));
    assert_eq!(sum.get_result(), Some(10));
    other.join().expect("no panic");
}

#[test]
fn what_does_not_fit_and_what_nobody_wants_is_dropped_once() {
    let item = Arc::new(());
    let (producer, queue) = QueueFuture::bounded(1);
    assert!(producer.try_putq(Arc::clone(&item)).is_ok());
    let Err(TryPutError::Full(refused)) = producer.try_putq(Arc::clone(&item)) else {
        panic!("it is full")
    };
    drop(refused);
    assert_eq!(Arc::strong_count(&item), 2);
    queue.cancel();
    assert_eq!(Arc::strong_count(&item), 1);
    assert!(!block_on(producer.putq(Arc::clone(&item))));
    assert_eq!(Arc::strong_count(&item), 1);
    producer.complete();
}

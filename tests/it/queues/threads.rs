//! Several threads and contexts, and large numbers on a small stack.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use futures_lite::StreamExt;
use tasklet_core::prelude::*;
use tests::{Log, gate, within, yield_now};

const MANY: u64 = 100_000;

#[tasklet]
async fn yields(x: u64) -> u64 {
    yield_now().await;
    x
}

/// Runs the body on a thread with the stack that a thread of std has.
fn on_a_small_stack(body: impl FnOnce() + Send + 'static) {
    within(|| {
        let builder = thread::Builder::new().stack_size(2 << 20);
        builder.spawn(body).expect("a thread").join().expect("no panic");
    });
}

#[test]
fn very_many_dependents_complete_at_once_on_a_small_stack() {
    on_a_small_stack(|| {
        let (opener, closed) = gate();
        let closed = closed.shared();
        let waits = |i| {
            let closed = closed.clone();
            Context::current().spawn(async move {
                closed.await;
                i
            })
        };
        let (producer, list) = MultiFuture::new();
        let (other, queue) = QueueFuture::new();
        let (third, total) = ReducingFuture::new(|v: Vec<u64>| v.into_iter().sum::<u64>());
        // Promises complete where the loop below stands, with no tasklet in between.
        let promises: Vec<_> = (0..MANY)
            .map(|i| {
                let (completer, promise) = TaskletFuture::promise();
                list_add(&producer, promise);
                (completer, i)
            })
            .collect();
        (0..1000).for_each(|i| {
            other.add_dependent(waits(i));
            third.add_dependent(waits(i));
        });
        [producer, other, third].into_iter().for_each(Producer::complete);
        promises.into_iter().for_each(|(completer, i)| completer.set_result(i));
        opener.set_result(());
        closed.defer();
        assert!(list.get_result().into_iter().eq(0..MANY));
        assert_eq!(total.get_result(), Some(1000 * 999 / 2));
        assert_eq!(futures_lite::future::block_on(queue.count()), 1000);
    });

    fn list_add(producer: &Producer<u64>, promise: TaskletFuture<u64>) {
        producer.add_dependent(promise);
    }
}

#[test]
fn very_many_tasklets_go_through_each_kind_of_queue() {
    on_a_small_stack(|| {
        let (producer, queue) = SerialQueueFuture::new();
        (0..MANY).for_each(|i| {
            producer.add_dependent(yields(i));
        });
        producer.complete();
        let items: Vec<_> = futures_lite::future::block_on(queue.collect());
        assert!(items.into_iter().eq(0..MANY));

        let (producer, queue) = QueueFuture::new();
        let getters: Vec<_> = (0..MANY).map(|_| queue.getq()).collect();
        (0..MANY).for_each(|i| {
            producer.add_dependent(yields(i));
        });
        producer.complete();
        let sum: u64 = getters.into_iter().filter_map(tasklet_core::GetQ::get_result).sum();
        assert_eq!(sum, MANY * (MANY - 1) / 2);
        queue.defer();

        let (producer, queue) = QueueFuture::new();
        (0..MANY).for_each(|i| {
            producer.add_dependent(yields(i));
        });
        drop(queue);
        producer.complete();
        Context::current().run();
    });
}

#[test]
fn a_chain_of_queues_each_with_the_next_completes_on_a_small_stack() {
    #[tasklet]
    async fn link(depth: u64) -> u64 {
        let (producer, queue) = QueueFuture::new();
        if 0 < depth {
            producer.add_dependent(link(depth - 1));
        } else {
            producer.add_dependent(yields(0));
        }
        producer.complete();
        queue.fold(depth, |sum, item| sum.max(item)).await
    }
    on_a_small_stack(|| assert_eq!(link(10_000).get_result(), 10_000));
}

#[test]
fn several_threads_add_and_several_take_and_each_item_arrives_once() {
    const EACH: u64 = 3_000;
    static SUM: AtomicU64 = AtomicU64::new(0);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    within(|| {
        let (producer, queue) = QueueFuture::new();
        let queue = std::sync::Arc::new(queue);
        thread::scope(|scope| {
            for thread in 0..3 {
                let producer = producer.clone();
                scope.spawn(move || {
                    for i in 0..EACH {
                        match i % 3 {
                            0 => producer.putq(thread * EACH + i),
                            1 => producer.add_dependent(yields(thread * EACH + i)),
                            _ => {
                                let (completer, promise) = TaskletFuture::promise();
                                let added = producer.add_dependent(promise);
                                completer.set_result(thread * EACH + i);
                                added
                            }
                        };
                    }
                    producer.complete();
                });
            }
            producer.complete();
            for taker in 0..3 {
                let queue = std::sync::Arc::clone(&queue);
                scope.spawn(move || {
                    loop {
                        // Some are asked for and left again.
                        if taker == 1 {
                            drop((queue.getq(), queue.getq()));
                        }
                        let Some(item) = queue.getq().get_result() else { break };
                        SUM.fetch_add(item, Relaxed);
                        COUNT.fetch_add(1, Relaxed);
                    }
                });
            }
        });
        let all = 3 * EACH;
        assert_eq!((COUNT.load(Relaxed), SUM.load(Relaxed)), (all, all * (all - 1) / 2));
    });
}

#[test]
fn promises_of_other_threads_complete_a_list_in_order() {
    within(|| {
        for _ in 0..200 {
            let (producer, list) = MultiFuture::new();
            let completers: Vec<_> = (0..4)
                .map(|i| {
                    let (completer, promise) = TaskletFuture::promise();
                    producer.add_dependent(promise);
                    thread::spawn(move || completer.set_result(i))
                })
                .collect();
            producer.complete();
            assert_eq!(list.get_result(), [0, 1, 2, 3]);
            completers.into_iter().for_each(|thread| thread.join().expect("no panic"));
        }
    });
}

#[test]
fn whoever_waits_drives_the_contexts_of_the_futures() {
    within(|| {
        // Nobody else drives these two contexts, nor the one of this thread.
        let (one, two) = (Context::new(), Context::new());
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(one.enter(|| yields(1)));
        let later = producer.clone();
        two.enter(|| later.add_dependent(yields(2)));
        producer.complete();
        later.complete();
        let sum = futures_lite::future::block_on(queue.fold(0, |sum, item| sum + item));
        assert_eq!(sum, 3);
    });
}

#[test]
fn who_waits_already_learns_of_a_context_that_comes_later() {
    within(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let waker = super::waker_fn(move || sender.send(()).expect("the test listens"));
        let (producer, queue) = QueueFuture::new();
        let mut getter = queue.getq();
        let mut cx = std::task::Context::from_waker(&waker);
        assert!(std::pin::Pin::new(&mut getter).poll(&mut cx).is_pending());
        // Nobody drives this context, so that whoever waits must look again, and do it.
        let context = Context::new();
        context.enter(|| producer.add_dependent(yields(1)));
        assert_eq!(receiver.try_recv(), Ok(()));
        producer.complete();
        assert_eq!(futures_lite::future::block_on(getter), Some(1));
        queue.defer();
    });
}

#[test]
fn a_handler_and_its_tasklets_use_a_queue_in_their_own_context() {
    #[toplevel]
    async fn handler(log: Log) -> u64 {
        let (producer, mut queue) = QueueFuture::new();
        (1..=3).for_each(|i| {
            producer.add_dependent(yields(i));
        });
        producer.complete();
        let mut sum = 0;
        while let Some(item) = queue.next().await {
            log.add(item);
            sum += item;
        }
        sum
    }
    within(|| {
        let log = Log::new();
        assert_eq!(futures_lite::future::block_on(handler(log.clone())), 6);
        assert_eq!(log.take(), ["1", "2", "3"]);
    });
}

//! Results as they come. Cases 60 to 65 and 78.

use std::time::Duration;

use futures_lite::StreamExt;
use tasklet_core::prelude::*;
use tests::{gate, run};

const TICK: Duration = Duration::from_millis(10);

type Item = Result<u32, &'static str>;

/// 60. testQueueFuture (legacy tasklets_test.py:328): a producer and a consumer that know nothing
/// of each other; results come in the order of their completion, then the end, which is `None`
/// where NDB raises an `EOFError`, and stays so. The queue is a `Stream` as well.
#[test]
fn test_queue_future() {
    #[tasklet]
    async fn produce_one(i: u32) -> u32 {
        sleep(TICK * (10 - i)).await;
        i
    }
    #[tasklet]
    async fn producer(q: Producer<u32>) {
        q.putq(0);
        (1..10).for_each(|i| assert!(q.add_dependent(produce_one(i))));
        q.complete();
    }
    #[tasklet]
    async fn consumer(q: QueueFuture<u32>) {
        let mut expected = [0].into_iter().chain((1..10).rev());
        while let Some(val) = q.getq().await {
            assert_eq!(Some(val), expected.next());
        }
        assert_eq!(expected.next(), None);
        q.finished().await;
        assert_eq!(q.getq().get_result(), None);
        assert_eq!(q.getq().await, None);
    }
    #[tasklet]
    async fn foo() {
        let (put, q) = QueueFuture::new();
        join!(producer(put), consumer(q));
    }
    run(async || {
        foo().await;
        let (put, q) = QueueFuture::new();
        producer(put).await;
        assert_eq!(q.collect::<Vec<_>>().await, [0, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });
}

/// 61. testQueueFuture_Complete (legacy tasklets_test.py:356): those who stand in line when the
/// queue ends, and those who come later, get the end.
#[test]
fn test_queue_future_complete() {
    run(async || {
        let (put, qf) = QueueFuture::new();
        put.putq(1);
        let (f2, future) = TaskletFuture::promise();
        put.putq(future);
        let (g1, g2, g3) = (qf.getq(), qf.getq(), qf.getq());
        f2.set_result(2);
        Context::current().run();
        put.complete();
        assert_eq!((g1.get_result(), g2.get_result(), g3.get_result()), (Some(1), Some(2), None));
        assert_eq!(qf.getq().get_result(), None);
    });
}

/// 62. testQueueFuture_SetException (legacy tasklets_test.py:374): what was added before an
/// exception is set is delivered before it, also what completes later. In NDB the exception is then
/// delivered again and again; here it is the last item, and then is the end.
#[test]
fn test_queue_future_set_exception() {
    run(async || {
        let (put, qf) = QueueFuture::<Item>::new();
        put.putq(TaskletFuture::ready(Ok(1)));
        put.putq(Ok(2));
        let (f3, future) = TaskletFuture::promise();
        f3.set_exception("ZeroDivisionError");
        put.putq(future);
        let (f4, future) = TaskletFuture::promise();
        put.putq(future);
        put.set_exception("KeyError");
        f4.set_result(Ok(4));
        let mut items = Vec::new();
        while let Some(item) = qf.getq().await {
            items.push(item);
        }
        let expected = [Ok(1), Ok(2), Err("ZeroDivisionError"), Ok(4), Err("KeyError")];
        assert_eq!(items, expected);
        assert_eq!((qf.getq().await, qf.getq().await), (None, None));
    });
}

/// 63. testQueueFuture_SetExceptionAlternative (legacy tasklets_test.py:405): whoever waits already
/// gets the exception.
#[test]
fn test_queue_future_set_exception_alternative() {
    run(async || {
        let (put, qf) = QueueFuture::<Item>::new();
        let g1 = qf.getq();
        put.set_exception("KeyError");
        assert_eq!(g1.get_result(), Some(Err("KeyError")));
    });
}

/// 64. testQueueFuture_ItemException (legacy tasklets_test.py:412): the error of an item is its
/// slot's, in the order of completion, and the queue goes on.
#[test]
fn test_queue_future_item_exception() {
    run(async || {
        let (put, qf) = QueueFuture::<Item>::new();
        put.putq(Ok(1));
        let (f2, future) = TaskletFuture::promise();
        put.putq(future);
        put.putq(TaskletFuture::ready(Ok(3)));
        let (f4, future) = TaskletFuture::promise();
        f4.set_exception("ZeroDivisionError");
        put.putq(future);
        let (f5, future) = TaskletFuture::promise();
        put.putq(future);
        put.complete();
        f2.set_result(Ok(2));
        Context::current().run();
        f5.set_exception("KeyError");
        let items = qf.collect::<Vec<_>>().await;
        assert_eq!(items, [Ok(1), Ok(3), Err("ZeroDivisionError"), Ok(2), Err("KeyError")]);
    });
}

/// 65. New: when an exception is set while something is still running, and more wait than there
/// will be items, all of them are woken (in NDB the surplus waits for ever).
#[test]
fn test_queue_future_set_exception_wakes_surplus_waiters() {
    run(async || {
        let (put, qf) = QueueFuture::<Item>::new();
        let (f1, future) = TaskletFuture::promise();
        put.putq(future);
        let waiters: Vec<_> = (0..4).map(|_| Context::current().spawn(qf.getq())).collect();
        put.set_exception("KeyError");
        f1.set_result(Ok(1));
        let results = waiters.join_all().await;
        assert_eq!(results, [Some(Ok(1)), Some(Err("KeyError")), None, None]);
    });
}

/// 78. New: a future that is added twice counts once in some of NDB's classes and twice in others.
/// Here a future can be added once, and each share of it is an item of its own, in all four.
#[test]
fn test_each_share_of_a_future_is_an_item() {
    run(async || {
        let (opener, closed) = gate();
        let shared = closed.map(|()| 21).shared();
        let (multi, of_multi) = MultiFuture::new();
        let (queue, of_queue) = QueueFuture::new();
        let (serial, of_serial) = SerialQueueFuture::new();
        let (sum, of_sum) = ReducingFuture::new(|values: Vec<u32>| values.iter().sum::<u32>());
        for producer in [multi, queue, serial, sum] {
            producer.add_dependent(shared.clone());
            producer.add_dependent(shared.clone());
            producer.complete();
        }
        opener.set_result(());
        assert_eq!(of_multi.await, [21, 21]);
        assert_eq!(of_queue.collect::<Vec<_>>().await, [21, 21]);
        assert_eq!(of_serial.collect::<Vec<_>>().await, [21, 21]);
        assert_eq!((of_sum.await, shared.await), (Some(42), 21));
    });
}

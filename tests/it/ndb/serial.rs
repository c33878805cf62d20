//! Results in the order in which they were asked for. Cases 66 to 71.

use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, run};

const TICK: Duration = Duration::from_millis(10);

type Item = Result<u32, &'static str>;

/// 66. testSerialQueueFuture (legacy tasklets_test.py:446): results come in the order of adding,
/// whatever the order of completion, and then the end.
#[test]
fn test_serial_queue_future() {
    // NDB's test throws dice.
    const TICKS: [u32; 10] = [3, 9, 0, 4, 7, 1, 1, 8, 0, 5];
    #[tasklet]
    async fn produce_one(i: usize, log: Log) -> usize {
        sleep(TICK * TICKS[i]).await;
        log.add(i);
        i
    }
    #[tasklet]
    async fn producer(q: Producer<usize>, log: Log) {
        (0..10).for_each(|i| assert!(q.add_dependent(produce_one(i, log.clone()))));
        q.complete();
    }
    #[tasklet]
    async fn consumer(q: SerialQueueFuture<usize>) {
        let mut expected = 0..10;
        while let Some(val) = q.getq().await {
            assert_eq!(Some(val), expected.next());
        }
        assert_eq!(expected.next(), None);
        q.finished().await;
        assert_eq!(q.getq().get_result(), None);
        q.finished().await;
    }
    #[tasklet]
    async fn foo(log: Log) {
        let (put, q) = SerialQueueFuture::new();
        join!(producer(put, log), consumer(q));
    }
    run(async || {
        let log = Log::new();
        foo(log.clone()).await;
        assert_eq!(log.take(), ["2", "8", "5", "6", "0", "3", "9", "4", "7", "1"]);
    });
}

/// 67. testSerialQueueFuture_Complete (legacy tasklets_test.py:474): whoever waits gets the end.
#[test]
fn test_serial_queue_future_complete() {
    run(async || {
        let (put, sqf) = SerialQueueFuture::<Item>::new();
        let g1 = sqf.getq();
        put.complete();
        assert_eq!(g1.get_result(), None);
    });
}

/// 68. testSerialQueueFuture_SetException (legacy tasklets_test.py:480): whoever waits gets the
/// exception.
#[test]
fn test_serial_queue_future_set_exception() {
    run(async || {
        let (put, sqf) = SerialQueueFuture::<Item>::new();
        let g1 = sqf.getq();
        put.set_exception("KeyError");
        assert_eq!(g1.get_result(), Some(Err("KeyError")));
    });
}

/// 69. testSerialQueueFuture_ItemException (legacy tasklets_test.py:486): the error of an item goes
/// to whom the item belongs to, also after the queue was completed.
#[test]
fn test_serial_queue_future_item_exception() {
    run(async || {
        let (put, sqf) = SerialQueueFuture::<Item>::new();
        let (g1, g2) = (sqf.getq(), sqf.getq());
        let (f1, future) = TaskletFuture::promise();
        put.putq(future);
        put.complete();
        f1.set_exception("ZeroDivisionError");
        assert_eq!(g2.get_result(), None);
        assert_eq!(g1.get_result(), Some(Err("ZeroDivisionError")));
    });
}

/// 70. testSerialQueueFuture_PutQ_1, _2, _3, _4 (legacy tasklets_test.py:495-516): a value or a
/// future, put in before it is asked for or after.
#[test]
fn test_serial_queue_future_put_q() {
    for (asked_first, is_future) in [(false, true), (false, false), (true, false), (true, true)] {
        run(async move || {
            let (put, sqf) = SerialQueueFuture::<Item>::new();
            let g1 = asked_first.then(|| sqf.getq());
            if is_future {
                let (f1, future) = TaskletFuture::promise();
                put.putq(future);
                put.complete();
                f1.set_result(Ok(1));
            } else {
                put.putq(Ok(1));
                put.complete();
            }
            let g1 = g1.unwrap_or_else(|| sqf.getq());
            assert_eq!(g1.get_result(), Some(Ok(1)));
            assert_eq!(sqf.getq().get_result(), None);
        });
    }
}

/// 71. testSerialQueueFuture_GetQ (legacy tasklets_test.py:525): who asks after an exception was
/// set gets it.
#[test]
fn test_serial_queue_future_get_q() {
    run(async || {
        let (put, sqf) = SerialQueueFuture::<Item>::new();
        put.set_exception("KeyError");
        assert_eq!(sqf.getq().get_result(), Some(Err("KeyError")));
        assert_eq!(sqf.getq().get_result(), None);
    });
}

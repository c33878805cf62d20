//! Many loads, one call: batches leave when nothing else can run, and answers find their way.
//!
//! The backend writes a line for each call, so that a test pins which calls there were, with what,
//! and in which order.

use std::sync::{Arc, Barrier, LazyLock};
use std::thread;

use tasklet_core::{
    Batch, BatchError, BatchResults, Batcher, CALLS_IN_FLIGHT_MAX, Context, JoinAll,
    READ_ITEMS_MAX, TaskletFuture, TryJoinAll, WRITE_ITEMS_MAX, sleep, synctasklet, tasklet,
    toplevel,
};
use tests::backend::{Squares, Writes};
use tests::{Log, gate, poll_now, run, within, yield_now};

fn squares() -> (Log, Batcher<Squares>) {
    let log = Log::new();
    (log.clone(), Batcher::new(Squares::new(&log)))
}

#[tasklet]
async fn square(squares: Batcher<Squares>, number: u32) -> u64 {
    squares.load(number).await.expect("it has a square")
}

#[test]
fn what_several_tasklets_load_in_one_turn_is_one_call() {
    run(async || {
        let (log, batcher) = squares();
        let three: Vec<_> = [3, 1, 2].map(|number| square(batcher.clone(), number)).into();
        assert!(log.peek().is_empty(), "nothing is sent while something can run");
        assert_eq!(three.join_all().await, [9, 1, 4]);
        assert_eq!(log.take(), ["read [3, 1, 2]"]);
    });
}

#[test]
fn who_is_ready_later_in_the_turn_gets_into_the_batch_and_sleepers_do_not() {
    #[tasklet]
    async fn late(squares: Batcher<Squares>, turns: u32) -> u64 {
        for _ in 0..turns {
            yield_now().await;
        }
        squares.load(turns).await.expect("it has a square")
    }
    #[tasklet]
    async fn sleeper(squares: Batcher<Squares>) -> u64 {
        sleep(std::time::Duration::from_secs(1)).await;
        squares.load(9).await.expect("it has a square")
    }
    run(async || {
        let (log, batcher) = squares();
        let sleeper = sleeper(batcher.clone());
        let late: Vec<_> = [5, 0, 2].map(|turns| late(batcher.clone(), turns)).into();
        assert_eq!(late.join_all().await, [25, 0, 4]);
        assert_eq!(sleeper.await, 81);
        assert_eq!(log.take(), ["read [0, 2, 5]", "read [9]"]);
    });
}

#[test]
fn ten_thousand_chains_of_three_loads_are_three_calls() {
    #[tasklet]
    async fn chain(squares: Batcher<Squares>, number: u32) -> u64 {
        let mut last = 0;
        for level in 0..3 {
            last = squares.load(number + level).await.expect("it has a square");
        }
        last
    }
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).items_max(10_000).build();
        let chains: Vec<_> = (0..10_000).map(|number| chain(batcher.clone(), number)).collect();
        let results = chains.join_all().await;
        assert!((0..10_000).map(|number| (number + 2_u64).pow(2)).eq(results));
        assert_eq!(log.take().len(), 3);
    });
}

#[test]
fn equal_keys_are_one_item_and_each_caller_gets_its_value() {
    run(async || {
        let (log, batcher) = squares();
        let five = [2, 3, 2, 2, 3].map(|number| batcher.load(number));
        assert_eq!(five.try_join_all().await.ok(), Some([4, 9, 4, 4, 9]));
        assert_eq!(log.take(), ["read [2, 3]"]);
        assert_eq!(batcher.load(2).await.ok(), Some(4));
        assert_eq!(log.take(), ["read [2]"], "without a cache it is read anew");
    });
}

#[test]
fn a_full_batch_is_sent_on_the_spot_and_the_rest_when_all_wait() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).items_max(25).build();
        let all: Vec<_> = (0..49).map(|number| batcher.load(number)).collect();
        let calls = log.take();
        assert_eq!(calls, [format!("read {:?}", (0..25).collect::<Vec<_>>())]);
        let results = all.try_join_all().await.expect("each has a square");
        assert_eq!(results[48], 48 * 48);
        assert_eq!(log.take(), [format!("read {:?}", (25..49).collect::<Vec<_>>())]);
    });
}

#[test]
fn equal_keys_do_not_fill_a_batch() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).items_max(2).build();
        let four = [7, 7, 7, 7].map(|number| batcher.load(number));
        assert!(log.peek().is_empty());
        assert_eq!(four.try_join_all().await.ok(), Some([49; 4]));
        assert_eq!(log.take(), ["read [7]"]);
    });
}

#[test]
fn more_keys_than_a_call_takes_are_split() {
    run(async || {
        let log = Log::new();
        let (reads, writes) = (Batcher::new(Squares::new(&log)), Batcher::new(Writes::new(&log)));
        let keys = || 0..u32::try_from(READ_ITEMS_MAX).expect("it is a thousand") + 1;
        let got: Vec<_> = keys().map(|key| reads.load(key)).collect();
        assert_eq!(got.try_join_all().await.map(|got| got.len()).ok(), Some(READ_ITEMS_MAX + 1));
        let put: Vec<_> = keys().map(|key| writes.load((key + 1000, "put"))).collect();
        assert_eq!(put.try_join_all().await.map(|put| put.len()).ok(), Some(READ_ITEMS_MAX + 1));
        let items = |call: &String| call.split(", ").count();
        let calls: Vec<_> = log.take().iter().map(items).collect();
        assert_eq!(calls, [READ_ITEMS_MAX, 1, WRITE_ITEMS_MAX, WRITE_ITEMS_MAX, 1]);
    });
}

#[test]
fn flush_sends_at_once_what_nobody_awaits() {
    run(async || {
        let (log, batcher) = squares();
        batcher.load(1).defer();
        assert!(log.peek().is_empty());
        batcher.flush();
        assert_eq!(log.take(), ["read [1]"]);
        batcher.flush();
        assert_eq!(batcher.load(2).await.ok(), Some(4));
        assert_eq!(log.take(), ["read [2]"]);
    });
}

#[test]
fn the_contexts_flush_sends_for_all_batchers_in_the_order_of_their_first_items() {
    run(async || {
        let log = Log::new();
        let (reads, writes) = (Batcher::new(Squares::new(&log)), Batcher::new(Writes::new(&log)));
        writes.load((1, "put")).defer();
        reads.load(1).defer();
        writes.load((2, "put")).defer();
        Context::current().flush();
        assert_eq!(log.take(), ["write: put 1, put 2", "read [1]"]);
    });
}

#[test]
fn a_batch_in_flight_does_not_hold_up_the_next_one() {
    run(async || {
        let (log, batcher) = squares();
        let opener = batcher.batch().hold();
        let slow = batcher.load(1);
        batcher.flush();
        assert_eq!(batcher.load(2).await.ok(), Some(4));
        assert!(!slow.done());
        opener.set_result(());
        assert_eq!(slow.await.ok(), Some(1));
        assert_eq!(log.take(), ["read [1]", "read [2]"]);
    });
}

#[test]
fn at_the_limit_of_calls_the_next_batch_waits_and_takes_in_what_comes() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).in_flight_max(1).build();
        let opener = batcher.batch().hold();
        let first = batcher.load(1);
        batcher.flush();
        let second = batcher.load(2);
        batcher.flush();
        let third = batcher.load(3);
        yield_now().await;
        assert_eq!(log.take(), ["read [1]"]);
        opener.set_result(());
        assert_eq!([first, second, third].try_join_all().await.ok(), Some([1, 4, 9]));
        assert_eq!(log.take(), ["read [2, 3]"]);
    });
}

#[test]
fn no_more_calls_are_under_way_than_the_limit() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).items_max(1).build();
        let openers: Vec<_> = (0..=CALLS_IN_FLIGHT_MAX).map(|_| batcher.batch().hold()).collect();
        let loads: Vec<_> = (0..100).map(|number| batcher.load(number)).collect();
        assert_eq!(log.take().len(), CALLS_IN_FLIGHT_MAX);
        openers.into_iter().for_each(|opener| opener.set_result(()));
        assert_eq!(loads.try_join_all().await.map(|all| all.len()).ok(), Some(100));
        assert_eq!(log.take().len(), 100 - CALLS_IN_FLIGHT_MAX);
    });
}

#[test]
fn it_works_in_a_plain_main_in_blocking_code_and_nested_in_a_tasklet() {
    #[tasklet]
    async fn nested(squares: Batcher<Squares>) -> u64 {
        yield_now().await;
        let other = squares.load(3);
        squares.load(2).get_result().expect("it has a square") + other.await.expect("it, too")
    }
    #[synctasklet]
    async fn sync(squares: &Batcher<Squares>) -> u64 {
        let (one, other) = (squares.load(4), squares.load(5));
        one.await.expect("it has a square") + other.await.expect("it, too")
    }
    #[toplevel]
    fn blocking(squares: &Batcher<Squares>) -> u64 {
        squares.load(7).defer();
        squares.load(6).get_result().expect("it has a square")
    }
    within(|| {
        let (log, batcher) = squares();
        let (one, other) = (batcher.load(1), batcher.load(2));
        assert_eq!(one.get_result().ok(), Some(1));
        assert_eq!(other.get_result().ok(), Some(4));
        assert_eq!(log.take(), ["read [1, 2]"]);
        assert_eq!(nested(batcher.clone()).get_result(), 13);
        assert_eq!(log.take(), ["read [3, 2]"]);
        assert_eq!(sync(&batcher), 41);
        assert_eq!(log.take(), ["read [4, 5]"]);
        assert_eq!(blocking(&batcher), 36);
        assert_eq!(log.take(), ["read [7, 6]"]);
    });
}

#[cfg(feature = "tokio")]
#[test]
fn it_works_in_toplevels_on_tokio() {
    #[toplevel]
    async fn handler(squares: Batcher<Squares>, number: u32) -> u64 {
        tokio::task::yield_now().await;
        squares.load(number + 1).defer();
        square(squares, number).await
    }
    within(|| {
        let (log, batcher) = squares();
        let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
        let spawned: Vec<_> =
            (0..20).map(|number| runtime.spawn(handler(batcher.clone(), number))).collect();
        for (number, handler) in (0..20_u64).zip(spawned) {
            assert_eq!(runtime.block_on(handler).expect("no panic"), number * number);
        }
        let mut calls = log.take();
        calls.sort();
        let mut expected: Vec<_> = (0..20).map(|n| format!("read [{}, {n}]", n + 1)).collect();
        expected.sort();
        assert_eq!(calls, expected, "a call for each request");
    });
}

#[test]
fn a_toplevel_sends_what_was_deferred_before_it_ends() {
    #[toplevel]
    async fn handler(squares: Batcher<Squares>) {
        squares.load(1).defer();
    }
    run(async || {
        let (log, batcher) = squares();
        let opener = batcher.batch().hold();
        let mut handler = Box::pin(handler(batcher));
        assert!(poll_now(&mut handler).is_pending(), "and it waits for the answer");
        assert_eq!(log.take(), ["read [1]"]);
        opener.set_result(());
        handler.await;
    });
}

#[test]
fn a_context_that_is_dropped_is_finished_with_its_batches() {
    within(|| {
        let (log, batcher) = squares();
        let (completer, done) = TaskletFuture::promise();
        let context = Context::new();
        context.enter(|| {
            let load = batcher.load(3);
            context.spawn(async move { completer.set_result(load.await.ok()) }).defer();
        });
        drop(context);
        assert_eq!(done.get_result(), Some(9));
        assert_eq!(log.take(), ["read [3]"]);
    });
}

#[test]
fn items_of_different_contexts_never_share_a_call() {
    static LOG: LazyLock<Log> = LazyLock::new(Log::new);
    static BATCHER: LazyLock<Batcher<Squares>> = LazyLock::new(|| Batcher::new(Squares::new(&LOG)));
    #[toplevel]
    async fn handler(number: u32, gate: TaskletFuture<()>) -> u64 {
        let load = BATCHER.load(number);
        gate.await;
        load.await.expect("it has a square")
    }
    run(async || {
        let ((open_one, one), (open_other, other)) = (gate(), gate());
        let mut one = Box::pin(handler(1, one));
        let mut other = Box::pin(handler(2, other));
        assert!(poll_now(&mut one).is_pending() && poll_now(&mut other).is_pending());
        open_one.set_result(());
        open_other.set_result(());
        assert_eq!((other.await, one.await), (4, 1));
        assert_eq!(LOG.take(), ["read [1]", "read [2]"]);
    });
}

#[test]
fn batchers_of_one_type_are_kept_apart() {
    run(async || {
        let ((one_log, one), (other_log, other)) = (squares(), squares());
        let loads = [one.load(1), other.load(2), one.load(3), other.load(4)];
        assert_eq!(loads.try_join_all().await.ok(), Some([1, 4, 9, 16]));
        assert_eq!(one_log.take(), ["read [1, 3]"]);
        assert_eq!(other_log.take(), ["read [2, 4]"]);
    });
}

#[test]
fn a_batcher_may_be_dropped_before_its_batch_is_sent() {
    run(async || {
        let (log, batcher) = squares();
        let load = batcher.load(5);
        drop(batcher);
        assert_eq!(load.await.ok(), Some(25));
        assert_eq!(log.take(), ["read [5]"]);
        let (log, batcher) = squares();
        assert_eq!(batcher.load(6).await.ok(), Some(36));
        assert_eq!(log.take(), ["read [6]"]);
    });
}

#[test]
fn a_first_caller_that_is_cancelled_does_not_hurt_the_others() {
    run(async || {
        let (log, batcher) = squares();
        let (first, second) = (batcher.load(4), batcher.load(4));
        first.cancel();
        assert_eq!(second.await.ok(), Some(16));
        let (first, second) = (batcher.load(5), batcher.load(5));
        batcher.flush();
        first.cancel();
        assert_eq!(second.await.ok(), Some(25), "cancelled while its call runs");
        assert_eq!(log.take(), ["read [4]", "read [5]"]);
    });
}

#[test]
fn a_read_that_nobody_waits_for_any_more_is_left_out() {
    run(async || {
        let (log, batcher) = squares();
        let [one, two, three] = [1, 2, 3].map(|number| batcher.load(number));
        two.cancel();
        assert_eq!([one, three].try_join_all().await.ok(), Some([1, 9]));
        batcher.load(4).cancel();
        batcher.flush();
        let again = batcher.load(4);
        assert_eq!(again.await.ok(), Some(16));
        assert_eq!(log.take(), ["read [1, 3]", "read [4]"]);
    });
}

#[test]
fn a_call_may_load_from_its_own_batcher() {
    static LOG: LazyLock<Log> = LazyLock::new(Log::new);
    static SUMS: LazyLock<Batcher<Sums>> = LazyLock::new(|| Batcher::new(Sums));
    /// Sums of digits, by way of the sum of all but the last.
    struct Sums;
    impl Batch for Sums {
        const NAME: &'static str = "sums";
        type Item = u32;
        type Key = u32;
        type Options = ();
        type Value = u32;
        type Error = String;

        fn key(&self, number: &u32) -> u32 {
            *number
        }

        async fn call(&self, numbers: Vec<u32>, _: ()) -> BatchResults<u32, String> {
            LOG.add(format!("{numbers:?}"));
            let above: Vec<_> = numbers.iter().map(|number| number / 10).collect();
            let above = above.into_iter().map(|above| match above {
                0 => TaskletFuture::ready(Ok(0)),
                _ => SUMS.load(above),
            });
            let above = above.collect::<Vec<_>>().join_all().await;
            let sum = |(above, number): (Result<u32, _>, &u32)| {
                above
                    .map(|above| above + number % 10)
                    .map_err(|error: BatchError<_>| error.to_string())
            };
            Ok(above.into_iter().zip(&numbers).map(sum).collect())
        }
    }
    run(async || {
        let sums = [123, 124, 7].map(|number| SUMS.load(number));
        assert_eq!(sums.try_join_all().await.ok(), Some([6, 7, 7]));
        assert_eq!(LOG.take(), ["[123, 124, 7]", "[12]", "[1]"]);
    });
}

#[test]
fn threads_use_one_batcher_each_in_a_context_of_its_own() {
    within(|| {
        let (log, batcher) = squares();
        let start = Arc::new(Barrier::new(4));
        let threads = [1, 2, 3, 4].map(|first| {
            let (batcher, start) = (batcher.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                for round in 0..100 {
                    let (one, other) = (batcher.load(first), batcher.load(round + 10));
                    assert_eq!(one.get_result().ok(), Some(u64::from(first).pow(2)));
                    assert_eq!(other.get_result().ok(), Some(u64::from(round + 10).pow(2)));
                }
            })
        });
        let ended = threads.map(|thread| thread.join().is_ok());
        assert_eq!(ended, [true; 4]);
        assert_eq!(log.take().len(), 400);
    });
}

#[test]
fn another_thread_loads_in_a_context_that_is_driven_here() {
    within(|| {
        let (log, batcher) = squares();
        let context = Context::new();
        let ((opener, closed), inside) = (gate(), context.clone());
        let other = thread::spawn(move || {
            let loads = inside.enter(|| [1, 2, 3].map(|number| batcher.load(number)));
            let results = loads.map(|load| load.get_result().ok());
            opener.set_result(());
            results
        });
        context.block_on(async { closed.await });
        assert_eq!(other.join().ok(), Some([1, 4, 9].map(Some)));
        let items: usize = log.take().iter().map(|call| call.split(", ").count()).sum();
        assert_eq!(items, 3);
    });
}

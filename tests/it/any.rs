//! The first of several, with the rest handed back; and all of several, without their results.

use std::time::Duration;

use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of_future, run, within, yield_now};

#[tasklet]
async fn after(seconds: u64, log: Log) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    log.add(format!("{seconds} ends"));
    seconds
}

#[tasklet]
async fn panic_after(seconds: u64) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    panic!("it had to");
}

#[test]
fn the_first_in_time_is_handed_out_and_the_rest_comes_back_in_order() {
    run(async || {
        let log = Log::new();
        let futures = [3, 1, 4, 2].map(|seconds| after(seconds, log.clone()));
        let (first, rest) = wait_any(futures).await.expect("there are four");
        assert_eq!(log.take(), ["1 ends"]);
        assert!(first.done() && !rest.iter().any(TaskletFuture::done));
        assert_eq!(first.await, 1);
        assert_eq!(rest.join_all().await, [3, 4, 2]);
    });
}

#[test]
fn again_and_again_it_gives_all_in_the_order_of_time() {
    run(async || {
        let log = Log::new();
        let mut rest: Vec<_> = [3, 1, 4, 2].map(|seconds| after(seconds, log.clone())).into();
        let mut results = Vec::new();
        while let Some((first, others)) = wait_any(rest).await {
            results.push(first.await);
            rest = others;
        }
        assert_eq!(results, [1, 2, 3, 4]);
    });
}

#[test]
fn of_several_that_have_finished_it_is_the_first_by_position() {
    run(async || {
        let (_never, closed) = gate();
        let futures = [closed.map(|()| 0), TaskletFuture::ready(1), TaskletFuture::ready(2)];
        let (first, rest) = wait_any(futures).await.expect("there are three");
        assert_eq!(first.await, 1);
        assert_eq!(rest.iter().map(TaskletFuture::done).collect::<Vec<_>>(), [false, true]);
        for future in rest {
            future.cancel();
        }
    });
}

#[test]
fn of_nothing_there_is_no_first() {
    run(async || {
        assert!(wait_any(Vec::<TaskletFuture<u32>>::new()).await.is_none());
        wait_all::<TaskletFuture<u32>>(&mut []).await;
    });
}

#[test]
fn the_rest_is_still_owed_when_it_is_dropped() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let futures = [1, 2, 3].map(|seconds| after(seconds, log.clone()));
        let (first, rest) = wait_any(futures).await.expect("there are three");
        assert_eq!(first.await, 1);
        drop(rest);
        context.run();
        assert_eq!(log.take(), ["1 ends", "2 ends", "3 ends"]);
    });
}

#[test]
fn one_that_has_panicked_is_first_with_the_panic_inside() {
    run(async || {
        let log = Log::new();
        let futures = [after(2, log), panic_after(1)];
        let (first, rest) = wait_any(futures).await.expect("there are two");
        assert_eq!(panic_of_future(first).await, "it had to");
        assert_eq!(rest.join_all().await, [2]);
    });
}

#[test]
fn shared_and_thread_bound_futures_can_be_waited_for_too() {
    #[tasklet(?Send)]
    async fn give(x: std::rc::Rc<u32>) -> std::rc::Rc<u32> {
        yield_now().await;
        x
    }
    run(async || {
        let mut two = [give(1.into()), give(2.into())];
        wait_all(&mut two).await;
        let (first, rest) = wait_any(two).await.expect("there are two");
        assert_eq!((*first.await, rest.len()), (1, 1));
        rest.join_all().await;
        let shared = TaskletFuture::ready(42).shared();
        let (first, _rest) = wait_any([shared.clone(), shared]).await.expect("there are two");
        assert_eq!(first.await, 42);
    });
}

#[test]
fn all_are_waited_for_and_keep_their_results() {
    run(async || {
        let log = Log::new();
        let mut futures = [2, 3, 1].map(|seconds| after(seconds, log.clone()));
        wait_all(&mut futures).await;
        assert_eq!(log.take(), ["1 ends", "2 ends", "3 ends"]);
        assert!(futures.iter().all(TaskletFuture::done));
        assert_eq!(futures.join_all().await, [2, 3, 1]);
    });
}

#[test]
fn waiting_for_all_does_not_panic_with_those_that_did() {
    run(async || {
        let log = Log::new();
        let mut futures = [panic_after(1), after(2, log)];
        wait_all(&mut futures).await;
        let [panicked, two] = futures;
        assert_eq!(panic_of_future(panicked).await, "it had to");
        assert_eq!(two.await, 2);
        assert!(Context::current().take_errors().is_empty());
    });
}

#[test]
fn both_block_where_nothing_can_be_awaited() {
    within(|| {
        let context = Context::builder().virtual_time().build();
        context.enter(|| {
            let log = Log::new();
            let mut futures = [2, 1].map(|seconds| after(seconds, log.clone()));
            wait_all(&mut futures).get_result();
            let (first, rest) = wait_any(futures).get_result().expect("there are two");
            assert_eq!((first.get_result(), rest.len()), (2, 1));
            assert_eq!(rest.join_all().get_result(), [1]);
        });
    });
}

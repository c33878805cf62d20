//! Waiting for one of several futures, for all of them, and in vain. Cases 14 to 19, 52 and 53.

use std::time::Duration;

use tasklet_core::Idle;
use tasklet_core::prelude::*;
use tests::{Log, gate, run, within};

const TICK: Duration = Duration::from_millis(10);

/// NDB's `create_futures`: five, completed one after the other, each with a callback that tells.
fn create_futures(log: &Log) -> Vec<TaskletFuture<u32>> {
    let create = |n| {
        let (completer, future) = TaskletFuture::promise();
        let log = log.clone();
        future.add_callback(move || log.add(n));
        Context::current().queue_call(Some(TICK * n), move || completer.set_result(n));
        future
    };
    (0..5).map(create).collect()
}

/// Three futures, and an idle callback for each of these that completes it; the completers of the
/// others come back.
fn completed_by_idlers<const N: usize>(which: [usize; N]) -> (Vec<Completer<usize>>, Futures) {
    let (completers, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| TaskletFuture::promise()).unzip();
    let mut left = Vec::new();
    for (index, completer) in completers.into_iter().enumerate() {
        if !which.contains(&index) {
            left.push(completer);
            continue;
        }
        let mut completer = Some(completer);
        Context::current().add_idle(move || {
            if let Some(completer) = completer.take() {
                completer.set_result(42 + index);
            }
            Idle::Finished
        });
    }
    (left, futures)
}

type Futures = Vec<TaskletFuture<usize>>;

/// 14. testFuture_WaitAny (legacy tasklets_test.py:196): of nothing it is nothing; again and again,
/// it gives all, in the order of their completion.
#[test]
fn test_future_wait_any() {
    run(async || {
        let log = Log::new();
        assert!(wait_any(Vec::<TaskletFuture<()>>::new()).get_result().is_none());
        let mut todo = create_futures(&log);
        let mut given = Vec::new();
        while let Some((first, rest)) = wait_any(todo).get_result() {
            given.push(first.get_result());
            todo = rest;
        }
        Context::current().run();
        assert_eq!(given, [0, 1, 2, 3, 4]);
        assert_eq!(log.take(), ["0", "1", "2", "3", "4"]);
    });
}

/// 15. testFuture_WaitAll (legacy tasklets_test.py:205): it returns when all are done. NDB runs one
/// more turn then, so that the last callback has been called; here the context owes it.
#[test]
fn test_future_wait_all() {
    run(async || {
        let log = Log::new();
        let mut todo = create_futures(&log);
        wait_all(&mut todo).get_result();
        assert!(todo.iter().all(TaskletFuture::done));
        assert_eq!(log.peek()[..4], ["0", "1", "2", "3"]);
        Context::current().run();
        assert_eq!(log.take(), ["0", "1", "2", "3", "4"]);
        assert_eq!(todo.join_all().await, [0, 1, 2, 3, 4]);
    });
}

/// 17. test_wait_any, Test_wait_any.test_it (modern test_tasklets.py:238, 630): it returns the one
/// that an idle callback completes, and the two others are pending.
#[test]
fn test_wait_any() {
    run(async || {
        let (_completers, futures) = completed_by_idlers([1]);
        let (first, rest) = wait_any(futures).get_result().expect("there are three");
        assert_eq!(first.get_result(), 43);
        assert_eq!(rest.iter().filter(|future| !future.done()).count(), 2);
        rest.into_iter().for_each(TaskletFuture::cancel);
    });
}

/// 18a. test_wait_all, Test_wait_all.test_it (modern test_tasklets.py:264, 650): it waits until
/// idle callbacks have completed all three.
#[test]
fn test_wait_all() {
    run(async || {
        let (_none_left, mut futures) = completed_by_idlers([0, 1, 2]);
        wait_all(&mut futures).get_result();
        assert!(futures.iter().all(TaskletFuture::done));
        assert_eq!(futures.join_all().await, [42, 43, 44]);
    });
}

/// 18b. test_wait_all_no_futures, Test_wait_all.test_it_no_futures, test_wait_any_no_futures
/// (modern test_tasklets.py:286, 672): of no futures both return at once, although nothing is
/// ready.
#[test]
fn test_wait_all_no_futures() {
    within(|| {
        wait_all::<TaskletFuture<()>>(&mut []).get_result();
        assert!(wait_any::<TaskletFuture<()>>([]).get_result().is_none());
    });
}

/// 53a. New: in both versions some hundred tasklets that wait for each other overflow the stack;
/// here ten thousand, each started and awaited by the one before, do not.
#[test]
fn test_deep_chain_of_awaits() {
    #[tasklet]
    async fn chain(depth: u32, gate: TaskletFuture<()>) -> u32 {
        if depth == 0 {
            gate.await;
            return 0;
        }
        chain(depth - 1, gate).await + 1
    }
    run(async || {
        let (opener, closed) = gate();
        let future = chain(10_000, closed);
        opener.set_result(());
        assert_eq!(future.await, 10_000);
    });
}

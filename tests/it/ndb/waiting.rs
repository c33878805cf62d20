//! Waiting for one of several futures, for all of them, and in vain. Cases 14 to 19, 52 and 53.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{BLOCKING_DEPTH_MAX, Idle};
use tests::{Log, gate, panic_of, run, within, yield_now};

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

type Slot = Arc<Mutex<Option<SharedFuture<()>>>>;

/// Waits for whom it finds in the slot.
#[tasklet]
async fn wait_for(slot: Slot) {
    yield_now().await;
    let other = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    other.expect("it was put there").await;
}

/// A tasklet that waits for itself.
fn waits_for_itself() -> SharedFuture<()> {
    let slot = Slot::default();
    let own = wait_for(Arc::clone(&slot)).shared();
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(own.clone());
    own
}

const DEADLOCK: &str = "deadlock: nothing can ever finish what ";

/// 16. test_wait_any_loop_exhausted (modern test_tasklets.py:252): to wait for one of several that
/// nobody will ever finish is an error at once, as is to wait for all of them (legacy NDB spins).
#[test]
fn test_wait_any_loop_exhausted() {
    within(|| {
        let report =
            panic_of(|| wait_any([waits_for_itself(), waits_for_itself()]).get_result().is_some());
        assert!(report.starts_with(DEADLOCK), "{report}");
        let mut futures = [waits_for_itself(), waits_for_itself()];
        let report = panic_of(|| wait_all(&mut futures).get_result());
        assert!(report.starts_with(DEADLOCK), "{report}");
        futures.into_iter().for_each(SharedFuture::defer);
        // One whose completer has gone is finished, by that: it has failed.
        let ((completer, promised), cycle) = (TaskletFuture::<()>::promise(), waits_for_itself());
        drop(completer);
        let (first, rest) =
            wait_any([cycle, promised.shared()]).get_result().expect("there are two");
        assert!(panic_of(|| first.get_result()).contains("was dropped without a result"));
        assert!(panic_of(|| rest.join_all().get_result()).starts_with(DEADLOCK));
    });
}

/// 19. test_wait_loop_exhausted (modern test_tasklets.py:144): to wait for what nobody will ever
/// finish is an error that names the chain of those who wait. They are stopped then, so that the
/// future has an outcome for whoever asks again, and the context can be used as before.
#[test]
fn test_wait_loop_exhausted() {
    #[tasklet]
    async fn outer(inner: SharedFuture<()>) {
        inner.await;
    }
    within(|| {
        let context = Context::new();
        let mut future = context.enter(|| outer(waits_for_itself()));
        let report = panic_of(|| future.wait());
        assert!(report.starts_with(DEADLOCK), "{report}");
        let chain: Vec<_> = report.lines().skip(1).map(str::trim).collect();
        assert!(chain[0].starts_with("tasklet `outer` (started at tests/it/ndb/"), "{report}");
        assert!(chain[1].starts_with("waits for tasklet `wait_for`"), "{report}");
        assert!(panic_of(|| future.get_result()).contains("was cancelled"));
        assert_eq!(context.pending(), 0);
        assert_eq!(context.enter(|| TaskletFuture::ready(42).map(|x| x)).get_result(), 42);
    });
}

/// 52. New (legacy#127): tasklets that wait for each other, or for themselves, are told so at once,
/// all of them by name (NDB's report of it never ends).
#[test]
fn test_cycles_are_named_and_do_not_hang() {
    within(|| {
        let report = panic_of(|| waits_for_itself().get_result());
        assert!(
            report.starts_with(DEADLOCK) && report.ends_with("in the chain already"),
            "{report}"
        );

        let (slot_a, slot_b) = (Slot::default(), Slot::default());
        let context = Context::new();
        context.enter(|| {
            let a = wait_for(Arc::clone(&slot_a)).shared();
            let b = wait_for(Arc::clone(&slot_b)).shared();
            *slot_a.lock().unwrap_or_else(PoisonError::into_inner) = Some(b);
            *slot_b.lock().unwrap_or_else(PoisonError::into_inner) = Some(a);
        });
        let report = panic_of(|| context.run());
        assert!(report.starts_with(DEADLOCK), "{report}");
        assert_eq!(report.matches("tasklet `wait_for`").count(), 3, "{report}");
    });
}

/// 53b. New (legacy#167, google/osv.dev#3638): tasklets that block for each other, one inside of
/// the other, come to a limit that has a name, and an error that says what to write instead; the
/// stack does not overflow.
#[test]
fn test_deep_chain_of_get_result() {
    #[tasklet]
    async fn block_deeper(depth: u32) -> u32 {
        yield_now().await;
        if depth == 0 { 0 } else { block_deeper(depth - 1).get_result() + 1 }
    }
    within(|| {
        assert_eq!(block_deeper(20).get_result(), 20);
        let message = panic_of(|| block_deeper(100 * BLOCKING_DEPTH_MAX).get_result());
        assert!(message.contains("`.await` the tasklet instead of blocking"), "{message}");
    });
}

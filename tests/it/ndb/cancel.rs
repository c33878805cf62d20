//! Stopping what was started. Cases 22 to 25.

use tasklet_core::prelude::*;
use tests::{Log, Logged, gate, run, yield_now};

/// An RPC: whoever cancels it drops it.
#[tasklet]
async fn rpc(gate: TaskletFuture<u32>, _in_flight: Logged) -> u32 {
    gate.await
}

/// 22. test_cancel (modern test_tasklets.py:199): cancelling reaches what the tasklet itself holds.
/// There it goes on to whatever the tasklet waits for, shared or not; here a tasklet that it has
/// started is a promise of its own, which goes on, is still owed, and is cancelled by its handle.
#[test]
fn test_cancel() {
    #[tasklet]
    async fn inner_tasklet(in_flight: Logged) -> u32 {
        // Not started, but awaited as it is: it belongs to this tasklet.
        async move {
            let _in_flight = in_flight;
            std::future::pending().await
        }
        .await
    }
    #[tasklet]
    async fn outer_tasklet(gate: TaskletFuture<u32>, log: Log, held: Logged) -> u32 {
        let in_flight = log.on_drop("the rpc has ended");
        let result = rpc(gate, in_flight).await;
        drop(held);
        result
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        inner_tasklet(log.on_drop("cancelled")).cancel();
        assert_eq!((log.take(), context.pending()), (vec!["cancelled".to_owned()], 0));

        let (completer, gate) = TaskletFuture::promise();
        let outer = outer_tasklet(gate, log.clone(), log.on_drop("outer is cancelled"));
        outer.cancel();
        assert_eq!(log.take(), ["outer is cancelled"]);
        assert_eq!(context.pending(), 1, "the rpc is owed");
        completer.set_result(42);
        context.run();
        assert_eq!(log.take(), ["the rpc has ended"]);
    });
}

/// 23. test_cancel_already_done (modern test_tasklets.py:224): nothing is stopped when the result
/// is there; what was done stays done.
#[test]
fn test_cancel_already_done() {
    #[tasklet]
    async fn work(log: Log) -> u32 {
        yield_now().await;
        log.add("done");
        42
    }
    run(async || {
        let log = Log::new();
        let mut future = work(log.clone());
        future.wait();
        future.cancel();
        TaskletFuture::ready(42).cancel();
        assert_eq!(log.take(), ["done"]);
        assert!(Context::current().take_errors().is_empty());
    });
}

/// 24a. test_cancel_not_waiting (modern test_tasklets.py:423): a future that waits for nothing is
/// cancelled: its completer hears of it, and to complete it then does nothing.
#[test]
fn test_cancel_not_waiting() {
    run(async || {
        let (completer, future) = TaskletFuture::promise();
        let (other, dependency) = TaskletFuture::promise();
        assert!(!completer.is_abandoned());
        future.cancel();
        assert!(completer.is_abandoned() && !other.is_abandoned());
        completer.set_result(42);
        other.set_result(43);
        assert_eq!(dependency.await, 43);
        assert!(Context::current().take_errors().is_empty());
    });
}

/// 24b. test_cancel_waiting_on_dependency (modern test_tasklets.py:433): a tasklet that is
/// cancelled while it waits does not go on when its dependency completes.
#[test]
fn test_cancel_waiting_on_dependency() {
    #[tasklet]
    async fn generator_function(dependency: TaskletFuture<()>, log: Log) {
        dependency.await;
        log.add("it went on");
    }
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let (opener, dependency) = gate();
        generator_function(dependency, log.clone()).cancel();
        opener.set_result(());
        context.run();
        assert!(log.take().is_empty());
        assert!(context.take_errors().is_empty());
    });
}

/// 24c. Test_MultiFuture.test_cancel (modern test_tasklets.py:478): who cancels several futures
/// cancels each of them.
#[test]
fn test_multi_future_cancel() {
    run(async || {
        let log = Log::new();
        let (completers, gates): (Vec<_>, Vec<_>) =
            (0..2).map(|_| TaskletFuture::promise()).unzip();
        let held = ["one", "two"].map(|name| log.on_drop(name));
        let futures = gates.into_iter().zip(held).map(|(gate, held)| rpc(gate, held));
        let futures: Vec<_> = futures.collect();
        futures.into_iter().for_each(TaskletFuture::cancel);
        assert_eq!(log.take(), ["one", "two"]);
        completers.into_iter().for_each(|completer| completer.set_result(1));
        Context::current().run();
        assert_eq!(Context::current().pending(), 0);
    });
}

/// 25. test_fetch_and_immediately_cancel (modern system test_query.py:120): a query that is
/// cancelled at once stops between two batches, and nobody waits for it.
#[test]
fn test_fetch_and_immediately_cancel() {
    #[tasklet]
    async fn fetch(batches: Vec<TaskletFuture<u32>>, log: Log) -> u32 {
        let mut sum = 0;
        for batch in batches {
            log.add("next batch");
            sum += batch.await;
        }
        sum
    }
    run(async || {
        let log = Log::new();
        let (completers, batches): (Vec<_>, Vec<_>) =
            (0..3).map(|_| TaskletFuture::promise()).unzip();
        let query = fetch(batches, log.clone());
        query.cancel();
        completers.into_iter().for_each(|completer| completer.set_result(1));
        Context::current().run();
        assert_eq!(log.take(), ["next batch"]);
        assert!(Context::current().take_errors().is_empty());
    });
}

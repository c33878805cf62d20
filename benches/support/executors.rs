//! The executors of the peers, each reduced to one call: run this future to its end on one thread.
//!
//! The root is a task like any other: an awaited task is then handed over through the ready queue,
//! which is faster for these executors than to go back to a root that `block_on` polls.

use std::cell::RefCell;
use std::collections::VecDeque;

use async_executor::LocalExecutor;
use futures_lite::future::block_on;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

/// tokio's current-thread scheduler, without its drivers.
///
/// # Panics
///
/// When tokio cannot build a runtime.
#[must_use]
pub fn tokio_current_thread() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime without drivers needs no resources")
}

/// Runs `root` as a task of tokio's current-thread scheduler.
pub fn on_tokio<F>(runtime: &Runtime, root: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    runtime.block_on(async { tokio::spawn(root).await.expect("the root does not panic") })
}

/// Runs `root` as a task of a new `LocalSet`.
pub fn on_local_set<F: Future + 'static>(runtime: &Runtime, root: F) -> F::Output {
    let root = async { tokio::task::spawn_local(root).await.expect("the root does not panic") };
    LocalSet::new().block_on(runtime, root)
}

/// Runs what `root` makes as a task of this thread's `LocalExecutor`, which `root` is handed.
pub fn on_local_executor<F, R>(root: F) -> R::Output
where
    F: FnOnce(&'static LocalExecutor<'static>) -> R,
    R: Future + 'static,
{
    thread_local! {
        // Leaked, as programs with one executor for their whole life do.
        static EXECUTOR: &'static LocalExecutor<'static> = Box::leak(Box::default());
    }
    EXECUTOR.with(|executor| block_on(executor.run(executor.spawn(root(executor)))))
}

thread_local! {
    static QUEUE: RefCell<VecDeque<async_task::Runnable>> = const { RefCell::new(VecDeque::new()) };
}

/// Starts a task of the smallest executor that async-task allows: a queue.
pub fn spawn_on_queue<F>(future: F) -> async_task::Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let schedule = |runnable| QUEUE.with_borrow_mut(|queue| queue.push_back(runnable));
    let (runnable, task) = async_task::spawn(future, schedule);
    runnable.schedule();
    task
}

/// Runs the tasks of that smallest executor until none is ready.
pub fn run_queue() {
    while let Some(runnable) = QUEUE.with_borrow_mut(VecDeque::pop_front) {
        runnable.run();
    }
}

/// Runs `root` as a task of that smallest executor.
pub fn on_queue<F>(root: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    let root = spawn_on_queue(root);
    run_queue();
    block_on(root)
}

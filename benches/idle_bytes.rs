//! How many bytes and allocations does a tasklet hold while it waits, and does one that never
//! awaits allocate at all?
//!
//! Each task's future has 24 bytes. All of them wait at one gate, which keeps their wakers in
//! memory that was there before. What an executor needs for itself, such as its queue, counts; the
//! vector of handles does not.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::mem::{size_of, size_of_val};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use allocation_counter::{AllocationInfo, measure};
use async_executor::LocalExecutor;
use benches::executors::{run_queue, spawn_on_queue, tokio_current_thread};
use benches::goals::{IDLE_ALLOCATIONS, IDLE_BYTES, READY_ALLOCATIONS};
use benches::{Kind, Question};
use futures_concurrency::future::Join as _;
use futures_lite::future::{block_on, yield_now};
use futures_util::future::{Either, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tasklet_core::prelude::*;
use tokio::task::{JoinSet, LocalSet};

/// Starts that many tasks, finds what they hold when all of them wait, lets them end.
type Measured = fn(u64) -> AllocationInfo;

const CONTENDERS: [(Kind, &str, Measured); 10] = [
    (Kind::Ours, "#[tasklet]", ours),
    (Kind::Spawner, "tokio LocalSet", tokio_local_set),
    (Kind::Spawner, "tokio JoinSet (current_thread)", tokio_join_set),
    (Kind::Spawner, "async-executor LocalExecutor", local_executor),
    (Kind::Spawner, "async-task + VecDeque", queue),
    (Kind::Spawner, "moro", moro),
    (Kind::Joiner, "FuturesUnordered", futures_unordered),
    (Kind::Joiner, "futures join_all", |n| joined(n, join_all)),
    (Kind::Joiner, "futures-buffered join_all", |n| joined(n, futures_buffered::join_all)),
    (Kind::Joiner, "futures-concurrency Vec::join", |n| joined(n, |all: Vec<_>| all.join())),
];

fn main() {
    let mut question = Question::from_args();
    let n = question.load(100_000, 100);
    assert_eq!(size_of::<Idle>(), 24);
    assert_eq!(size_of_val(&same_as_tasklet(0)), 24);
    for (kind, name, measured) in CONTENDERS {
        close_gate(n);
        let held = measured(n);
        let each = |held: i64| vec![held as f64 / n as f64];
        question.keep(IDLE_BYTES, "bytes", kind, name, each(held.bytes_current));
        question.keep(IDLE_ALLOCATIONS, "allocations", kind, name, each(held.count_current));
    }
    // The context's own allocations are in both, those of the tasklets in the second alone; what a
    // thread allocates once is in neither.
    never_awaiting(0);
    let [none, some] = [0, n].map(|n| measure(|| never_awaiting(n)).count_total);
    let each = (some - none) as f64 / n as f64;
    question.keep(READY_ALLOCATIONS, "allocations", Kind::Ours, "#[tasklet]", vec![each]);
    question.finish();
}

#[synctasklet]
async fn never_awaiting(n: u64) {
    for i in 0..n {
        assert_eq!(never_awaits(black_box(i)).await, i);
    }
}

#[tasklet]
async fn never_awaits(i: u64) -> u64 {
    black_box(i)
}

#[synctasklet]
async fn ours(n: u64) -> AllocationInfo {
    let mut futures = Vec::with_capacity(n as usize);
    let held = measure(|| futures.extend((0..n).map(idle_tasklet)));
    open_gate(n);
    check(n, futures.join_all().await);
    held
}

#[tasklet]
async fn idle_tasklet(i: u64) -> u64 {
    Gate(i).await
}

/// The body of [`idle_tasklet`] with nothing around it.
async fn same_as_tasklet(i: u64) -> u64 {
    Gate(i).await
}

fn tokio_local_set(n: u64) -> AllocationInfo {
    let (runtime, local) = (tokio_current_thread(), LocalSet::new());
    let mut tasks = Vec::with_capacity(n as usize);
    let held = measure(|| {
        local.block_on(&runtime, async {
            tasks.extend((0..n).map(|i| tokio::task::spawn_local(Idle::new(i))));
            all_wait(n).await;
        });
    });
    open_gate(n);
    let results = local.block_on(&runtime, join_all(tasks));
    check(n, results.into_iter().map(Result::unwrap));
    held
}

fn tokio_join_set(n: u64) -> AllocationInfo {
    let runtime = tokio_current_thread();
    let mut tasks = JoinSet::new();
    let held = measure(|| {
        runtime.block_on(async {
            (0..n).for_each(|i| drop(tasks.spawn(Idle::new(i))));
            all_wait(n).await;
        });
    });
    open_gate(n);
    check(n, runtime.block_on(tasks.join_all()));
    held
}

fn local_executor(n: u64) -> AllocationInfo {
    let executor = LocalExecutor::new();
    let mut tasks = Vec::with_capacity(n as usize);
    let held = measure(|| {
        block_on(executor.run(async {
            tasks.extend((0..n).map(|i| executor.spawn(Idle::new(i))));
            all_wait(n).await;
        }));
    });
    open_gate(n);
    check(n, block_on(executor.run(join_all(tasks))));
    held
}

fn queue(n: u64) -> AllocationInfo {
    let mut tasks = Vec::with_capacity(n as usize);
    let held = measure(|| {
        tasks.extend((0..n).map(|i| spawn_on_queue(Idle::new(i))));
        run_queue();
    });
    open_gate(n);
    run_queue();
    check(n, block_on(join_all(tasks)));
    held
}

fn moro(n: u64) -> AllocationInfo {
    let mut tasks = Vec::with_capacity(n as usize);
    // The scope is polled by hand until all its tasks wait, since it cannot be left before.
    let mut scope = Box::pin(moro::async_scope!(|scope| {
        tasks.extend((0..n).map(|i| scope.spawn(Idle::new(i))));
        check(n, join_all(tasks.drain(..)).await);
    }));
    let held = measure(|| {
        wait_at_gate(n, &mut scope);
    });
    open_gate(n);
    block_on(scope);
    held
}

fn futures_unordered(n: u64) -> AllocationInfo {
    let mut futures = FuturesUnordered::new();
    let held = measure(|| {
        futures.extend((0..n).map(Idle::new));
        wait_at_gate(n, &mut futures.next());
    });
    open_gate(n);
    check(n, block_on(futures.collect::<Vec<_>>()));
    held
}

fn joined<F>(n: u64, join: impl FnOnce(Vec<Idle>) -> F) -> AllocationInfo
where
    F: Future<Output = Vec<u64>>,
{
    let mut all = None;
    let held = measure(|| {
        let all = all.insert(Box::pin(join((0..n).map(Idle::new).collect())));
        wait_at_gate(n, all);
    });
    open_gate(n);
    check(n, block_on(all.expect("it was polled")));
    held
}

thread_local! {
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// A future of eight bytes, ready once the gate is open.
struct Gate(u64);

impl Future for Gate {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if IS_OPEN.get() {
            return Poll::Ready(self.0);
        }
        WAITING.with_borrow_mut(|waiting| waiting.push(cx.waker().clone()));
        Poll::Pending
    }
}

/// A future of 24 bytes that waits at the gate.
struct Idle {
    gate: Gate,
    _rest: [u64; 2],
}

impl Idle {
    fn new(i: u64) -> Self {
        Self { gate: Gate(i), _rest: [i; 2] }
    }
}

impl Future for Idle {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        Pin::new(&mut self.gate).poll(cx)
    }
}

fn close_gate(n: u64) {
    WAITING.with_borrow_mut(|waiting| waiting.reserve(n as usize));
    IS_OPEN.set(false);
}

/// Polls `future` as often as it takes for all of its tasks to wait; some poll a few at a time.
fn wait_at_gate(n: u64, future: &mut (impl Future + Unpin)) {
    let waiting = pin!(all_wait(n));
    assert!(matches!(block_on(select(waiting, future)), Either::Left(_)), "the gate is closed");
}

async fn all_wait(n: u64) {
    while WAITING.with_borrow(Vec::len) < n as usize {
        yield_now().await;
    }
}

fn open_gate(n: u64) {
    IS_OPEN.set(true);
    let waiting = WAITING.take();
    assert_eq!(waiting.len(), n as usize, "each task waits once");
    waiting.into_iter().for_each(Waker::wake);
}

fn check(n: u64, results: impl IntoIterator<Item = u64>) {
    assert_eq!(results.into_iter().sum::<u64>(), n * (n - 1) / 2, "every task answers");
}

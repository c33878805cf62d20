//! Who drives a context: whoever waits, on whatever thread, in whatever runtime.

use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use futures_executor::ThreadPool;
use tasklet_core::{Completer, Context, TaskletFuture, sleep, tasklet, toplevel};
use tests::{Log, gate, poll_now, within, yield_now};

#[tasklet]
async fn pass(gate: TaskletFuture<()>, result: u32) -> u32 {
    gate.await;
    for _ in 0..8 {
        yield_now().await;
    }
    result
}

#[test]
fn nobody_drives_a_context_unless_somebody_waits() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let future = context.enter(|| {
            let log = log.clone();
            TaskletFuture::ready(()).map(|()| ()).defer();
            pass(TaskletFuture::ready(()), 1).map(move |_| log.add("ran"))
        });
        let elsewhere = Context::new();
        elsewhere.block_on(async { yield_now().await });
        assert!(log.take().is_empty());
        future.get_result();
        assert_eq!(log.take(), ["ran"]);
    });
}

/// Two tasklets that give 1 and 2, and what lets each of them go on.
fn two_behind_gates(context: &Context) -> ([Completer<()>; 2], [TaskletFuture<u32>; 2]) {
    let (open_one, one) = gate();
    let (open_two, two) = gate();
    let tasklets = context.enter(|| [pass(one, 1), pass(two, 2)]);
    ([open_one, open_two], tasklets)
}

#[test]
fn two_threads_wait_in_one_context_and_each_gets_its_result() {
    within(|| {
        for _ in 0..100 {
            let context = Context::new();
            let ([open_one, open_two], [one, two]) = two_behind_gates(&context);
            let other = thread::spawn(move || one.get_result());
            let opener = thread::spawn(move || {
                open_two.set_result(());
                open_one.set_result(());
            });
            assert_eq!(two.get_result(), 2);
            assert_eq!(other.join().expect("no panic"), 1);
            opener.join().expect("no panic");
        }
    });
}

#[test]
fn when_the_driver_has_its_result_the_other_one_goes_on_driving() {
    within(|| {
        for _ in 0..100 {
            let context = Context::new();
            let ([open_one, open_two], [one, two]) = two_behind_gates(&context);
            let waiter = thread::spawn(move || one.get_result());
            let other = thread::spawn(move || two.get_result());
            open_one.set_result(());
            assert_eq!(waiter.join().expect("no panic"), 1);
            // Only now can the other go on, and nobody is left but itself to drive.
            open_two.set_result(());
            assert_eq!(other.join().expect("no panic"), 2);
        }
    });
}

#[test]
fn the_other_one_takes_over_the_timers_too() {
    within(|| {
        for _ in 0..20 {
            let context = Context::new();
            let (opener, closed) = gate();
            let (one, two) =
                context.enter(|| (pass(closed, 1), sleep(Duration::from_millis(3)).map(|()| 2)));
            let waiter = thread::spawn(move || one.get_result());
            let other = thread::spawn(move || two.get_result());
            opener.set_result(());
            assert_eq!(waiter.join().expect("no panic"), 1);
            assert_eq!(other.join().expect("no panic"), 2);
        }
    });
}

#[test]
fn many_threads_start_and_wait_in_one_context() {
    within(|| {
        const THREADS: u32 = 4;
        let context = Context::new();
        let barrier = Arc::new(Barrier::new(THREADS as usize));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let (context, barrier) = (context.clone(), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    let start = |x| context.enter(|| pass(TaskletFuture::ready(()), x));
                    (0..200).map(|x| start(x).get_result()).sum::<u32>()
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), 199 * 200 / 2);
        }
        assert_eq!((context.pending(), context.started()), (0, u64::from(THREADS) * 200));
    });
}

#[test]
fn what_is_started_in_a_context_that_another_thread_drives_starts_in_its_next_turn() {
    #[tasklet]
    async fn on_which_thread() -> ThreadId {
        std::future::ready(()).await;
        thread::current().id()
    }
    within(|| {
        let context = Context::new();
        let (sender, receiver) = mpsc::channel();
        let (go, goes_on) = mpsc::channel();
        let (stopper, stopped) = gate();
        let driver = thread::spawn({
            let context = context.clone();
            move || {
                context.block_on(async {
                    sender.send(()).expect("the test listens");
                    // It drives, and does not just wait: nobody else can drive now.
                    goes_on.recv().expect("the test lets it go on");
                    stopped.await;
                });
            }
        });
        let driver_id = driver.thread().id();
        receiver.recv().expect("the driver drives");
        let future = context.enter(on_which_thread);
        assert!(!future.done());
        future.add_immediate_callback(move || stopper.set_result(()));
        go.send(()).expect("the driver listens");
        driver.join().expect("it has done the other's work on its way");
        assert_eq!(future.get_result(), driver_id);
    });
}

#[test]
fn a_future_may_be_awaited_in_another_runtime_on_another_thread() {
    within(|| {
        let pool = ThreadPool::builder().pool_size(2).create().expect("two threads");
        let context = Context::new();
        let (openers, gates): (Vec<_>, Vec<_>) = (0..50).map(|_| gate()).unzip();
        let (sender, receiver) = mpsc::channel();
        for (x, gate) in (0..).zip(gates) {
            let (future, sender) = (context.enter(|| pass(gate, x)), sender.clone());
            pool.spawn_ok(async move { sender.send(future.await).expect("the test listens") });
        }
        openers.into_iter().for_each(|opener| opener.set_result(()));
        let mut results: Vec<_> = receiver.iter().take(50).collect();
        results.sort_unstable();
        assert!(results.into_iter().eq(0..50));
    });
}

#[test]
fn a_foreign_block_on_drives_what_it_awaits() {
    within(|| {
        let context = Context::new();
        let one = context.enter(|| pass(TaskletFuture::ready(()), 1));
        let two = context.enter(|| pass(TaskletFuture::ready(()), 2));
        assert_eq!(futures_executor::block_on(one.into_future()), 1);
        assert_eq!(futures_lite::future::block_on(two.into_future()), 2);
    });
}

#[test]
fn a_foreign_block_on_is_woken_by_timers_too() {
    within(|| {
        let future = Context::new().enter(|| sleep(Duration::from_millis(1)).map(|()| 42));
        assert_eq!(futures_executor::block_on(future.into_future()), 42);
    });
}

#[test]
fn a_tasklet_may_await_one_of_another_context() {
    #[tasklet]
    async fn relay(inner: TaskletFuture<u32>) -> u32 {
        inner.await + 1
    }
    within(|| {
        let (one, two) = (Context::new(), Context::new());
        let (opener, closed) = gate();
        let inner = one.enter(|| pass(closed, 41));
        let outer = two.enter(|| relay(inner));
        let setter = thread::spawn(move || opener.set_result(()));
        assert_eq!(outer.get_result(), 42);
        setter.join().expect("no panic");
    });
}

#[test]
fn a_future_of_a_handler_may_be_awaited_by_somebody_who_does_not_drive_it() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, sender: mpsc::Sender<TaskletFuture<u32>>) {
        sender.send(pass(gate, 42)).expect("the test listens");
    }
    within(|| {
        let (opener, closed) = gate();
        let (sender, receiver) = mpsc::channel();
        let driver = thread::spawn(|| futures_lite::future::block_on(handler(closed, sender)));
        let future = receiver.recv().expect("the handler starts it");
        let setter = thread::spawn(move || opener.set_result(()));
        assert_eq!(future.get_result(), 42);
        setter.join().expect("no panic");
        driver.join().expect("the handler ends");
    });
}

#[test]
fn run_in_a_context_that_another_thread_drives_waits_until_nothing_is_left() {
    within(|| {
        for _ in 0..50 {
            let (log, context) = (Log::new(), Context::new());
            let (opener, closed) = gate();
            let one = context.enter(|| pass(closed, 1));
            let driver = thread::spawn(move || one.get_result());
            context.enter(|| {
                let log = log.clone();
                pass(TaskletFuture::ready(()), 2).map(move |_| log.add("ran")).defer();
            });
            opener.set_result(());
            context.run();
            assert_eq!(log.take(), ["ran"]);
            assert_eq!(driver.join().expect("no panic"), 1);
        }
    });
}

#[test]
fn a_handler_goes_on_on_whatever_thread_polls_it_next() {
    #[toplevel]
    async fn handler(gates: Vec<TaskletFuture<()>>) -> Vec<ThreadId> {
        let mut threads = Vec::new();
        for gate in gates {
            pass(gate, 1).await;
            threads.push(thread::current().id());
        }
        threads
    }
    within(|| {
        let (openers, gates): (Vec<_>, Vec<_>) = (0..8).map(|_| gate()).unzip();
        let mut handler = Box::pin(handler(gates));
        assert!(poll_now(&mut handler).is_pending());
        let mut expected = Vec::new();
        let mut ended = None;
        for opener in openers {
            let thread = thread::spawn(move || {
                opener.set_result(());
                let polled = poll_now(&mut handler);
                (handler, polled)
            });
            expected.push(thread.thread().id());
            let polled;
            (handler, polled) = thread.join().expect("no panic");
            ended = Some(polled);
        }
        assert_eq!(ended, Some(Poll::Ready(expected)));
    });
}

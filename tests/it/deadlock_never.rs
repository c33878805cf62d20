//! Waits that end late, by somebody else's doing: none of them is ever called a deadlock.

use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use futures_lite::StreamExt as _;
use futures_lite::future::block_on;
use futures_util::stream::FuturesUnordered;
use tasklet_core::prelude::*;
use tasklet_core::wait_any;
use tests::{gate, poll_now, within, yield_now};

/// Races are tried so often.
const ROUNDS: u32 = 300;

/// Longer than a blocked thread waits before it looks thoroughly.
const LONG: Duration = Duration::from_millis(120);

#[tasklet]
async fn relay(gate: TaskletFuture<()>, depth: u32) -> u32 {
    if depth == 0 {
        gate.await;
        return 0;
    }
    relay(gate, depth - 1).await + 1
}

/// A channel of the simplest kind: whoever sends holds the receivers' wakers.
#[derive(Clone, Default)]
struct Mailbox(Arc<(AtomicBool, Mutex<Vec<Waker>>)>);

impl Mailbox {
    fn send(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        let wakers = std::mem::take(&mut *self.0.1.lock().expect("nobody panics"));
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn receive(&self) {
        poll_fn(|cx| {
            self.0.1.lock().expect("nobody panics").push(cx.waker().clone());
            if self.0.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[tasklet]
async fn receive(mailbox: Mailbox) {
    mailbox.receive().await;
}

#[tasklet]
async fn receive_behind(mailbox: Mailbox) {
    let (first, second) = (receive(mailbox.clone()).shared(), receive(mailbox).shared());
    (first.clone(), first, second).join_all().await;
}

#[test]
fn a_promise_that_another_thread_keeps() {
    within(|| {
        for round in 0..ROUNDS {
            let (opener, closed) = gate();
            let thread = thread::spawn(move || opener.set_result(()));
            assert_eq!(relay(closed, round % 4).get_result(), round % 4);
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn a_channel_that_another_thread_sends_to() {
    #[toplevel]
    async fn handler(mailbox: Mailbox) {
        receive_behind(mailbox.clone()).defer();
        receive(mailbox).await;
    }
    within(|| {
        for round in 0..ROUNDS {
            let mailbox = Mailbox::default();
            let sender = mailbox.clone();
            let thread = thread::spawn(move || sender.send());
            match round % 4 {
                0 => receive_behind(mailbox).get_result(),
                1 => block_on(handler(mailbox)),
                2 => {
                    receive_behind(mailbox).defer();
                    Context::current().run();
                }
                _ => Context::current().block_on(async { mailbox.receive().await }),
            }
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn one_future_that_several_threads_and_tasklets_wait_for() {
    #[tasklet]
    async fn wait(shared: SharedFuture<u32>) -> u32 {
        yield_now().await;
        shared.await
    }
    within(|| {
        for _ in 0..ROUNDS {
            let (context, (opener, closed)) = (Context::new(), gate());
            let shared = context.enter(|| relay(closed, 2)).shared();
            let waiting = context.enter(|| [wait(shared.clone()), wait(shared.clone())]);
            let elsewhere = [shared.clone(), shared];
            let mut threads: Vec<_> = (elsewhere.into_iter())
                .map(|shared| thread::spawn(move || assert_eq!(shared.get_result(), 2)))
                .collect();
            threads.push(thread::spawn(move || opener.set_result(())));
            assert_eq!(context.block_on(waiting.join_all()), [2, 2]);
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        }
    });
}

#[test]
fn somebody_who_takes_longer_than_the_thorough_look() {
    within(|| {
        for extra in [0, 2, 4, 70] {
            let (opener, closed) = gate();
            let thread = thread::spawn(move || {
                sleep(Duration::from_millis(49 + extra)).get_result();
                opener.set_result(());
            });
            assert_eq!(relay(closed, 3).get_result(), 3);
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn a_timer() {
    within(|| {
        let slow = || sleep(LONG).map(|()| 42);
        assert_eq!(slow().map(|x| x).get_result(), 42);
        slow().defer();
        Context::current().run();
        let shared = slow().shared();
        let (first, rest) = wait_any([shared.clone(), shared]).get_result().expect("two");
        assert_eq!((first.get_result(), rest.len()), (42, 1));
        rest.into_iter().for_each(SharedFuture::defer);
    });
}

#[test]
fn a_queued_call() {
    within(|| {
        let (opener, closed) = gate();
        Context::current().queue_call(Some(LONG), move || opener.set_result(()));
        assert_eq!(relay(closed, 1).get_result(), 1);
    });
}

#[test]
fn another_context_that_another_thread_drives() {
    #[tasklet]
    async fn pass_on(inner: TaskletFuture<u32>) -> u32 {
        inner.await
    }
    within(|| {
        for _ in 0..ROUNDS {
            let (one, two, (opener, closed)) = (Context::new(), Context::new(), gate());
            let inner = one.enter(|| relay(closed, 1));
            let outer = two.enter(|| pass_on(inner));
            let driver = thread::spawn(move || one.run());
            let setter = thread::spawn(move || opener.set_result(()));
            assert_eq!(outer.get_result(), 1);
            driver.join().expect("no panic");
            setter.join().expect("no panic");
        }
    });
}

#[test]
fn a_combinator_of_somebody_else_that_holds_the_waker() {
    #[tasklet]
    async fn gather(gates: Vec<TaskletFuture<()>>) -> usize {
        let running: FuturesUnordered<_> =
            gates.into_iter().map(|gate| relay(gate, 1).into_future()).collect();
        running.collect::<Vec<_>>().await.len()
    }
    within(|| {
        for _ in 0..ROUNDS {
            let (openers, gates): (Vec<_>, Vec<_>) = (0..3).map(|_| gate()).unzip();
            let thread = thread::spawn(|| openers.into_iter().for_each(|o| o.set_result(())));
            assert_eq!(gather(gates).get_result(), 3);
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn a_handler_that_waits_for_nothing_until_its_caller_goes_away() {
    #[tasklet]
    async fn never() {
        pending().await
    }
    #[toplevel(on_drop = "cancel")]
    async fn handler(awaits: bool) {
        if awaits {
            never().await;
        } else {
            never().defer();
            pending().await
        }
    }
    within(|| {
        for awaits in [false, true] {
            let mut handler = Box::pin(handler(awaits));
            for _ in 0..3 {
                assert!(poll_now(&mut handler).is_pending());
                sleep(LONG / 2).get_result();
            }
        }
    });
}

#[test]
fn a_tasklet_that_nobody_wakes_until_it_is_cancelled() {
    within(|| {
        let context = Context::new();
        let never = context.spawn(pending::<()>());
        let thread = thread::spawn(move || {
            sleep(LONG).get_result();
            never.cancel();
        });
        context.run();
        thread.join().expect("no panic");
    });
}

#[test]
fn a_thread_that_drives_a_context_for_others() {
    within(|| {
        let (context, (stopper, stopped)) = (Context::new(), mpsc::channel());
        let served = context.clone();
        let server = thread::spawn(move || {
            served.block_on(async {
                let never = pending::<()>();
                let stop = Mailbox::default();
                stopper.send(stop.clone()).expect("the test listens");
                futures_lite::future::or(never, stop.receive()).await;
            });
        });
        let stop = stopped.recv().expect("the thread serves");
        for _ in 0..3 {
            sleep(LONG / 2).get_result();
            let (opener, closed) = gate();
            let future = context.enter(|| relay(closed, 1));
            opener.set_result(());
            assert_eq!(future.get_result(), 1);
        }
        stop.send();
        server.join().expect("no panic");
    });
}

#[test]
fn a_blocking_wait_inside_of_a_tasklet_for_another_thread() {
    #[tasklet]
    async fn block(mailbox: Mailbox) {
        yield_now().await;
        receive_behind(mailbox).get_result();
    }
    within(|| {
        for _ in 0..ROUNDS {
            let mailbox = Mailbox::default();
            let sender = mailbox.clone();
            let thread = thread::spawn(move || sender.send());
            [block(mailbox.clone()), block(mailbox)].join_all().get_result();
            thread.join().expect("no panic");
        }
    });
}

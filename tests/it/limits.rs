//! Numbers that are large, on a stack that is not.

use std::sync::mpsc;
use std::thread;

use tasklet_core::prelude::*;
use tests::{Log, gate, within, yield_now};

const MANY: u32 = 100_000;

/// Runs the body on a thread with the stack that a thread of std has.
fn on_a_small_stack<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    within(|| {
        let builder = thread::Builder::new().stack_size(2 << 20);
        builder.spawn(body).expect("a thread").join().expect("no panic")
    })
}

#[tasklet]
async fn chain(depth: u32) -> u32 {
    if depth == 0 { 0 } else { chain(depth - 1).await + 1 }
}

#[test]
fn a_chain_of_tasklets_each_starting_the_next_completes() {
    on_a_small_stack(|| assert_eq!(chain(MANY).get_result(), MANY));
}

#[test]
fn a_chain_that_waits_at_its_end_is_woken_from_there_to_its_beginning() {
    #[tasklet]
    async fn waiting_chain(depth: u32, gate: TaskletFuture<()>) -> u32 {
        if depth == 0 {
            gate.await;
            return 0;
        }
        waiting_chain(depth - 1, gate).await + 1
    }
    on_a_small_stack(|| {
        let (opener, closed) = gate();
        let future = waiting_chain(MANY, closed);
        let setter = thread::spawn(move || opener.set_result(()));
        assert_eq!(future.get_result(), MANY);
        setter.join().expect("no panic");
    });
}

#[test]
fn a_chain_of_deferred_tasklets_is_finished_by_a_handler() {
    #[tasklet]
    async fn start_next(left: u32, sender: mpsc::Sender<()>) {
        yield_now().await;
        match left {
            0 => sender.send(()).expect("the test listens"),
            _ => start_next(left - 1, sender).defer(),
        }
    }
    #[toplevel]
    async fn handler(sender: mpsc::Sender<()>) {
        start_next(MANY, sender).defer();
    }
    on_a_small_stack(|| {
        let (sender, receiver) = mpsc::channel();
        futures_lite::future::block_on(handler(sender));
        assert_eq!(receiver.try_recv(), Ok(()));
    });
}

#[test]
fn a_panic_climbs_a_long_chain() {
    #[tasklet]
    async fn bad_chain(depth: u32) -> u32 {
        if depth == 0 {
            std::future::ready(()).await;
            panic!("from the depth");
        }
        bad_chain(depth - 1).await + 1
    }
    on_a_small_stack(|| {
        let message = tests::panic_of(|| bad_chain(1_000).get_result());
        assert_eq!(message, "from the depth");
    });
}

#[test]
fn a_long_chain_is_cancelled_from_its_beginning_without_recursion() {
    #[tasklet]
    async fn hold_next(depth: u32, gate: TaskletFuture<()>) {
        if depth == 0 {
            gate.await;
        } else {
            hold_next(depth - 1, gate).await;
        }
    }
    on_a_small_stack(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        let first = context.enter(|| hold_next(MANY, closed));
        while context.run0() == tasklet_core::Turn::Worked {}
        assert_eq!(context.pending(), MANY as usize + 1);
        context.enter(|| first.cancel());
        assert_eq!(context.pending(), MANY as usize);
        opener.set_result(());
        context.run();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn a_cancelled_thread_bound_handler_drops_a_long_chain_without_recursion() {
    #[tasklet(?Send)]
    async fn hold_next(depth: u32, gate: TaskletFuture<()>, counter: std::rc::Rc<()>) {
        if depth == 0 {
            gate.await;
        } else {
            hold_next(depth - 1, gate, counter).await;
        }
    }
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(gate: TaskletFuture<()>, counter: &std::rc::Rc<()>) {
        hold_next(MANY, gate, counter.clone()).await;
    }
    on_a_small_stack(|| {
        let (opener, closed) = gate();
        let counter = std::rc::Rc::new(());
        let mut handler = Box::pin(handler(closed, &counter));
        for _ in 0..MANY {
            assert!(tests::poll_now(&mut handler).is_pending());
        }
        drop(handler);
        assert_eq!(std::rc::Rc::strong_count(&counter), 1, "everything is dropped");
        opener.set_result(());
    });
}

#[test]
fn a_crowd_waits_at_once_and_is_let_go_at_once() {
    #[tasklet]
    async fn wait(gate: SharedFuture<()>, n: u32) -> u32 {
        gate.await;
        n
    }
    on_a_small_stack(|| {
        const CROWD: u32 = 5_000;
        let context = Context::new();
        let (opener, closed) = gate();
        let closed = closed.shared();
        let futures: Vec<_> =
            context.enter(|| (0..CROWD).map(|n| wait(closed.clone(), n)).collect());
        assert_eq!(context.pending(), CROWD as usize);
        opener.set_result(());
        let results = context.block_on(futures.join_all());
        assert!(results.into_iter().eq(0..CROWD));
    });
}

#[test]
fn a_chain_of_shared_futures_is_started_woken_and_dropped() {
    #[tasklet]
    async fn pass_on(next: SharedFuture<u32>) -> u32 {
        next.await + 1
    }
    on_a_small_stack(|| {
        let (opener, closed) = TaskletFuture::promise();
        let first = closed.shared();
        let last = (0..MANY).fold(first.clone(), |next, _| pass_on(next).shared());
        assert_eq!(Context::current().pending(), MANY as usize);
        opener.set_result(0);
        assert_eq!(last.get_result(), MANY);
        assert_eq!(first.get_result(), 0);

        let context = Context::new();
        let (opener, closed) = TaskletFuture::<u32>::promise();
        let (first, started) = (closed.shared(), context.clone());
        let last = started.enter(|| (0..MANY).fold(first, |next, _| pass_on(next).shared()));
        drop(last);
        opener.set_result(0);
        context.run();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn thousands_of_contexts_live_at_once() {
    #[toplevel]
    async fn handler(gate: SharedFuture<()>, n: u32) -> u32 {
        chain(3).await;
        gate.await;
        n
    }
    on_a_small_stack(|| {
        const CONTEXTS: u32 = 5_000;
        let (opener, closed) = gate();
        let closed = closed.shared();
        let mut handlers: Vec<_> =
            (0..CONTEXTS).map(|n| Box::pin(handler(closed.clone(), n))).collect();
        for handler in &mut handlers {
            assert!(tests::poll_now(handler).is_pending());
        }
        opener.set_result(());
        for (n, mut handler) in (0..).zip(handlers) {
            assert_eq!(tests::poll_now(&mut handler), std::task::Poll::Ready(n));
        }
        closed.get_result();
    });
}

#[test]
fn ten_thousand_that_wait_are_woken_one_by_one() {
    #[tasklet]
    async fn wait(gate: TaskletFuture<()>, group: TaskletFuture<()>) {
        gate.await;
        group.await;
    }
    #[tasklet]
    async fn pass_on(gate: TaskletFuture<()>) {
        gate.await;
    }
    #[toplevel]
    async fn handler(gates: Vec<TaskletFuture<()>>, groups: Vec<TaskletFuture<()>>) {
        let passed: Vec<_> = groups.into_iter().map(pass_on).collect();
        gates.into_iter().zip(passed).for_each(|(gate, group)| wait(gate, group).defer());
    }
    on_a_small_stack(|| {
        const CROWD: usize = 10_000;
        let (openers, gates): (Vec<_>, Vec<_>) = (0..CROWD).map(|_| gate()).unzip();
        let (groups, closed): (Vec<_>, Vec<_>) = (0..CROWD).map(|_| gate()).unzip();
        let mut handler = Box::pin(handler(gates, closed));
        assert!(tests::poll_now(&mut handler).is_pending());
        // The newest first wait for tasklets, so that a search for one that waits for something
        // else has further to go each time.
        for opener in openers.into_iter().rev() {
            opener.set_result(());
            assert!(tests::poll_now(&mut handler).is_pending());
        }
        for opener in groups {
            assert!(tests::poll_now(&mut handler).is_pending());
            opener.set_result(());
        }
        assert!(tests::poll_now(&mut handler).is_ready());
    });
}

#[test]
fn a_hundred_thousand_tasklets_are_pending_and_then_none() {
    #[tasklet]
    async fn wait(gate: TaskletFuture<()>) {
        gate.await;
    }
    on_a_small_stack(|| {
        let context = Context::new();
        let (openers, gates): (Vec<_>, Vec<_>) = (0..MANY).map(|_| gate()).unzip();
        context.enter(|| gates.into_iter().for_each(|gate| wait(gate).defer()));
        assert_eq!(context.pending(), MANY as usize);
        thread::spawn(move || openers.into_iter().for_each(|opener| opener.set_result(())));
        context.run();
        assert_eq!((context.pending(), context.started()), (0, u64::from(MANY)));
    });
}

#[test]
fn a_hundred_thousand_are_joined() {
    on_a_small_stack(|| {
        let futures: Vec<_> = (0..MANY).map(|_| chain(1)).collect();
        assert_eq!(futures.join_all().get_result().iter().sum::<u32>(), MANY);
    });
}

#[test]
fn a_long_loop_of_one_tasklet_lets_the_others_run() {
    #[tasklet]
    async fn spin(stop: SharedFuture<()>) -> u32 {
        let mut turns = 0;
        while !stop.done() {
            yield_now().await;
            turns += 1;
        }
        stop.await;
        turns
    }
    on_a_small_stack(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let stop = closed.shared();
        let spinning = [spin(stop.clone()), spin(stop)];
        let setter = thread::spawn(move || opener.set_result(()));
        spinning.join_all().get_result();
        setter.join().expect("no panic");
        log.add("both have stopped");
        assert_eq!(log.take().len(), 1);
    });
}

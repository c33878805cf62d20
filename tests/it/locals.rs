//! Tasklets that stay on their thread: `#[tasklet(?Send)]`, with a handle type of its own.

use std::cell::RefCell;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::{Context, State, TaskletFuture, sleep, tasklet, toplevel};
use tests::{Log, gate, panic_of, panic_of_future, run, within, yield_now};

#[tasklet(?Send)]
async fn push(gate: TaskletFuture<()>, list: Rc<RefCell<Vec<u32>>>, item: u32) -> Rc<()> {
    gate.await;
    list.borrow_mut().push(item);
    Rc::new(())
}

/// Not `Send`; tells on which thread it is dropped.
struct Tell(mpsc::Sender<ThreadId>, PhantomData<Rc<()>>);

impl Drop for Tell {
    fn drop(&mut self) {
        // Nobody listens any more to one that is dropped when its thread ends.
        let _unheard = self.0.send(thread::current().id());
    }
}

#[test]
fn it_may_hold_and_return_what_is_not_send() {
    run(async || {
        let list = Rc::new(RefCell::new(Vec::new()));
        let (opener, closed) = gate();
        let future = push(closed, Rc::clone(&list), 42);
        assert_eq!((future.done(), future.state()), (false, State::Running));
        opener.set_result(());
        future.await;
        assert_eq!(*list.borrow(), [42]);
    });
}

#[test]
fn its_handle_does_what_the_other_one_does() {
    within(|| {
        let list = Rc::new(RefCell::new(Vec::new()));
        let ready = || TaskletFuture::ready(()).map(|()| ());
        let start = |item| push(ready(), Rc::clone(&list), item);
        let mut waited = start(1);
        waited.wait();
        assert!(waited.done());
        waited.get_result();
        let shared = Rc::clone(&list);
        assert_eq!(start(2).map(move |_| shared.borrow().len()).get_result(), 2);
        start(3).defer();
        let closed = Context::current().spawn(yield_now());
        push(closed, Rc::clone(&list), 4).cancel();
        Context::current().run();
        assert_eq!(*list.borrow(), [1, 2, 3]);
        assert_eq!(Rc::strong_count(&list), 1, "nothing holds it any more");
    });
}

#[test]
fn a_body_that_never_awaits_is_finished_at_the_call() {
    #[tasklet(?Send)]
    async fn inline(x: Rc<u32>) -> Rc<u32> {
        x
    }
    run(async || {
        let future = inline(42.into());
        assert!(future.done());
        assert_eq!((*future.await, Context::current().started()), (42, 0));
    });
}

#[test]
fn woken_from_another_thread_it_goes_on_where_it_was_started() {
    #[tasklet(?Send)]
    async fn threads(gate: TaskletFuture<()>, _here: Rc<()>) -> [ThreadId; 2] {
        let before = thread::current().id();
        gate.await;
        [before, thread::current().id()]
    }
    within(|| {
        for _ in 0..100 {
            let (opener, closed) = gate();
            let future = threads(closed, Rc::new(()));
            let setter = thread::spawn(move || opener.set_result(()));
            assert_eq!(future.get_result(), [thread::current().id(); 2]);
            setter.join().expect("no panic");
        }
    });
}

#[test]
fn its_panics_and_errors_go_the_same_ways() {
    #[tasklet(?Send)]
    async fn fail(panics: Rc<bool>) -> Result<(), String> {
        yield_now().await;
        assert!(!*panics, "it had to");
        Err("unseen".to_owned())
    }
    run(async || {
        assert_eq!(panic_of_future(fail(true.into())).await, "it had to");
        fail(false.into()).defer();
        Context::current().run();
        let errors = Context::current().take_errors();
        assert_eq!((errors[0].name(), errors[0].message()), ("fail", "unseen"));
        assert_eq!(errors[0].place().file(), file!());
    });
}

#[test]
fn in_a_handler_that_may_move_the_call_panics_and_says_what_to_do() {
    #[toplevel]
    async fn handler() {
        push(TaskletFuture::ready(()), Rc::default(), 1).defer();
    }
    within(|| {
        let message = panic_of(|| block_on(handler()));
        assert!(message.starts_with("`push` is a `#[tasklet(?Send)]`"), "{message}");
        assert!(message.contains("call it below a `#[toplevel(?Send)]`"), "{message}");
    });
}

#[test]
fn in_a_handler_that_stays_it_runs_to_its_end() {
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(gate: TaskletFuture<()>, list: Rc<RefCell<Vec<u32>>>) -> usize {
        push(gate, Rc::clone(&list), 1).defer();
        push(TaskletFuture::ready(()), Rc::clone(&list), 2).await;
        list.borrow().len()
    }
    within(|| {
        let list = Rc::new(RefCell::new(Vec::new()));
        let (opener, closed) = gate();
        let setter = thread::spawn(move || opener.set_result(()));
        assert!(1 <= block_on(handler(closed, Rc::clone(&list))));
        setter.join().expect("no panic");
        list.borrow_mut().sort_unstable();
        assert_eq!(*list.borrow(), [1, 2]);
    });
}

#[test]
fn it_ties_a_context_to_its_thread_and_others_still_start_tasklets_in_it() {
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        let list = Rc::new(RefCell::new(Vec::new()));
        let bound = context.enter(|| push(closed, Rc::clone(&list), 1));
        let there = thread::spawn({
            let context = context.clone();
            move || {
                let message = panic_of(|| {
                    context.enter(|| push(TaskletFuture::ready(()), Rc::default(), 2).defer());
                });
                assert!(message.starts_with("`push` is a `#[tasklet(?Send)]`"), "{message}");
                context.spawn(async { thread::current().id() })
            }
        });
        let spawned = there.join().expect("no panic");
        opener.set_result(());
        bound.get_result();
        assert_eq!(spawned.get_result(), thread::current().id());
        assert_eq!(*list.borrow(), [1]);
    });
}

#[test]
fn its_body_is_dropped_on_its_thread_whichever_thread_has_its_last_waker() {
    #[tasklet(?Send)]
    async fn hold(tell: Tell, wakers: mpsc::Sender<std::task::Waker>) {
        let mut polls = 0;
        poll_fn(|cx| {
            wakers.send(cx.waker().clone()).expect("the test listens");
            polls += 1;
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        drop(tell);
    }
    within(|| {
        let (sender, dropped) = mpsc::channel();
        let (wakers_in, wakers) = mpsc::channel();
        let here = thread::current().id();
        let start = || hold(Tell(sender.clone(), PhantomData), wakers_in.clone());

        let cancelled = start();
        let waker = wakers.recv().expect("it was polled");
        cancelled.cancel();
        thread::spawn(move || drop(waker)).join().expect("no panic");
        assert_eq!(dropped.recv(), Ok(here));

        let finished = start();
        let waker = wakers.recv().expect("it was polled");
        let waking = thread::spawn(move || {
            waker.wake_by_ref();
            waker
        });
        finished.get_result();
        assert_eq!(dropped.recv(), Ok(here));
        let waker = waking.join().expect("no panic");
        let last = wakers.recv().expect("it was polled again");
        thread::spawn(move || drop((waker, last))).join().expect("no panic");
        assert!(dropped.try_recv().is_err());
    });
}

#[test]
fn a_body_whose_thread_is_gone_is_never_dropped_on_another_one() {
    #[tasklet(?Send)]
    async fn hold(gate: TaskletFuture<()>, tell: Tell) {
        gate.await;
        drop(tell);
    }
    within(|| {
        let (sender, dropped) = mpsc::channel();
        let (opener, closed) = gate();
        let gone = thread::spawn(move || hold(closed, Tell(sender, PhantomData)).defer());
        let gone_id = gone.thread().id();
        gone.join().expect("no panic");
        opener.set_result(());
        // Either its own thread has dropped it at its end, or it is leaked.
        assert!(dropped.try_iter().all(|thread| thread == gone_id));
    });
}

#[test]
fn sleeps_and_other_tasklets_serve_it() {
    #[tasklet(?Send)]
    async fn nap(log: Rc<Log>) {
        sleep(Duration::from_secs(1)).await;
        log.add("slept");
    }
    run(async || {
        let log = Log::new();
        nap(Rc::new(log.clone())).await;
        assert_eq!(log.take(), ["slept"]);
    });
}

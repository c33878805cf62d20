//! Contexts come to their end and are freed, and nobody who waits for one is forgotten, whoever
//! drives it meanwhile.

use std::future::{Future, IntoFuture, pending, poll_fn};
use std::pin::Pin;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::task::{Context as PollContext, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use futures_lite::future::{block_on, yield_now};

use super::block::poll_as_guest;
use super::{Context, Shared};
use crate::error::Info;
use crate::{__private as private, Awaiting, Completer, Idle, sleep};

static HANDLER: Info = Info::new("handler", module_path!());

/// Longer than anything here takes, under Miri too.
const DEADLINE: Duration = Duration::from_secs(60);

/// So often is repeated what depends on how threads interleave.
const ROUNDS: usize = if cfg!(miri) { 3 } else { 300 };

/// Runs a test on a thread of its own, so that a hang is a failure.
fn within_deadline(test: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        // Nobody listens any more if it took too long.
        let _late = sender.send(());
    });
    match receiver.recv_timeout(DEADLINE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// Futures wait until it is opened; it keeps their wakers.
#[derive(Clone, Debug, Default)]
struct Gate(Arc<(AtomicBool, Mutex<Vec<Waker>>)>);

impl Gate {
    fn open(&self) {
        self.0.0.store(true, SeqCst);
        let wakers = std::mem::take(&mut *self.0.1.lock().expect("nobody panics here"));
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<()> {
        self.0.1.lock().expect("nobody panics here").push(cx.waker().clone());
        if self.0.0.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Counts how often it was woken.
#[derive(Debug, Default)]
struct Alarm(AtomicUsize);

impl Alarm {
    fn was_woken(&self) -> bool {
        0 < self.0.load(SeqCst)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll_once<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut PollContext::from_waker(waker))
}

/// Waits once for everything in a context, as somebody does who then parks.
fn begin_to_wait(context: &Context) -> Arc<Alarm> {
    let alarm = Arc::new(Alarm::default());
    let waker = Waker::from(Arc::clone(&alarm));
    let mut cx = PollContext::from_waker(&waker);
    let polled = poll_as_guest(
        context.shared(),
        &mut cx,
        || false,
        |driving, _| {
            let finished = driving.is_some_and(|driving| driving.is_finished(context.shared()));
            if finished { Poll::Ready(()) } else { Poll::Pending }
        },
        |_| None,
    );
    assert!(polled.is_pending(), "there is something to wait for");
    alarm
}

/// What was done in a context is over: once its handle is gone, so must it be.
fn assert_freed(name: &str, context: Context) {
    let shared: Weak<Shared> = Arc::downgrade(context.shared());
    drop(context);
    assert_eq!(shared.strong_count(), 0, "{name}: something still holds the context");
}

#[test]
fn contexts_are_freed_with_their_last_handle() {
    type Scenario = (&'static str, fn(&Context));
    let scenarios: [Scenario; 10] = [
        ("nothing", |_| {}),
        ("awaited", |context| context.spawn(yield_now()).get_result()),
        ("deferred", |context| {
            context.spawn(yield_now()).defer();
            context.run();
        }),
        ("cancelled while suspended", |context| context.spawn(pending::<()>()).cancel()),
        ("cancelled while ready", |context| context.spawn(yield_now()).cancel()),
        ("a timer, cancelled", |context| {
            let sleeps = context.enter(|| sleep(Duration::from_secs(1)));
            sleeps.cancel();
        }),
        ("callbacks", |context| {
            let future = context.spawn(yield_now());
            context.enter(|| future.add_callback(|| {}));
            context.enter(|| future.add_immediate_callback(|| {}));
            drop(future);
            context.run();
        }),
        ("idle callbacks", |context| context.add_idle(|| Idle::Nothing)),
        ("a promise, deferred", |context| {
            let (completer, future) = Completer::new();
            context.enter(|| future.defer());
            completer.set_result(());
            context.run();
        }),
        ("a tasklet that holds a handle", |context| {
            let held = context.clone();
            context.spawn(async move { drop((held, yield_now().await)) }).get_result();
        }),
    ];
    for (name, scenario) in scenarios {
        let context = Context::builder().virtual_time().build();
        scenario(&context);
        assert_freed(name, context);
    }
}

#[test]
fn a_shared_future_that_was_polled_outside_does_not_keep_its_context() {
    let context = Context::new();
    let gate = Gate::default();
    let mut shared = context.spawn(gate.clone()).shared().into_future();
    assert!(poll_once(&mut shared, Waker::noop()).is_pending());
    context.block_on(async {
        gate.open();
        yield_now().await;
    });
    drop((shared, gate));
    assert_freed("shared", context);
}

#[test]
fn a_waker_outlives_its_context() {
    let context = Context::new();
    let gate = Gate::default();
    context.spawn(gate.clone()).cancel();
    drop(context);
    gate.open();
}

#[test]
fn toplevels_free_their_contexts() {
    let seen: Arc<Mutex<Weak<Shared>>> = Arc::default();
    let (see, gate) = (Arc::clone(&seen), Gate::default());
    let wait = gate.clone();
    let body = async move {
        *see.lock().expect("unpoisoned") = Arc::downgrade(Context::current().shared());
        Context::current().spawn(yield_now()).defer();
        wait.await;
    };
    let mut handler = private::toplevel(&HANDLER, body);
    assert!(poll_once(&mut handler, Waker::noop()).is_pending());
    assert!(0 < seen.lock().expect("unpoisoned").strong_count());
    gate.open();
    assert!(poll_once(&mut handler, Waker::noop()).is_ready());
    drop((handler, gate));
    assert_eq!(seen.lock().expect("unpoisoned").strong_count(), 0);
}

#[test]
fn a_cancelled_local_toplevel_drops_what_it_has_started() {
    let held = Arc::new(());
    let inside = Arc::clone(&held);
    let body = async move {
        for keep in [Arc::clone(&inside), inside] {
            Context::current().spawn(async move { drop((keep, pending::<()>().await)) }).defer();
        }
        pending::<()>().await;
    };
    let mut handler = private::toplevel_local_cancel(&HANDLER, body);
    assert!(poll_once(&mut handler, Waker::noop()).is_pending());
    assert_eq!(Arc::strong_count(&held), 3);
    drop(handler);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_body_that_wakes_itself_is_polled_again() {
    within_deadline(|| {
        block_on(private::toplevel(&HANDLER, yield_now()));
        block_on(private::toplevel_local(&HANDLER, yield_now()));
    });
}

#[test]
fn a_body_that_never_stops_to_wake_itself_yields_to_its_runtime() {
    let body = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    });
    let alarm = Arc::new(Alarm::default());
    let mut handler = private::toplevel_cancel(&HANDLER, body);
    assert!(poll_once(&mut handler, &Waker::from(Arc::clone(&alarm))).is_pending());
    assert!(alarm.was_woken());
}

/// Polls a toplevel until nothing can be done, and says whether it then sleeps.
fn sleeps(handler: &mut (impl Future<Output = ()> + Unpin)) -> bool {
    let alarm = Arc::new(Alarm::default());
    assert!(poll_once(handler, &Waker::from(Arc::clone(&alarm))).is_pending());
    !alarm.was_woken()
}

#[test]
fn a_late_wake_up_of_the_body_lets_the_toplevel_sleep() {
    let (gate, last) = (Gate::default(), Gate::default());
    let (mut loser, wait) = (gate.clone(), last.clone());
    let body = poll_fn(move |cx| {
        Context::current().spawn(wait.clone()).defer();
        assert!(Pin::new(&mut loser).poll(cx).is_pending());
        Poll::Ready(())
    });
    let mut handler = private::toplevel(&HANDLER, body);
    assert!(poll_once(&mut handler, Waker::noop()).is_pending());
    gate.open();
    assert!(sleeps(&mut handler));
    last.open();
    assert!(poll_once(&mut handler, Waker::noop()).is_ready());
}

#[test]
fn a_nested_wait_sleeps_though_the_body_was_woken() {
    let body = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        let context = Context::current();
        let task = context.spawn(pending::<()>());
        let spins = begin_to_wait(&context).was_woken();
        task.cancel();
        Poll::Ready(spins)
    });
    assert!(!block_on(private::toplevel(&HANDLER, body)));
}

#[test]
fn a_guest_that_leaves_a_timer_wakes_whoever_waits() {
    let context = Context::builder().virtual_time().build();
    let task = context.spawn(pending::<()>());
    let waiting = begin_to_wait(&context);
    let timer = context.enter(|| sleep(Duration::from_secs(1)));
    assert!(waiting.was_woken(), "nobody else sets the alarm");
    timer.cancel();
    task.cancel();
}

#[test]
fn a_guest_that_adds_an_idle_callback_wakes_whoever_waits() {
    let context = Context::new();
    let task = context.spawn(pending::<()>());
    let waiting = begin_to_wait(&context);
    context.add_idle(|| Idle::Finished);
    assert!(waiting.was_woken(), "nobody else calls it");
    task.cancel();
}

#[test]
fn a_guest_that_finishes_the_last_task_wakes_whoever_waits_for_all() {
    let context = Context::new();
    let gate = Gate::default();
    context.spawn(gate.clone()).defer();
    let waiting = begin_to_wait(&context);
    context.block_on(async {
        gate.open();
        yield_now().await;
    });
    assert_eq!(context.pending(), 0);
    assert!(waiting.was_woken());
}

#[test]
fn two_threads_that_wait_in_one_context_hand_it_over() {
    within_deadline(|| {
        for _ in 0..ROUNDS {
            let context = Context::new();
            let gates = [Gate::default(), Gate::default()];
            let [first, second] = gates.clone();
            let opens = gates[1].clone();
            let quick = context.spawn(async move {
                first.await;
                opens.open();
            });
            let slow = context.spawn(async move {
                second.await;
                yield_now().await;
                42
            });
            let threads = (
                thread::spawn(move || quick.get_result()),
                thread::spawn(move || assert_eq!(slow.get_result(), 42)),
            );
            gates[0].open();
            threads.0.join().expect("the quick one");
            threads.1.join().expect("the slow one");
        }
    });
}

#[test]
fn whoever_awaits_elsewhere_is_woken_though_the_toplevel_ends() {
    within_deadline(|| {
        for _ in 0..ROUNDS {
            let (sender, receiver) = mpsc::channel();
            let gate = Gate::default();
            let wait = gate.clone();
            let other = thread::spawn(move || {
                let task: crate::TaskletFuture<u32> = receiver.recv().expect("it is sent");
                gate.open();
                block_on(task.into_future())
            });
            block_on(private::toplevel(&HANDLER, async move {
                let task = Context::current().spawn(async {
                    wait.await;
                    42
                });
                sender.send(task).expect("the thread listens");
            }));
            assert_eq!(other.join().expect("it ends"), 42);
        }
    });
}

#[test]
fn a_handle_that_comes_back_is_awaited_where_it_is() {
    within_deadline(|| {
        let gate = Gate::default();
        let opens = gate.clone();
        block_on(private::toplevel(&HANDLER, async move {
            let task = Context::current().spawn(gate);
            let elsewhere = thread::spawn(move || {
                let mut awaiting: Awaiting<()> = task.into_future();
                assert!(poll_once(&mut awaiting, Waker::noop()).is_pending());
                awaiting
            });
            // The other thread's waker is still on its way when this one becomes the last.
            let awaiting = elsewhere.join().expect("it polls once");
            Context::current()
                .spawn(async move {
                    yield_now().await;
                    opens.open();
                })
                .defer();
            awaiting.await;
        }));
    });
}

#[test]
fn a_wake_up_of_an_ended_context_waits_for_nobody() {
    within_deadline(|| {
        let mut kept = None;
        block_on(private::toplevel_cancel(&HANDLER, async { kept = Some(Context::current()) }));
        let context = kept.expect("the body has run");
        let gate = Gate::default();
        let mut task = Some(context.spawn(gate.clone()).into_future());
        context.block_on(poll_fn(move |_| {
            // The task's context is driven by this very poll, which waits for the other thread.
            let mut task = task.take().expect("this is ready at once");
            let gate = gate.clone();
            let other = thread::spawn(move || {
                assert!(poll_once(&mut task, Waker::noop()).is_pending());
                gate.open();
            });
            other.join().expect("it waits for nobody");
            Poll::Ready(())
        }));
        context.run();
    });
}

#[test]
fn a_task_that_is_cancelled_before_the_driver_knows_it_never_runs() {
    within_deadline(|| {
        let context = Context::new();
        let ran = Arc::new(AtomicBool::new(false));
        let runs = Arc::clone(&ran);
        let (driving, stop) = (mpsc::channel(), mpsc::channel::<()>());
        let driver = context.clone();
        let thread = thread::spawn(move || {
            driver.enter(|| {
                driving.0.send(()).expect("the test listens");
                stop.1.recv().expect("the test says so");
            });
        });
        driving.1.recv().expect("the thread drives");
        let task = context.spawn(async move { runs.store(true, SeqCst) });
        stop.0.send(()).expect("the thread listens");
        thread.join().expect("it ends");
        context.enter(|| task.cancel());
        context.run();
        assert!(!ran.load(SeqCst));
    });
}

#[test]
fn what_waits_for_a_cancelled_task_from_within_its_drop_is_woken() {
    struct PollsInDrop(Arc<Mutex<Option<Awaiting<()>>>>, Waker);
    impl Drop for PollsInDrop {
        fn drop(&mut self) {
            let mut own = self.0.lock().expect("unpoisoned");
            let polled = poll_once(own.as_mut().expect("its own handle"), &self.1);
            assert!(polled.is_pending(), "it is not over yet");
        }
    }
    let alarm = Arc::new(Alarm::default());
    let own = Arc::default();
    let in_drop = PollsInDrop(Arc::clone(&own), Waker::from(Arc::clone(&alarm)));
    let slot = Arc::clone(&own);
    let body = async move {
        let task = Context::current().spawn(async move { drop((in_drop, pending::<()>().await)) });
        *slot.lock().expect("unpoisoned") = Some(task.into_future());
        pending::<()>().await;
    };
    let mut handler = private::toplevel_local_cancel(&HANDLER, body);
    assert!(poll_once(&mut handler, Waker::noop()).is_pending());
    drop(handler);
    assert!(alarm.was_woken());
}

#[test]
fn a_payload_that_panics_in_its_drop_stops_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                // A payload without a size: what a second panic throws is leaked.
                std::panic::resume_unwind(Box::new(()));
            }
        }
    }
    struct Throws;
    impl Drop for Throws {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new(Bomb));
        }
    }
    let context = Context::new();
    let cancelled = context.spawn(async { drop((Throws, pending::<()>().await)) });
    context.enter(|| cancelled.cancel());
    context.spawn(async { std::future::ready(Throws).await }).defer();
    context.spawn(async { drop((Throws, yield_now().await)) }).defer();
    context.run();
    assert_eq!(context.take_errors().len(), 3, "{:?}", context.take_errors());
}

/// What is finished by the thread that lives as long as the process: Miri is asked not to mind it.
mod in_the_background {
    use super::*;

    /// Waits until all tasklets of a test have been dropped, and with them what they hold.
    fn wait_until_dropped(dropped: &mpsc::Receiver<()>) {
        let ended = dropped.recv_timeout(DEADLINE);
        assert_eq!(ended, Err(mpsc::RecvTimeoutError::Disconnected), "something is left");
    }

    #[test]
    fn a_toplevel_whose_caller_has_gone_is_finished() {
        let (gate, (held, dropped)) = (Gate::default(), mpsc::channel::<()>());
        let (wait, deferred) = (gate.clone(), gate.clone());
        let body = async move {
            let also = held.clone();
            Context::current().spawn(async move { drop((also, deferred.await)) }).defer();
            drop((held, wait.await));
        };
        let mut handler = private::toplevel(&HANDLER, body);
        assert!(poll_once(&mut handler, Waker::noop()).is_pending());
        drop(handler);
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Empty));
        gate.open();
        wait_until_dropped(&dropped);
    }

    #[test]
    fn what_a_cancelled_toplevel_has_started_is_finished_though_its_body_was_woken() {
        let (held, dropped) = mpsc::channel::<()>();
        let [gate, wakes, ends] = [(); 3].map(|()| Gate::default());
        let (wait, deferred, last) = (gate.clone(), wakes.clone(), ends.clone());
        let body = async move {
            Context::current()
                .spawn(async move { drop((held, deferred.await, last.await)) })
                .defer();
            wait.await;
            unreachable!("it is cancelled before");
        };
        let mut handler = private::toplevel_cancel(&HANDLER, body);
        assert!(poll_once(&mut handler, Waker::noop()).is_pending());
        gate.open();
        drop(handler);
        wakes.open();
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Empty));
        ends.open();
        wait_until_dropped(&dropped);
    }

    #[test]
    fn a_context_whose_last_handle_goes_while_another_thread_drives_is_finished() {
        within_deadline(|| {
            let (context, gate) = (Context::new(), Gate::default());
            let (driving, stop) = (mpsc::channel(), mpsc::channel::<()>());
            let (held, dropped) = mpsc::channel::<()>();
            let wait = gate.clone();
            context.spawn(async move { drop((held, wait.await)) }).defer();
            let task = context.spawn(async move {
                yield_now().await;
                driving.0.send(()).expect("the test listens");
                stop.1.recv().expect("the test says so");
            });
            let thread = thread::spawn(move || task.get_result());
            driving.1.recv().expect("the thread drives");
            drop(context);
            stop.0.send(()).expect("the thread listens");
            thread.join().expect("it ends");
            gate.open();
            wait_until_dropped(&dropped);
        });
    }

    #[test]
    fn the_last_handle_may_go_inside_a_tasklet_of_its_own() {
        within_deadline(|| {
            let context = Context::new();
            let held = context.clone();
            let task = context.spawn(async move {
                yield_now().await;
                drop(held);
                yield_now().await;
                42
            });
            drop(context);
            assert_eq!(task.get_result(), 42);
        });
    }

    #[test]
    fn what_is_queued_in_an_ended_context_is_called() {
        within_deadline(|| {
            let mut kept = None;
            block_on(private::toplevel_cancel(&HANDLER, async { kept = Some(Context::current()) }));
            let context = kept.expect("the body has run");
            let (sender, receiver) = mpsc::channel();
            context.queue_call(None, move || sender.send("called").expect("the test listens"));
            drop(context);
            assert_eq!(receiver.recv_timeout(DEADLINE), Ok("called"));
        });
    }

    #[test]
    fn what_is_started_elsewhere_while_the_toplevel_ends_runs() {
        within_deadline(|| {
            for _ in 0..ROUNDS {
                let (sender, receiver) = mpsc::channel::<Context>();
                let other = thread::spawn(move || {
                    let context = receiver.recv().expect("it is sent");
                    context.spawn(yield_now()).get_result();
                    context.queue_call(None, || {});
                });
                block_on(private::toplevel(&HANDLER, async move {
                    sender.send(Context::current()).expect("the thread listens");
                    yield_now().await;
                }));
                other.join().expect("it ends");
            }
        });
    }
}

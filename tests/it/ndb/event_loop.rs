//! The loop: what runs before what, and who wakes whom. Cases 79 to 95.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tasklet_core::prelude::*;
use tasklet_core::{Idle, Turn};
use tests::{Log, Logged, gate, run, within};

const SECOND: Duration = Duration::from_secs(1);

fn virtual_time() -> Context {
    Context::builder().virtual_time().build()
}

fn adds(log: &Log, event: &'static str) -> impl FnOnce() + Send + 'static + use<> {
    let log = log.clone();
    move || log.add(event)
}

/// An idle callback that answers the same each time.
fn idler(
    log: &Log,
    name: &'static str,
    answer: Idle,
) -> impl FnMut() -> Idle + Send + 'static + use<> {
    let log = log.clone();
    move || {
        log.add(name);
        answer
    }
}

/// An RPC: somebody else completes it, on a thread of its own, when it is told to.
fn rpc<T: Send + 'static>(result: T) -> (mpsc::Sender<()>, TaskletFuture<T>) {
    let (completer, future) = TaskletFuture::promise();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        if receiver.recv().is_ok() {
            completer.set_result(result);
        }
    });
    (sender, future)
}

/// Turns until nothing is ready, and tells what is waited for.
fn turn_until_it_waits(context: &Context) -> Turn {
    loop {
        match context.run0() {
            Turn::Worked => {}
            turn => return turn,
        }
    }
}

/// 79. testQueueTasklet (legacy eventloop_test.py:40): calls that are queued with delays are sorted
/// by the time when they are due, to the moment.
#[test]
fn test_queue_tasklet() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        context.queue_call(Some(SECOND), adds(&log, "f"));
        context.queue_call(Some(SECOND * 3), adds(&log, "h"));
        context.queue_call(Some(SECOND * 2), adds(&log, "g"));
        assert_eq!(context.pending(), 3);
        for called in ["f", "g", "h"] {
            // The time stands still while anything can run: each is due one second after the last.
            assert_eq!(turn_until_it_waits(&context), Turn::Waiting(Some(SECOND)));
            while log.peek().is_empty() {
                assert!(context.run1());
            }
            assert_eq!(log.take(), [called]);
        }
        assert_eq!(turn_until_it_waits(&context), Turn::Finished);
    });
}

/// 80. testFifoOrderForEventsWithDelayNone (legacy eventloop_test.py:72): calls without a delay run
/// in the order in which they were queued, and before those with one, be it zero.
#[test]
fn test_fifo_order_for_events_with_delay_none() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.queue_call(None, adds(&log, "2"));
        context.queue_call(None, adds(&log, "1"));
        context.queue_call(Some(Duration::ZERO), adds(&log, "0"));
        assert!(log.take().is_empty());
        context.run();
        assert_eq!(log.take(), ["2", "1", "0"]);
    });
}

/// 81. testRun (legacy eventloop_test.py:93): the earlier one first, whatever the order of
/// queueing; `run` waits for both.
#[test]
fn test_run_in_the_order_of_time() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        context.queue_call(Some(SECOND / 5), adds(&log, "42"));
        context.queue_call(Some(SECOND / 10), adds(&log, "hello"));
        context.run();
        assert_eq!(log.take(), ["hello", "42"]);
    });
}

/// 82. testRunWithRpcs (legacy eventloop_test.py:103): `run` waits for RPCs as well as for timers,
/// and calls what waits for each as soon as that is there.
#[test]
fn test_run_with_rpcs() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let (answer, rpc) = rpc("rpc");
        context.enter(|| {
            rpc.add_callback(adds(&log, "rpc"));
            rpc.defer();
        });
        context.queue_call(Some(Duration::from_millis(20)), adds(&log, "42"));
        context.queue_call(None, move || answer.send(()).expect("the rpc listens"));
        context.run();
        let mut events = log.take();
        events.sort();
        assert_eq!(events, ["42", "rpc"]);
        assert_eq!(context.pending(), 0);
    });
}

/// 83. testIdle (legacy eventloop_test.py:119): an idle callback that had nothing to do is called
/// once more in the next run, one that is finished is not.
#[test]
fn test_idle() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.add_idle(idler(&log, "idler1", Idle::Nothing));
        context.add_idle(idler(&log, "idler2", Idle::Nothing));
        context.add_idle(idler(&log, "idler3", Idle::Finished));
        context.run();
        assert_eq!(log.take(), ["idler1", "idler2", "idler3"]);
        // NDB's `run` calls them again in any case; here something must have happened meanwhile.
        context.queue_call(None, adds(&log, "something"));
        context.run();
        assert_eq!(log.take(), ["something", "idler1", "idler2"]);
    });
}

/// 84. testMultiRpcReadiness (legacy eventloop_test.py:144): an RPC that consists of several, all
/// of which have ended already, is ready, and what waits for it is called once.
#[test]
fn test_multi_rpc_readiness() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        let ((first, r1), (second, r2)) = (rpc("one"), rpc("two"));
        let mut both = [r1, r2];
        for answer in [first, second] {
            answer.send(()).expect("the rpc listens");
        }
        wait_all(&mut both).get_result();
        let rpc = context.spawn(both.join_all());
        rpc.add_callback(adds(&log, "called"));
        context.run();
        assert_eq!(log.take(), ["called"]);
        assert_eq!(rpc.await, ["one", "two"]);
    });
}

/// 85. testCleanUpStaleEvents (legacy eventloop_test.py:161): what one context has left over does
/// not turn up in another one. It is not thrown away, as NDB does it, but finished in the
/// background.
#[test]
fn test_clean_up_stale_events() {
    #[tasklet]
    async fn fetch_page(rpc: TaskletFuture<u32>, _ended: Logged, told: mpsc::Sender<u32>) {
        let left_over = rpc.await;
        told.send(left_over).expect("the test listens");
    }
    within(|| {
        let log = Log::new();
        let ((answer, rpc), (sender, told)) = (rpc(42), mpsc::channel());
        let old = Context::new();
        old.enter(|| fetch_page(rpc, log.on_drop("ended"), sender).defer());
        assert_eq!(old.pending(), 1);
        drop(old);
        let new = Context::new();
        assert_eq!((new.pending(), new.run0()), (0, Turn::Finished));
        answer.send(()).expect("the rpc listens");
        assert_eq!(told.recv(), Ok(42));
    });
}

/// 86. test_insert_event_right_empty_queue, _head, _tail, _middle, _collision (modern
/// test__eventloop.py:83-118): wherever a timer is inserted, the order is that of time; of two at
/// the same time the earlier inserted is first.
#[test]
fn test_insert_event_right() {
    let cases: [(&[u32], u32, &[&str]); 5] = [
        (&[], 1, &["new"]),
        (&[1], 0, &["new", "1"]),
        (&[0], 1, &["0", "new"]),
        (&[0, 2], 1, &["0", "new", "2"]),
        (&[0, 1, 2], 1, &["0", "1", "new", "2"]),
    ];
    for (queue, new, expected) in cases {
        within(move || {
            let (log, context) = (Log::new(), virtual_time());
            for seconds in queue {
                let log = log.clone();
                context.queue_call(Some(SECOND * (*seconds + 1)), move || log.add(seconds));
            }
            context.queue_call(Some(SECOND * (new + 1)), adds(&log, "new"));
            context.run();
            assert_eq!(log.take(), expected);
        });
    }
}

/// 87. test_queue_call_delay, test_queue_call_absolute (modern test__eventloop.py:127, 135): a
/// delay counts from the call. Where NDB takes any number above a billion for a point in time, a
/// time far away is here a long delay, and a point in time is what is left until then.
#[test]
fn test_queue_call_delay() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        context.block_on(async { sleep(SECOND * 5).await });
        context.queue_call(Some(SECOND * 5), adds(&log, "delayed"));
        assert!(log.take().is_empty());
        assert_eq!(turn_until_it_waits(&context), Turn::Waiting(Some(SECOND * 5)));
        context.run();
        assert_eq!(log.take(), ["delayed"]);

        let ages = Duration::from_secs(10_000_000_000);
        context.queue_call(Some(ages), adds(&log, "after ages"));
        context.queue_call(Some(SECOND), adds(&log, "before"));
        context.run();
        assert_eq!(log.take(), ["before", "after ages"]);
    });
}

/// 88. test_run_idle_no_idlers, _all_inactive, _remove_callback, _did_work, _did_no_work (modern
/// test__eventloop.py:160-203): one call of `run_idle` is one idle callback; when all of them had
/// nothing to do, they rest.
#[test]
fn test_run_idle() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        assert!(!context.run_idle(), "there are none");

        context.add_idle(idler(&log, "remove", Idle::Finished));
        context.add_idle(idler(&log, "no work", Idle::Nothing));
        assert!(context.run_idle());
        assert_eq!(log.take(), ["remove"]);
        assert!(context.run_idle());
        assert_eq!(log.take(), ["no work"]);
        assert!(!context.run_idle(), "all are inactive");

        context.add_idle(idler(&log, "works", Idle::Worked));
        for _ in 0..3 {
            assert!(
                context.run_idle() && context.run_idle(),
                "work makes all of them active again"
            );
        }
        assert_eq!(log.take(), ["no work", "works"].repeat(3));
    });
}

/// 89a. test_run0_nothing_to_do, _current, _idler (modern test__eventloop.py:205-226): nothing to
/// do, one call, one idle callback; a call makes idle callbacks active again.
#[test]
fn test_run0() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        assert_eq!(context.run0(), Turn::Finished);
        context.add_idle(idler(&log, "idler", Idle::Nothing));
        assert_eq!((context.run0(), log.take()), (Turn::Worked, vec!["idler".to_owned()]));
        assert_eq!(context.run0(), Turn::Finished, "it is inactive");
        context.queue_call(None, adds(&log, "current"));
        assert_eq!((context.run0(), log.take()), (Turn::Worked, vec!["current".to_owned()]));
        assert_eq!((context.run0(), log.take()), (Turn::Worked, vec!["idler".to_owned()]));
        assert_eq!(context.run0(), Turn::Finished);
    });
}

/// 89b. test_run0_next_later, _next_now (modern test__eventloop.py:227-251): of a timer that is not
/// due, `run0` tells the time that is left, and neither waits nor wakes idle callbacks; one that is
/// due it calls.
#[test]
fn test_run0_next() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        context.queue_call(Some(SECOND * 6), adds(&log, "later"));
        context.queue_call(Some(SECOND * 5), adds(&log, "next"));
        context.add_idle(idler(&log, "idler", Idle::Nothing));
        assert_eq!(turn_until_it_waits(&context), Turn::Waiting(Some(SECOND * 5)));
        assert_eq!(log.take(), ["idler"]);
        assert_eq!(context.run0(), Turn::Waiting(Some(SECOND * 5)));
        assert!(log.take().is_empty(), "the idle callback rests");
        while log.peek().is_empty() {
            assert!(context.run1());
        }
        assert_eq!(turn_until_it_waits(&context), Turn::Waiting(Some(SECOND)));
        assert_eq!(log.take(), ["next", "idler"]);
        context.run();
        assert_eq!(log.take(), ["later", "idler"]);
    });
}

/// 89c. test_run0_rpc (modern test__eventloop.py:253): an RPC whose answer is there is handed to
/// whom waits for it; one that is still under way is told as such, and not waited for.
#[test]
fn test_run0_rpc() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let (completer, rpc) = gate();
        let waiting = context.enter(|| {
            rpc.map({
                let log = log.clone();
                move |()| log.add("called")
            })
        });
        assert_eq!(context.run0(), Turn::Waiting(None));
        thread::spawn(move || completer.set_result(())).join().expect("no panic");
        assert_eq!(context.run0(), Turn::Worked);
        assert_eq!(log.take(), ["called"]);
        assert_eq!(context.run0(), Turn::Finished);
        waiting.get_result();
    });
}

/// 89d. New: what `run0` has to choose from, it does in this order: what is ready, an idle
/// callback, a timer that is due. So does `run`.
#[test]
fn test_run0_order() {
    let drives: [fn(&Context); 2] = [Context::run, |context| while context.run1() {}];
    for drive in drives {
        within(move || {
            let (log, context) = (Log::new(), virtual_time());
            let first = {
                let (log, context) = (log.clone(), context.clone());
                move || {
                    log.add("first timer");
                    context.add_idle(idler(&log, "idler", Idle::Finished));
                    context.queue_call(None, adds(&log, "ready"));
                }
            };
            context.queue_call(Some(SECOND), first);
            context.queue_call(Some(SECOND), adds(&log, "second timer"));
            drive(&context);
            assert_eq!(log.take(), ["first timer", "ready", "idler", "second timer"]);
        });
    }
}

/// 90. test_run1_nothing_to_do, _has_work_now, _has_work_later (modern test__eventloop.py:266-287):
/// it says whether there was anything to do; what is due later it waits for.
#[test]
fn test_run1() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        assert!(!context.run1());
        context.queue_call(None, adds(&log, "now"));
        assert!(context.run1());
        assert_eq!(log.take(), ["now"]);
        assert!(!context.run1());
        context.queue_call(Some(SECOND * 5), adds(&log, "later"));
        assert_eq!(turn_until_it_waits(&context), Turn::Waiting(Some(SECOND * 5)));
        assert!(context.run1(), "it sleeps");
        while context.run1() {}
        assert_eq!(log.take(), ["later"]);
    });
}

/// 91. test_run (modern test__eventloop.py:290): `run` calls what is ready, what is idle and what
/// is due later, once each, and returns.
#[test]
fn test_run() {
    within(|| {
        let (log, context) = (Log::new(), virtual_time());
        context.add_idle(idler(&log, "idler", Idle::Finished));
        context.queue_call(None, adds(&log, "runnow"));
        context.queue_call(Some(SECOND * 5), adds(&log, "runlater"));
        context.run();
        assert_eq!(log.take(), ["runnow", "idler", "runlater"]);
        assert_eq!((context.run0(), context.pending()), (Turn::Finished, 0));
    });
}

/// 92. test_clear_all, _current, _idlers (modern test__eventloop.py:46-81): NDB throws away what a
/// loop still holds. Here what is queued is owed: a context that is done with may be dropped, and
/// what it holds is run all the same, and then freed.
#[test]
fn test_clear() {
    within(|| {
        let (sender, receiver) = mpsc::channel();
        let context = virtual_time();
        let tell = |name: &'static str| {
            let sender = sender.clone();
            move || sender.send(name).expect("the test listens")
        };
        context.queue_call(None, tell("current"));
        context.queue_call(Some(SECOND * 3600), tell("queue"));
        let mut idle = Some(tell("idlers"));
        context.add_idle(move || {
            if let Some(idle) = idle.take() {
                idle();
            }
            Idle::Nothing
        });
        drop((context, sender));
        // It ends, since whoever held a sender is gone then.
        assert_eq!(receiver.iter().collect::<Vec<_>>(), ["current", "idlers", "queue"]);
    });
}

/// 93. test_get_event_loop (modern test__eventloop.py:311): outside of any context there is none to
/// be told of (NDB raises a `ContextError`; here the thread's own serves all the same); inside it
/// is the same each time.
#[test]
fn test_get_event_loop() {
    within(|| {
        assert!(Context::try_current().is_none());
        let context = Context::new();
        context.enter(|| {
            let first = Context::try_current().expect("it was entered");
            first.queue_call(None, || ());
            assert_eq!((Context::current().pending(), context.pending()), (1, 1));
        });
        assert!(Context::try_current().is_none());
        assert_eq!(Context::current().pending(), 0);
        context.run();
    });
}

/// 94. New: a timer is not held up by an RPC that is under way (in both versions of NDB it is).
#[test]
fn test_a_timer_fires_beside_an_rpc() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let (answer, rpc) = rpc(());
        let rpc = context.enter(|| {
            rpc.map({
                let log = log.clone();
                move |()| log.add("rpc")
            })
        });
        // The RPC cannot be answered before the timer has fired.
        let log_of_timer = log.clone();
        context.queue_call(Some(Duration::from_millis(1)), move || {
            log_of_timer.add("timer");
            answer.send(()).expect("the rpc listens");
        });
        context.block_on(rpc.into_future());
        assert_eq!(log.take(), ["timer", "rpc"]);
    });
}

/// 95. New: a result that is set on another thread wakes whoever waits, in the context that it
/// waits in (in NDB it is stranded).
#[test]
fn test_set_result_from_another_thread() {
    #[tasklet]
    async fn waiter(future: TaskletFuture<u32>) -> (u32, thread::ThreadId) {
        (future.await, thread::current().id())
    }
    within(|| {
        let (completer, future) = TaskletFuture::promise();
        let mut waiter = waiter(future);
        assert!(!waiter.done());
        let setter = thread::spawn(move || completer.set_result(42));
        waiter.wait();
        setter.join().expect("no panic");
        assert_eq!(waiter.get_result(), (42, thread::current().id()));
    });
}

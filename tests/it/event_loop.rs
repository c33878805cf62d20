//! One turn of the loop, by hand: ready, then idle, then timers, then waiting; NDB's order.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tasklet_core::{Context, Idle, TaskletFuture, Turn, tasklet};
use tests::{Log, gate, run, within, yield_now};

const SECOND: Duration = Duration::from_secs(1);

fn adds(log: &Log, event: &'static str) -> impl FnOnce() + Send + 'static + use<> {
    let log = log.clone();
    move || log.add(event)
}

/// An idle callback that answers these, one after the other.
fn answers<const N: usize>(
    log: &Log,
    name: &'static str,
    answers: [Idle; N],
) -> impl FnMut() -> Idle + Send + 'static + use<N> {
    let (log, mut answers) = (log.clone(), answers.into_iter());
    move || {
        log.add(name);
        answers.next().expect("it is not called that often")
    }
}

#[tasklet]
async fn wait(gate: TaskletFuture<()>, log: Log) {
    gate.await;
    log.add("tasklet");
}

#[test]
fn queued_calls_run_in_the_order_of_queueing_and_after_the_caller() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.queue_call(None, adds(&log, "one"));
        context.queue_call(None, adds(&log, "two"));
        context.enter(|| Context::current().queue_call(None, adds(&log, "three")));
        assert!(log.take().is_empty());
        assert_eq!(context.pending(), 3, "queued calls are owed");
        context.run();
        assert_eq!(log.take(), ["one", "two", "three"]);
    });
}

#[test]
fn run0_does_one_thing_ready_then_idle_then_due_timers() {
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        context.queue_call(Some(Duration::ZERO), adds(&log, "timer"));
        context.add_idle(answers(&log, "idle", [Idle::Worked, Idle::Finished]));
        context.queue_call(None, adds(&log, "ready 1"));
        context.queue_call(None, adds(&log, "ready 2"));
        // The timer is due, but its call has yet to be started.
        let mut turns = 0;
        while context.run0() == Turn::Worked {
            turns += 1;
            assert!(turns < 20, "it comes to an end");
        }
        assert_eq!(context.run0(), Turn::Finished);
        assert_eq!(log.take(), ["timer", "ready 1", "ready 2", "idle", "idle"]);
    });
}

#[test]
fn a_due_timer_waits_for_ready_and_idle_work() {
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        context.queue_call(Some(SECOND), adds(&log, "timer"));
        assert_eq!(context.run0(), Turn::Worked, "the call is started, and sleeps");
        assert_eq!(context.run0(), Turn::Waiting(Some(SECOND)));
        // Time goes by while something else is waited for.
        context.block_on(async { tasklet_core::sleep(SECOND / 2).await });
        assert_eq!(context.run0(), Turn::Waiting(Some(SECOND / 2)));
        let three = [Idle::Worked, Idle::Nothing, Idle::Finished];
        context.add_idle(answers(&log, "idle", three));
        context.queue_call(None, adds(&log, "ready"));
        let all = [Turn::Worked, Turn::Worked, Turn::Worked, Turn::Waiting(Some(SECOND / 2))];
        assert_eq!(all.map(|_| context.run0()), all);
        assert_eq!(log.take(), ["ready", "idle", "idle"]);
        context.queue_call(None, adds(&log, "ready again"));
        context.add_idle(answers(&log, "another idle", [Idle::Finished]));
        context.add_idle(answers(&log, "one more idle", [Idle::Finished]));
        context.run0();
        assert_eq!(log.take(), ["ready again"]);
        context.run();
        assert_eq!(log.take(), ["idle", "another idle", "one more idle", "timer"]);
    });
}

#[test]
fn run0_tells_what_it_waits_for() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        assert_eq!(context.run0(), Turn::Finished);
        let (opener, closed) = gate();
        context.enter(|| wait(closed, log.clone()).defer());
        assert_eq!(context.run0(), Turn::Waiting(None));
        opener.set_result(());
        assert_eq!(context.run0(), Turn::Worked);
        assert_eq!(context.run0(), Turn::Finished);
        assert_eq!(log.take(), ["tasklet"]);
    });
}

#[test]
fn run1_leaps_to_the_next_deadline_and_says_when_nothing_is_left() {
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        context.queue_call(Some(SECOND), adds(&log, "one second"));
        context.queue_call(Some(SECOND * 3600), adds(&log, "one hour"));
        let mut turns = 0;
        while context.run1() {
            turns += 1;
            assert!(turns < 20, "it comes to an end");
        }
        assert_eq!(log.take(), ["one second", "one hour"]);
        assert!(!context.run1());
    });
}

#[test]
fn run1_waits_for_a_deadline_and_does_not_spin() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.queue_call(Some(Duration::from_millis(50)), adds(&log, "called"));
        let mut turns = 0;
        while context.run1() {
            turns += 1;
        }
        assert_eq!(log.take(), ["called"]);
        assert!(turns < 20, "it turned {turns} times");
    });
}

#[test]
fn run1_waits_for_a_wake_up_from_outside_and_does_not_spin() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let (opener, closed) = gate();
        context.enter(|| wait(closed, log.clone()).defer());
        let timer = Context::new();
        let setter = thread::spawn(move || {
            timer.queue_call(Some(Duration::from_millis(50)), move || opener.set_result(()));
            timer.run();
        });
        let mut turns = 0;
        while context.run1() {
            turns += 1;
        }
        setter.join().expect("no panic");
        assert_eq!(log.take(), ["tasklet"]);
        assert!(turns < 20, "it turned {turns} times");
    });
}

#[test]
fn run_drives_until_nothing_is_left_what_was_started_meanwhile_included() {
    #[tasklet]
    async fn spread(depth: u32, log: Log) {
        yield_now().await;
        log.add(depth);
        if depth < 3 {
            spread(depth + 1, log).defer();
        }
    }
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.enter(|| spread(0, log.clone()).defer());
        context.run();
        assert_eq!(log.take(), ["0", "1", "2", "3"]);
        context.run();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn run_inside_a_tasklet_returns_when_only_those_below_it_are_left() {
    #[tasklet]
    async fn runs(log: Log) {
        yield_now().await;
        Context::current().queue_call(None, adds(&log, "call"));
        Context::current().run();
        log.add("ran");
    }
    run(async || {
        let log = Log::new();
        runs(log.clone()).await;
        assert_eq!(log.take(), ["call", "ran"]);
    });
}

#[test]
fn a_queued_call_that_panics_is_reported_and_the_others_run() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let line = line!() + 1;
        context.queue_call(None, || panic!("a bad call"));
        context.queue_call(None, adds(&log, "the next"));
        context.run();
        assert_eq!(log.take(), ["the next"]);
        let errors = context.take_errors();
        assert_eq!((errors[0].message(), errors[0].name()), ("a bad call", "queued call"));
        assert_eq!((errors[0].place().line(), errors.len()), (line, 1));
    });
}

#[test]
fn calls_with_delays_run_in_the_order_of_their_deadlines_ties_as_they_were_queued() {
    within(|| {
        let (log, context) = (Log::new(), Context::builder().virtual_time().build());
        let calls = [(2, "c"), (1, "a"), (2, "d"), (1, "b"), (0, "first")];
        for (seconds, name) in calls {
            context.queue_call(Some(SECOND * seconds), adds(&log, name));
        }
        context.run();
        assert_eq!(log.take(), ["first", "a", "b", "c", "d"]);
    });
}

#[test]
fn a_call_queued_from_another_thread_wakes_the_driver() {
    within(|| {
        let context = Context::new();
        let (sender, receiver) = mpsc::channel();
        let (stopper, stopped) = gate();
        let driver = thread::spawn({
            let context = context.clone();
            move || {
                context.block_on(async {
                    sender.send(()).expect("the test listens");
                    stopped.await;
                });
            }
        });
        receiver.recv().expect("the driver drives");
        context.queue_call(None, move || stopper.set_result(()));
        driver.join().expect("no panic");
    });
}

#[test]
fn idle_callbacks_that_work_are_called_in_turn_until_none_does() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.add_idle(answers(&log, "a", [Idle::Worked, Idle::Nothing, Idle::Nothing]));
        context.add_idle(answers(&log, "b", [Idle::Worked, Idle::Finished]));
        context.run();
        assert_eq!(log.take(), ["a", "b", "a", "b"]);
        assert!(!context.run_idle(), "nothing else has happened");
        context.queue_call(None, adds(&log, "something else"));
        context.run();
        assert_eq!(log.take(), ["something else", "a"]);
    });
}

#[test]
fn idle_callbacks_wait_until_nothing_is_ready_and_go_before_timers() {
    run(async || {
        let (log, context) = (Log::new(), Context::current());
        context.add_idle(answers(&log, "idle", [Idle::Finished]));
        let sleeping = tasklet_core::sleep(SECOND).map({
            let log = log.clone();
            move |()| log.add("slept")
        });
        for turn in 0..3 {
            log.add(format!("turn {turn}"));
            yield_now().await;
        }
        sleeping.await;
        assert_eq!(log.take(), ["turn 0", "turn 1", "turn 2", "idle", "slept"]);
    });
}

#[test]
fn an_idle_callback_may_complete_what_tasklets_wait_for() {
    run(async || {
        let (opener, closed) = gate();
        let mut opener = Some(opener);
        Context::current().add_idle(move || {
            let opener = opener.take().expect("it is called once");
            opener.set_result(());
            Idle::Finished
        });
        closed.await;
    });
}

#[test]
fn an_idle_callback_that_panics_is_reported_and_not_called_again() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.add_idle({
            let log = log.clone();
            move || {
                log.add("bad");
                panic!("a bad idle callback")
            }
        });
        context.add_idle(answers(&log, "good", [Idle::Worked, Idle::Finished]));
        context.run();
        assert_eq!(log.take(), ["bad", "good", "good"]);
        assert_eq!(context.take_errors()[0].message(), "a bad idle callback");
    });
}

#[test]
fn an_idle_callback_may_add_another_one() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let inside = context.clone();
        context.add_idle({
            let log = log.clone();
            move || {
                log.add("outer");
                inside.add_idle(answers(&log, "inner", [Idle::Finished]));
                Idle::Finished
            }
        });
        context.run();
        assert_eq!(log.take(), ["outer", "inner"]);
    });
}

#[test]
fn flush_calls_idle_callbacks_before_what_is_ready() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        context.queue_call(None, adds(&log, "ready"));
        context.add_idle(answers(&log, "idle", [Idle::Worked, Idle::Nothing, Idle::Nothing]));
        context.flush();
        assert_eq!(log.take(), ["idle", "idle"]);
        context.run();
        assert_eq!(log.take(), ["ready", "idle"]);
    });
}

#[test]
fn a_context_that_is_always_busy_still_fires_its_timers() {
    within(|| {
        let context = Context::new();
        let timer = context.enter(|| tasklet_core::sleep(Duration::from_millis(1)));
        context.block_on(async {
            while !timer.done() {
                yield_now().await;
            }
            timer.await;
        });
    });
}

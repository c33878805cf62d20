//! Handlers whose caller goes away half-way: finished all the same, or stopped if they say so.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tasklet_core::{Completer, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, panic_of, poll_now, within, yield_now};

/// What a handler says while it runs: an event, and the thread's name.
type Said = (&'static str, Option<String>);

/// Whatever thread finishes what is left when there is no runtime.
const THREAD: &str = "tasklet-finish";

fn say(sender: &Sender<Said>, event: &'static str) {
    let name = thread::current().name().map(str::to_owned);
    // In the tests of what is stopped, nobody listens any more.
    let _unheard = sender.send((event, name));
}

fn background(event: &'static str) -> Said {
    (event, Some(THREAD.to_owned()))
}

#[tasklet]
async fn save(gate: TaskletFuture<()>, sender: Sender<Said>) {
    gate.await;
    yield_now().await;
    say(&sender, "the tasklet has saved");
}

/// Two gates, and the listener.
struct Setup {
    open_body: Completer<()>,
    body: TaskletFuture<()>,
    open_tasklet: Completer<()>,
    tasklet: TaskletFuture<()>,
    sender: Sender<Said>,
    said: Receiver<Said>,
}

fn setup() -> Setup {
    let ((open_body, body), (open_tasklet, tasklet)) = (gate(), gate());
    let (sender, said) = channel();
    Setup { open_body, body, open_tasklet, tasklet, sender, said }
}

#[test]
fn a_handler_that_is_dropped_while_its_body_waits_is_finished_on_one_named_thread() {
    #[toplevel]
    async fn handler(body: TaskletFuture<()>, tasklet: TaskletFuture<()>, sender: Sender<Said>) {
        body.await;
        say(&sender, "the body goes on");
        save(tasklet, sender).defer();
    }
    within(|| {
        let Setup { open_body, body, open_tasklet, tasklet, sender, said } = setup();
        let mut handler = Box::pin(handler(body, tasklet, sender));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        assert!(said.try_recv().is_err());
        open_body.set_result(());
        assert_eq!(said.recv(), Ok(background("the body goes on")));
        open_tasklet.set_result(());
        assert_eq!(said.recv(), Ok(background("the tasklet has saved")));
        assert!(said.recv().is_err(), "everything is dropped at the end");
    });
}

#[test]
fn a_handler_that_is_dropped_after_its_body_has_ended_still_finishes_its_tasklets() {
    #[toplevel]
    async fn handler(tasklet: TaskletFuture<()>, sender: Sender<Said>) {
        save(tasklet, sender).defer();
    }
    within(|| {
        let Setup { open_tasklet, tasklet, sender, said, open_body, body } = setup();
        let mut handler = Box::pin(handler(tasklet, sender));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        open_tasklet.set_result(());
        assert_eq!(said.recv(), Ok(background("the tasklet has saved")));
        open_body.set_result(());
        body.get_result();
    });
}

#[test]
fn a_handler_that_was_woken_and_then_dropped_is_finished() {
    #[toplevel]
    async fn handler(body: TaskletFuture<()>, sender: Sender<Said>) {
        body.await;
        say(&sender, "the body goes on");
    }
    within(|| {
        let (opener, closed) = gate();
        let (sender, said) = channel();
        let mut handler = Box::pin(handler(closed, sender));
        assert!(poll_now(&mut handler).is_pending());
        opener.set_result(());
        drop(handler);
        assert_eq!(said.recv(), Ok(background("the body goes on")));
    });
}

#[test]
fn many_dropped_handlers_are_all_finished() {
    #[toplevel]
    async fn handler(body: TaskletFuture<()>, sender: Sender<Said>) {
        body.await;
        save(TaskletFuture::ready(()), sender).await;
    }
    within(|| {
        const HANDLERS: usize = 100;
        let (sender, said) = channel();
        let mut openers = Vec::new();
        for _ in 0..HANDLERS {
            let (opener, closed) = gate();
            let mut handler = Box::pin(handler(closed, sender.clone()));
            assert!(poll_now(&mut handler).is_pending());
            openers.push(opener);
        }
        drop(sender);
        openers.into_iter().rev().for_each(|opener| opener.set_result(()));
        assert_eq!(said.iter().count(), HANDLERS);
    });
}

#[test]
fn a_dropped_handler_that_panics_harms_no_other_one() {
    #[toplevel]
    async fn bad(gate: TaskletFuture<()>) {
        gate.await;
        panic!("a bad handler");
    }
    #[toplevel]
    async fn good(gate: TaskletFuture<()>, sender: Sender<Said>) {
        gate.await;
        say(&sender, "the good one goes on");
    }
    within(|| {
        let ((open_bad, bad_gate), (open_good, good_gate)) = (gate(), gate());
        let (sender, said) = channel();
        let mut bad = Box::pin(bad(bad_gate));
        let mut good = Box::pin(good(good_gate, sender));
        assert!(poll_now(&mut bad).is_pending() && poll_now(&mut good).is_pending());
        drop((bad, good));
        open_bad.set_result(());
        open_good.set_result(());
        assert_eq!(said.recv(), Ok(background("the good one goes on")));
    });
}

#[test]
fn a_dropped_inner_handler_is_finished_although_the_outer_one_goes_on() {
    #[toplevel]
    async fn inner(gate: TaskletFuture<()>, sender: Sender<Said>) {
        gate.await;
        say(&sender, "the inner one goes on");
    }
    #[toplevel]
    async fn outer(gate: TaskletFuture<()>, sender: Sender<Said>) {
        let mut inner = Box::pin(inner(gate, sender));
        assert!(futures_lite::future::poll_once(&mut inner).await.is_none());
    }
    within(|| {
        let (opener, closed) = gate();
        let (sender, said) = channel();
        futures_lite::future::block_on(outer(closed, sender));
        opener.set_result(());
        assert_eq!(said.recv(), Ok(background("the inner one goes on")));
    });
}

#[test]
fn cancel_drops_the_body_with_what_it_borrows_and_finishes_what_it_has_started() {
    #[toplevel(on_drop = "cancel")]
    async fn handler(log: &Log, gates: [TaskletFuture<()>; 2], sender: &Sender<Said>) {
        let [body, tasklet] = gates;
        let _held = log.on_drop("the body is dropped");
        save(tasklet, sender.clone()).defer();
        body.await;
        log.add("never");
    }
    within(|| {
        let Setup { open_body, body, open_tasklet, tasklet, sender, said } = setup();
        let log = Log::new();
        let mut handler = Box::pin(handler(&log, [body, tasklet], &sender));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        assert_eq!(log.take(), ["the body is dropped"]);
        open_body.set_result(());
        open_tasklet.set_result(());
        assert_eq!(said.recv(), Ok(background("the tasklet has saved")));
        assert!(log.take().is_empty());
    });
}

#[test]
fn what_the_drop_of_a_cancelled_body_starts_is_finished_too() {
    struct SaveOnDrop(Option<TaskletFuture<()>>, Sender<Said>);
    impl Drop for SaveOnDrop {
        fn drop(&mut self) {
            save(self.0.take().expect("dropped once"), self.1.clone()).defer();
        }
    }
    #[toplevel(on_drop = "cancel")]
    async fn handler(body: TaskletFuture<()>, _guard: SaveOnDrop) {
        body.await;
    }
    within(|| {
        let Setup { open_body, body, open_tasklet, tasklet, sender, said } = setup();
        let mut handler = Box::pin(handler(body, SaveOnDrop(Some(tasklet), sender)));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        open_tasklet.set_result(());
        assert_eq!(said.recv(), Ok(background("the tasklet has saved")));
        open_body.set_result(());
    });
}

#[test]
fn a_cancelled_thread_bound_handler_drops_what_it_has_started_too() {
    #[tasklet(?Send)]
    async fn hold(gate: TaskletFuture<()>, log: std::rc::Rc<Log>) {
        let _held = log.on_drop("the tasklet is dropped");
        gate.await;
        log.add("never");
    }
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(log: &Log, gates: [TaskletFuture<()>; 2]) {
        let [body, tasklet] = gates;
        let _held = log.on_drop("the body is dropped");
        hold(tasklet, log.clone().into()).defer();
        body.await;
        log.add("never");
    }
    within(|| {
        let Setup { open_body, body, open_tasklet, tasklet, .. } = setup();
        let log = Log::new();
        let mut handler = Box::pin(handler(&log, [body, tasklet]));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        assert_eq!(log.take(), ["the body is dropped", "the tasklet is dropped"]);
        open_body.set_result(());
        open_tasklet.set_result(());
        assert!(log.take().is_empty());
    });
}

#[test]
fn a_thread_bound_handler_that_must_wait_without_a_local_spawner_says_what_to_do() {
    #[toplevel(?Send)]
    async fn handler(log: std::rc::Rc<Log>, waits: bool) {
        let _held = log.on_drop("the body is dropped");
        if waits {
            std::future::pending().await
        }
    }
    within(|| {
        let log = Log::new();
        futures_lite::future::block_on(handler(log.clone().into(), false));
        assert_eq!(log.take(), ["the body is dropped"]);
        let message = panic_of(|| {
            futures_lite::future::block_on(handler(log.clone().into(), true));
        });
        assert!(message.contains("there is no local spawner"), "{message}");
        assert!(message.contains("write `on_drop = \"cancel\"`"), "{message}");
        assert_eq!(log.take(), ["the body is dropped"]);
    });
}

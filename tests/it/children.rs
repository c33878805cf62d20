//! Contexts whose work another one owes: run by its loop, finished before it ends.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of, poll_now, run, within, yield_now};

#[tasklet]
async fn wait(gate: TaskletFuture<()>, log: Log, event: &'static str) {
    gate.await;
    log.add(event);
}

#[tasklet]
async fn nap(seconds: u64, log: Log, event: &'static str) {
    sleep(Duration::from_secs(seconds)).await;
    log.add(event);
}

#[tasklet]
async fn fail(message: &'static str) -> Result<(), String> {
    yield_now().await;
    Err(message.to_owned())
}

fn messages(context: &Context) -> Vec<String> {
    context.take_errors().iter().map(|error| error.message().to_owned()).collect()
}

#[test]
fn a_child_is_run_by_its_parents_loop_and_the_parent_waits_for_it() {
    #[toplevel]
    async fn handler(log: Log, gate: TaskletFuture<()>) -> &'static str {
        let child = Context::current().child();
        child.enter(|| wait(gate, log, "the child's work").defer());
        assert_eq!(child.pending(), 1);
        "the answer"
    }
    within(|| {
        let log = Log::new();
        let (opener, closed) = gate();
        let mut handler = Box::pin(handler(log.clone(), closed));
        assert!(poll_now(&mut handler).is_pending());
        assert!(poll_now(&mut handler).is_pending());
        opener.set_result(());
        assert_eq!(block_on(handler), "the answer");
        assert_eq!(log.take(), ["the child's work"]);
    });
}

#[test]
fn a_childs_tasklets_start_at_the_call_and_have_their_turns_with_the_others() {
    #[tasklet]
    async fn steps(log: Log, name: &'static str) {
        for step in 1..=3 {
            log.add(format!("{name} {step}"));
            yield_now().await;
        }
    }
    run(async || {
        let log = Log::new();
        let child = Context::current().child();
        let inside = child.enter(|| steps(log.clone(), "child"));
        let beside = steps(log.clone(), "parent");
        log.add("both have started");
        (inside, beside).join_all().await;
        let events = log.take();
        assert_eq!(events[..3], ["child 1", "parent 1", "both have started"]);
        assert_eq!(events.len(), 7);
    });
}

#[test]
fn time_in_a_child_is_its_parents() {
    run(async || {
        let log = Log::new();
        let child = Context::current().child();
        let grandchild = child.child();
        let naps = [
            grandchild.enter(|| nap(2, log.clone(), "grandchild 2")),
            child.enter(|| nap(3, log.clone(), "child 3")),
            nap(1, log.clone(), "parent 1"),
            child.enter(|| nap(5, log.clone(), "child 5")),
            nap(4, log.clone(), "parent 4"),
            grandchild.enter(|| nap(6, log.clone(), "grandchild 6")),
        ];
        naps.join_all().await;
        let events = ["parent 1", "grandchild 2", "child 3", "parent 4", "child 5", "grandchild 6"];
        assert_eq!(log.take(), events);
    });
}

#[test]
fn a_child_owes_nobody_anything_once_it_has_finished_and_can_start_anew() {
    run(async || {
        let parent = Context::current();
        let child = parent.child();
        for round in 1..=3 {
            let future = child.enter(|| nap(1, Log::new(), "done"));
            // The nap, the sleep in it, and the parent's keeper.
            assert_eq!((child.pending(), parent.pending()), (2, 1), "round {round}");
            future.await;
            parent.run();
            assert_eq!((child.pending(), parent.pending()), (0, 0), "round {round}");
        }
    });
}

#[test]
fn errors_of_a_child_are_its_own_and_those_nobody_took_go_to_its_parent_once() {
    run(async || {
        let parent = Context::current();
        let child = parent.child();
        child.scope_to_end(async { fail("taken").defer() }).await;
        assert_eq!(messages(&child), ["taken"]);
        assert!(messages(&parent).is_empty());

        child.scope_to_end(async { fail("left").defer() }).await;
        assert!(messages(&parent).is_empty());
        drop(child);
        parent.run();
        assert_eq!(messages(&parent), ["left"]);
        assert!(messages(&parent).is_empty());
    });
}

#[test]
fn a_child_waits_for_its_parents_tasklets_and_they_for_it() {
    run(async || {
        let log = Log::new();
        let child = Context::current().child();
        let (opener, closed) = gate();
        let of_parent = wait(closed, log.clone(), "the parent's");
        let of_child = child.enter(|| {
            Context::current().spawn({
                let log = log.clone();
                async move {
                    of_parent.await;
                    log.add("the child's");
                }
            })
        });
        let last = of_child.map({
            let log = log.clone();
            move |()| log.add("the parent's again")
        });
        opener.set_result(());
        last.await;
        assert_eq!(log.take(), ["the parent's", "the child's", "the parent's again"]);
    });
}

#[test]
fn children_of_children_are_owed_by_all_above() {
    within(|| {
        let log = Log::new();
        let parent = Context::builder().virtual_time().build();
        let child = parent.child();
        let grandchild = child.child();
        assert_eq!(
            grandchild.parent().and_then(|child| child.parent()).map(|p| p.started()),
            Some(0)
        );
        assert!(parent.parent().is_none());
        grandchild.enter(|| nap(1, log.clone(), "the grandchild's").defer());
        assert_eq!([parent.pending(), child.pending(), grandchild.pending()], [1, 1, 2]);
        drop((child, grandchild));
        parent.run();
        assert_eq!(log.take(), ["the grandchild's"]);
        assert_eq!(parent.pending(), 0);
    });
}

#[test]
fn a_cancelled_parent_cancels_what_its_children_run() {
    #[toplevel(?Send, on_drop = "cancel")]
    async fn handler(log: Log) {
        let held = log.on_drop("the child's work is dropped");
        let child = Context::current().child();
        let work = child.enter(|| {
            Context::current().spawn(async move {
                let _held = held;
                std::future::pending::<()>().await;
            })
        });
        work.await;
    }
    within(|| {
        let log = Log::new();
        let mut handler = Box::pin(handler(log.clone()));
        assert!(poll_now(&mut handler).is_pending());
        assert!(log.peek().is_empty());
        drop(handler);
        assert_eq!(log.take(), ["the child's work is dropped"]);
    });
}

#[test]
fn a_tasklet_that_is_cancelled_inside_of_a_scope_leaves_the_rest_to_the_parent() {
    #[tasklet]
    async fn transact(log: Log) {
        let child = Context::current().child();
        let body = async {
            nap(1, log.clone(), "written all the same").defer();
            std::future::pending::<()>().await;
        };
        child.scope_to_end(body).await;
    }
    run(async || {
        let log = Log::new();
        let transaction = transact(log.clone());
        yield_now().await;
        transaction.cancel();
        Context::current().run();
        assert_eq!(log.take(), ["written all the same"]);
    });
}

#[test]
fn other_threads_may_start_and_wait_in_a_child_while_its_parent_runs() {
    #[toplevel]
    async fn handler(sender: mpsc::Sender<Context>, gate: TaskletFuture<()>) {
        let child = Context::current().child();
        sender.send(child.clone()).expect("somebody listens");
        gate.await;
        child.scope_to_end(async {}).await;
    }
    within(|| {
        for _ in 0..50 {
            let (opener, closed) = gate();
            let (sender, receiver) = mpsc::channel();
            let parent = thread::spawn(move || block_on(handler(sender, closed)));
            let child = receiver.recv().expect("a child");
            let log = Log::new();
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let (child, log) = (child.clone(), log.clone());
                    thread::spawn(move || {
                        let (opener, closed) = gate();
                        let waiting = child.enter(|| wait(closed, log, "done"));
                        thread::spawn(move || opener.set_result(()));
                        waiting.get_result();
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
            opener.set_result(());
            parent.join().expect("no panic");
            assert_eq!(log.take().len(), 3);
            assert_eq!(child.pending(), 0);
        }
    });
}

#[test]
fn what_is_started_from_outside_is_waited_for_by_the_parent() {
    #[toplevel]
    async fn handler(sender: mpsc::Sender<Context>, gate: TaskletFuture<()>) {
        let child = Context::current().child();
        sender.send(child).expect("somebody listens");
        gate.await;
    }
    within(|| {
        for _ in 0..50 {
            let ((opener, closed), (open_work, work)) = (gate(), gate());
            let (sender, receiver) = mpsc::channel();
            let parent = thread::spawn(move || block_on(handler(sender, closed)));
            let child = receiver.recv().expect("a child");
            let log = Log::new();
            child.enter(|| wait(work, log.clone(), "done").defer());
            drop(child);
            opener.set_result(());
            let opening = thread::spawn(move || open_work.set_result(()));
            parent.join().expect("no panic");
            assert_eq!(log.take(), ["done"]);
            opening.join().expect("no panic");
        }
    });
}

#[test]
fn a_child_that_outlives_its_parent_is_a_context_without_one() {
    #[toplevel]
    async fn handler() -> Context {
        Context::current().child()
    }
    within(|| {
        let log = Log::new();
        let child = block_on(handler());
        let (opener, closed) = gate();
        let waiting = child.enter(|| wait(closed, log.clone(), "still works"));
        opener.set_result(());
        waiting.get_result();
        assert_eq!(log.take(), ["still works"]);

        let (opener, closed) = gate();
        let (done, is_done) = mpsc::channel();
        child.enter(|| {
            let future = wait(closed, log.clone(), "in the background");
            future.add_immediate_callback(move || done.send(()).expect("somebody listens"));
            future.defer();
        });
        drop(child);
        opener.set_result(());
        is_done.recv().expect("it is finished in the background");
        assert_eq!(log.take(), ["in the background"]);
    });
}

#[test]
fn a_local_tasklet_in_a_child_binds_its_parents_or_is_refused() {
    #[tasklet(?Send)]
    async fn local() -> u32 {
        yield_now().await;
        42
    }
    within(|| {
        let parent = Context::new();
        let child = parent.child();
        assert_eq!(child.enter(local).get_result(), 42);
        let elsewhere = thread::spawn({
            let child = child.clone();
            move || panic_of(|| child.enter(local))
        });
        assert!(elsewhere.join().expect("no panic").contains("may be driven by other threads"));

        #[toplevel]
        async fn movable() {
            let child = Context::current().child();
            assert!(panic_of(|| child.enter(local)).contains("`#[tasklet(?Send)]`"));
        }
        block_on(movable());
    });
}

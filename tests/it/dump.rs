//! What a context still owes, asked for from everywhere.

use std::sync::mpsc;
use std::thread;

use tasklet_core::prelude::*;
use tasklet_core::{DUMP_MAX, Dump, Standing};
use tests::{gate, poll_now, run, within, yield_now};

#[tasklet]
async fn wait(gate: TaskletFuture<()>) {
    gate.await;
}

#[tasklet]
async fn yields() {
    yield_now().await;
}

/// Name and standing of each.
fn standings(dump: &Dump) -> Vec<(&'static str, Standing)> {
    dump.tasks().map(|task| (task.name(), task.standing())).collect()
}

#[test]
fn it_lists_all_that_is_unfinished_oldest_first_with_place_and_standing() {
    run(async || {
        let context = Context::current();
        assert_eq!(context.dump().pending(), 0);
        let (opener, closed) = gate();
        let line = line!() + 1;
        let waiting = wait(closed);
        let yielding = yields();
        let dump = context.dump();
        assert!(dump.is_known());
        assert_eq!(dump.pending(), 2);
        let expected = [("wait", Standing::Suspended), ("yields", Standing::Ready)];
        assert_eq!(standings(&dump), expected);
        let first = dump.tasks().next().expect("there are two");
        assert_eq!((first.place().file(), first.place().line()), (file!(), line));
        assert_eq!(first.module(), module_path!());

        let text = dump.to_string();
        let mut lines = text.lines();
        assert!(lines.next().is_some_and(|line| line.ends_with("2 unfinished")), "{text}");
        let place = format!("  tasklet `wait` (started at {}:{line}:", file!());
        assert!(lines.next().is_some_and(|line| line.starts_with(&place)), "{text}");
        assert!(lines.next().is_some_and(|line| line.ends_with(": ready")), "{text}");

        opener.set_result(());
        waiting.await;
        yielding.await;
        assert_eq!(context.dump().pending(), 0);
    });
}

#[test]
fn it_tells_which_other_tasklet_each_one_waits_for() {
    #[tasklet]
    async fn wait_for(other: TaskletFuture<()>) {
        other.await;
    }
    run(async || {
        let context = Context::current();
        let (opener, closed) = gate();
        let line = line!() + 1;
        let outer = wait_for(wait(closed));
        let dump = context.dump();
        let awaited: Vec<_> = dump.tasks().map(|task| (task.name(), task.waits_for())).collect();
        let [("wait", None), ("wait_for", Some(("wait", place)))] = awaited[..] else {
            panic!("{dump}");
        };
        assert_eq!((place.file(), place.line()), (file!(), line));
        assert!(dump.to_string().contains(": suspended, waits for tasklet `wait` (started at"));
        opener.set_result(());
        outer.await;
    });
}

#[test]
fn a_tasklet_may_ask_and_sees_itself_running() {
    #[tasklet]
    async fn ask() -> Dump {
        yield_now().await;
        Context::current().dump()
    }
    run(async || {
        let dump = ask().await;
        assert_eq!(standings(&dump), [("ask", Standing::Running)]);
    });
}

#[test]
fn two_that_wait_for_each_other_are_listed_and_the_dump_ends() {
    run(async || {
        let (to_first, of_first) = gate();
        let (to_second, of_second) = gate();
        #[tasklet]
        async fn pass_on(from: TaskletFuture<()>, to: Completer<()>) {
            from.await;
            to.set_result(());
        }
        let first = pass_on(of_first, to_second);
        let second = pass_on(of_second, to_first);
        let expected = [("pass_on", Standing::Suspended); 2];
        assert_eq!(standings(&Context::current().dump()), expected);
        first.cancel();
        second.cancel();
    });
}

#[test]
fn what_another_thread_drives_is_counted_only() {
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        let waiting = context.enter(|| wait(closed));
        let (tell, told) = mpsc::channel();
        let (go_on, may_go) = mpsc::channel::<()>();
        let driver = thread::spawn({
            let context = context.clone();
            move || {
                context.enter(|| {
                    tell.send(()).expect("somebody listens");
                    may_go.recv().expect("somebody tells");
                });
            }
        });
        told.recv().expect("it drives");
        let dump = context.dump();
        assert!(!dump.is_known());
        assert_eq!((dump.pending(), dump.tasks().count()), (1, 0));
        assert!(dump.to_string().ends_with("1 unfinished, and another thread has it"), "{dump}");
        go_on.send(()).expect("it waits");
        driver.join().expect("no panic");
        assert!(context.dump().is_known());
        opener.set_result(());
        waiting.get_result();
    });
}

#[test]
fn a_toplevel_that_waits_can_be_looked_into_from_outside() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, sender: mpsc::Sender<Context>) {
        wait(gate).defer();
        sender.send(Context::current()).expect("somebody listens");
    }
    within(|| {
        let (opener, closed) = gate();
        let (sender, receiver) = mpsc::channel();
        let mut handler = Box::pin(handler(closed, sender));
        assert!(poll_now(&mut handler).is_pending());
        let dump = receiver.recv().expect("its context").dump();
        assert_eq!(standings(&dump), [("wait", Standing::Suspended)]);
        assert!(dump.to_string().starts_with("`handler` ("), "{dump}");
        opener.set_result(());
        futures_lite::future::block_on(handler);
    });
}

#[test]
fn a_crowd_is_named_in_part() {
    run(async || {
        let many: Vec<_> = (0..DUMP_MAX + 3).map(|_| yields()).collect();
        let dump = Context::current().dump();
        assert_eq!((dump.pending(), dump.tasks().count()), (DUMP_MAX + 3, DUMP_MAX));
        assert!(dump.to_string().ends_with("\n  and 3 more"));
        many.join_all().await;
    });
}

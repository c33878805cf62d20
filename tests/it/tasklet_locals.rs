//! Tasklet-locals: inherited at the call, there again after each await, and never leaking out.

use std::thread;
use std::time::Duration;

use tasklet_core::{
    Context, Idle, TaskletFuture, join, sleep, synctasklet, tasklet, tasklet_local, toplevel,
};
use tests::{Log, gate, panic_of, run, within, yield_now};

tasklet_local! {
    static NAME: &'static str = "nobody";
    static NUMBER: u64 = 0
}

/// What it sees at its start and after an await.
#[tasklet]
async fn seen() -> [&'static str; 2] {
    let first = NAME.get();
    yield_now().await;
    [first, NAME.get()]
}

/// What it sees when the gate opens.
#[tasklet]
async fn seen_behind(gate: TaskletFuture<()>) -> &'static str {
    gate.await;
    NAME.get()
}

#[tasklet(?Send)]
async fn seen_here() -> &'static str {
    yield_now().await;
    NAME.get()
}

/// Sets, and looks again after an await.
#[tasklet]
async fn set(name: &'static str) -> &'static str {
    NAME.set(name);
    yield_now().await;
    NAME.get()
}

#[tasklet]
async fn set_at_once(name: &'static str) -> &'static str {
    NAME.set(name);
    NAME.get()
}

#[test]
fn a_tasklet_has_the_value_of_its_call_whatever_its_caller_sets_later() {
    run(async || {
        NAME.set("ann");
        let ann = seen();
        let ann_here = seen_here();
        NAME.set("bob");
        let bob = seen();
        assert_eq!(join!(ann, ann_here, bob), (["ann"; 2], "ann", ["bob"; 2]));
        assert_eq!(NAME.get(), "bob");
    });
}

#[test]
fn what_it_sets_is_its_own_and_neither_its_callers_nor_its_siblings_nor_the_loops() {
    run(async || {
        let (log, before) = (Log::new(), seen());
        let ann = set("ann");
        assert_eq!(NAME.get(), "nobody", "after the first poll");
        let (bob, between) = (set("bob"), seen());
        let shared = log.clone();
        Context::current().queue_call(None, move || shared.add(NAME.get()));
        let all = join!(before, ann, bob, between);
        assert_eq!(all, (["nobody"; 2], "ann", "bob", ["nobody"; 2]));
        assert_eq!((NAME.get(), log.take()), ("nobody", vec!["nobody".to_owned()]));
    });
}

#[test]
fn a_change_after_an_await_stays_with_the_tasklet_and_with_what_it_starts_from_then_on() {
    #[tasklet]
    async fn parent() -> Vec<&'static str> {
        yield_now().await;
        let (opener, closed) = gate();
        let before = seen_behind(closed);
        NAME.set("ann");
        let after = seen();
        yield_now().await;
        opener.set_result(());
        let own = NAME.get();
        vec![own, before.await, after.await[1], NAME.get()]
    }
    run(async || {
        let (parent, sibling) = (parent(), seen());
        assert_eq!(parent.await, ["ann", "nobody", "ann", "ann"]);
        assert_eq!((sibling.await, NAME.get()), (["nobody"; 2], "nobody"));
    });
}

#[test]
fn a_tasklet_that_ends_at_once_leaks_nothing_whether_it_awaits_or_not() {
    #[tasklet]
    async fn set_and_await(name: &'static str) -> &'static str {
        NAME.set(name);
        TaskletFuture::ready(()).await;
        NAME.get()
    }
    #[tasklet(?Send)]
    async fn set_here(name: &'static str) -> &'static str {
        NAME.set(name);
        NAME.get()
    }
    let all = async || join!(set_at_once("ann"), set_and_await("bob"), set_here("eve"));
    run(async move || {
        assert_eq!((all().await, NAME.get()), (("ann", "bob", "eve"), "nobody"));
        NAME.set("own");
        assert_eq!((all().await, NAME.get()), (("ann", "bob", "eve"), "own"));
    });
}

#[test]
fn after_a_panic_the_caller_has_its_own_value_again() {
    #[tasklet]
    async fn panics_inline() {
        NAME.set("ann");
        panic!("inline");
    }
    #[tasklet]
    async fn panics_after(gate: TaskletFuture<()>) {
        NAME.set("bob");
        gate.await;
        NAME.set("eve");
        panic!("after");
    }
    #[synctasklet]
    async fn panics_blocking() {
        NAME.set("joe");
        yield_now().await;
        panic!("blocking");
    }
    for own in [None, Some("own")] {
        within(move || {
            own.into_iter().for_each(|own| NAME.set(own));
            let own = own.unwrap_or("nobody");
            assert_eq!(panic_of(panics_inline), "inline");
            assert_eq!(NAME.get(), own);
            let first = panics_after(TaskletFuture::ready(()));
            assert_eq!(NAME.get(), own);
            let later = panics_after(Context::current().spawn(yield_now()));
            assert_eq!(panic_of(|| first.get_result()), "after");
            assert_eq!(panic_of(|| later.get_result()), "after");
            assert_eq!(panic_of(panics_blocking), "blocking");
            let in_scope = || NAME.scope_sync("scope", || panic!("{}", NAME.get()));
            assert_eq!(panic_of(in_scope), "scope");
            assert_eq!(NAME.get(), own);
        });
    }
}

#[test]
fn a_chain_that_is_too_deep_for_the_stack_inherits_all_the_way_down() {
    #[tasklet]
    async fn chain(depth: u64) -> (u64, &'static str) {
        NUMBER.set(NUMBER.get() + 1);
        if depth == 0 { (NUMBER.get(), NAME.get()) } else { chain(depth - 1).await }
    }
    run(async || {
        NAME.set("ann");
        assert_eq!(chain(999).await, (1000, "ann"));
        assert_eq!(NUMBER.get(), 0);
    });
}

#[test]
fn a_nested_loop_runs_others_with_their_own_values_not_with_those_of_who_blocks() {
    #[tasklet]
    async fn blocks(log: Log) -> &'static str {
        NAME.set("ann");
        let (opener, closed) = gate();
        let shared = log.clone();
        Context::current().queue_call(None, move || {
            shared.add(NAME.get());
            opener.set_result(());
        });
        closed.get_result();
        NAME.get()
    }
    run(async || {
        let (log, before) = (Log::new(), seen());
        NAME.set("bob");
        let bob = seen();
        assert_eq!(blocks(log.clone()).await, "ann");
        assert_eq!(log.take(), ["ann"], "the call was queued by the one that blocks");
        assert_eq!((before.await, bob.await), (["nobody"; 2], ["bob"; 2]));
    });
}

#[test]
fn a_synctasklet_has_its_callers_value_and_leaves_it_alone() {
    #[synctasklet]
    async fn sets() -> [&'static str; 2] {
        let inherited = NAME.get();
        NAME.set("ann");
        yield_now().await;
        [inherited, NAME.get()]
    }
    within(|| {
        assert_eq!((sets(), NAME.get()), (["nobody", "ann"], "nobody"));
        NAME.set("bob");
        assert_eq!((sets(), NAME.get()), (["bob", "ann"], "bob"));
    });
}

#[test]
fn queued_calls_and_callbacks_have_the_values_of_where_they_were_added() {
    run(async || {
        let log = Log::new();
        let adds = || {
            let log = log.clone();
            move || {
                log.add(NAME.get());
                NAME.set("lost");
            }
        };
        let context = Context::current();
        let (opener, closed) = gate();
        let waiting = seen_behind(Context::current().spawn(yield_now()));
        NAME.set("ann");
        closed.add_callback(adds());
        waiting.add_callback(adds());
        NAME.set("bob");
        closed.add_immediate_callback(adds());
        waiting.add_immediate_callback(adds());
        context.queue_call(Some(Duration::from_secs(1)), adds());
        NAME.set("eve");
        opener.set_result(());
        assert_eq!(log.take(), ["bob"]);
        assert_eq!((closed.await, waiting.await), ((), "nobody"));
        sleep(Duration::from_secs(2)).await;
        assert_eq!(log.take(), ["ann", "bob", "ann", "bob"]);
        assert_eq!(NAME.get(), "eve");
    });
}

#[test]
fn map_and_spawned_futures_inherit_where_they_are_called() {
    run(async || {
        let (context, other) = (Context::current(), Context::new());
        let plain = async || {
            yield_now().await;
            NAME.get()
        };
        NAME.set("ann");
        let mapped = TaskletFuture::ready(()).map(|()| NAME.get());
        let spawned = (context.spawn(plain()), other.spawn(plain()));
        NAME.set("bob");
        assert_eq!((mapped.await, spawned.0.await), ("ann", "ann"));
        assert_eq!(spawned.1.get_result(), "ann");
    });
}

#[test]
fn an_idle_callback_has_the_values_of_where_it_was_added_each_time() {
    within(|| {
        let (log, context) = (Log::new(), Context::new());
        let shared = log.clone();
        NAME.scope_sync("ann", || {
            context.add_idle(move || {
                shared.add(NAME.get());
                NAME.set("lost");
                Idle::Worked
            });
        });
        NAME.set("bob");
        assert!(context.run_idle() && context.run_idle());
        assert_eq!((log.take().join(" "), NAME.get()), ("ann ann".to_owned(), "bob"));
    });
}

#[test]
fn what_another_thread_starts_in_a_context_has_the_values_of_that_thread() {
    within(|| {
        let context = Context::new();
        let (opener, closed) = gate();
        NAME.set("here");
        let here = context.enter(|| seen_behind(closed));
        let there = thread::spawn({
            let context = context.clone();
            move || {
                NAME.set("there");
                context.enter(seen)
            }
        });
        let there = there.join().expect("no panic");
        opener.set_result(());
        assert_eq!((here.get_result(), there.get_result()), ("here", ["there"; 2]));
    });
}

#[toplevel]
async fn handler(name: &'static str) -> [&'static str; 3] {
    let inherited = NAME.get();
    NAME.set(name);
    yield_now().await;
    let started = seen();
    started.defer();
    [inherited, NAME.get(), seen().await[1]]
}

#[test]
fn the_body_of_a_toplevel_inherits_keeps_its_own_and_leaks_nothing() {
    #[toplevel]
    fn blocking() -> [&'static str; 2] {
        let inherited = NAME.get();
        NAME.set("ann");
        [inherited, seen().get_result()[1]]
    }
    within(|| {
        let block_on = futures_lite::future::block_on;
        assert_eq!(block_on(handler("ann")), ["nobody", "ann", "ann"]);
        assert_eq!((blocking(), NAME.get()), (["nobody", "ann"], "nobody"));
        NAME.set("own");
        assert_eq!((blocking(), NAME.get()), (["own", "ann"], "own"));
        let nested = Context::new().block_on(async { (handler("bob").await, NAME.get()) });
        assert_eq!(nested, (["own", "bob", "bob"], "own"));
    });
}

#[test]
fn eight_threads_with_many_contexts_each_see_nothing_of_one_another() {
    const THREADS: u64 = 8;
    const CONTEXTS: u64 = if cfg!(miri) { 2 } else { 40 };
    #[tasklet]
    async fn step(expected: u64) -> u64 {
        yield_now().await;
        assert_eq!(NUMBER.get(), expected);
        NUMBER.set(expected + 1);
        yield_now().await;
        let below = if expected % 10 == 9 { 0 } else { step(NUMBER.get()).await };
        assert_eq!(NUMBER.get(), expected + 1);
        below + 1
    }
    #[toplevel]
    async fn request(number: u64) -> u64 {
        NUMBER.set(number);
        let (one, other) = join!(step(number), step(number));
        assert_eq!(NUMBER.get(), number);
        one + other
    }
    within(|| {
        let workers = (0..THREADS).map(|thread| {
            thread::spawn(move || {
                // All at once on each thread, interleaved.
                let requests = (0..CONTEXTS).map(|i| request((thread * CONTEXTS + i) * 10));
                let requests: Vec<_> = requests.map(|r| Context::current().spawn(r)).collect();
                requests.into_iter().map(TaskletFuture::get_result).sum::<u64>()
            })
        });
        let workers: Vec<_> = workers.collect();
        for worker in workers {
            assert_eq!(worker.join().expect("no crosstalk"), CONTEXTS * 20);
        }
    });
}

#[cfg(feature = "tokio")]
#[test]
fn handlers_that_move_between_tokios_workers_keep_their_values() {
    within(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build();
        runtime.expect("a runtime").block_on(async {
            let names = ["ann", "bob", "eve", "joe"];
            let requests = (0..200).map(|i| {
                let name = names[i % names.len()];
                tokio::spawn(async move { (name, handler(name).await) })
            });
            for request in requests.collect::<Vec<_>>() {
                let (name, seen) = request.await.expect("no panic");
                assert_eq!(seen, ["nobody", name, name]);
            }
        });
    });
}

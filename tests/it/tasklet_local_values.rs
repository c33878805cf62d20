//! The values of tasklet-locals: defaults, scopes, and when they are dropped.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use tasklet_core::{Context, TaskletFuture, join, tasklet, tasklet_local, toplevel};
use tests::{Log, Logged, gate, panic_of, poll_now, run, within, yield_now};

static MADE: AtomicUsize = AtomicUsize::new(0);

tasklet_local! {
    static NAME: &'static str = "nobody";
    static OTHER: &'static str = "nothing";
    static COUNTED: usize = MADE.fetch_add(1, Ordering::Relaxed) + 1;
    static BARE: u32;
    static HELD: Arc<dyn Send + Sync + 'static>;
}

/// What it sees after an await.
#[tasklet]
async fn seen() -> &'static str {
    yield_now().await;
    NAME.get()
}

/// Sets a value and ends when the gate opens.
#[tasklet]
async fn holds(value: Arc<dyn Send + Sync>, gate: TaskletFuture<()>) {
    HELD.set(value);
    gate.await;
}

#[tasklet]
async fn holds_for_ever(value: Arc<dyn Send + Sync>) {
    HELD.set(value);
    pending::<()>().await;
}

#[test]
fn a_default_is_made_once_for_the_process_when_it_is_first_needed() {
    within(|| {
        assert_eq!(COUNTED.scope_sync(7, || COUNTED.get()), 7);
        assert_eq!(MADE.load(Ordering::Relaxed), 0);
        assert_eq!((COUNTED.get(), COUNTED.get()), (1, 1));
        thread::spawn(|| assert_eq!(COUNTED.get(), 1)).join().expect("the same");
    });
}

#[test]
fn without_a_default_there_is_no_value_and_to_insist_panics_with_the_name() {
    within(|| {
        assert_eq!((BARE.try_get(), BARE.try_with(|_| ())), (None, None));
        let expected = format!("the tasklet-local `{}::BARE` has no value here", module_path!());
        for panic in [panic_of(|| BARE.get()), panic_of(|| BARE.with(|_| ()))] {
            assert!(panic.starts_with(&expected), "{panic}");
        }
        assert!(panic_of(|| BARE.replace(1)).starts_with(&expected));
        assert_eq!(BARE.try_get(), None, "nothing was set");
        BARE.set(1);
        assert_eq!((BARE.replace(2), BARE.get()), (1, 2));
        assert!(format!("{BARE:?}").contains("BARE"));
    });
}

#[test]
fn what_with_was_given_stays_as_it_is_while_another_is_set() {
    within(|| {
        NAME.set("ann");
        NAME.with(|name| {
            NAME.set("bob");
            assert_eq!((*name, NAME.get()), ("ann", "bob"));
        });
    });
}

#[test]
fn scopes_nest_and_end_with_what_was_there_before() {
    within(|| {
        NAME.scope_sync("ann", || {
            NAME.scope_sync("bob", || {
                NAME.set("eve");
                assert_eq!(NAME.get(), "eve");
            });
            assert_eq!(NAME.get(), "ann");
            OTHER.set("kept");
        });
        assert_eq!((NAME.get(), OTHER.get()), ("nobody", "kept"));
    });
}

#[test]
fn a_scope_is_entered_for_each_poll_of_its_future_and_left_in_between() {
    run(async || {
        let inside = NAME.scope("ann", async {
            let first = seen();
            yield_now().await;
            NAME.set("bob");
            OTHER.set("kept");
            yield_now().await;
            (first.await, NAME.get(), seen().await)
        });
        let outside = async {
            let mut all = Vec::new();
            for _ in 0..3 {
                all.push(NAME.get());
                yield_now().await;
            }
            all
        };
        let (inside, outside) = futures_lite::future::zip(inside, outside).await;
        assert_eq!((inside, outside), (("ann", "bob", "bob"), vec!["nobody"; 3]));
        assert_eq!((NAME.get(), OTHER.get()), ("nobody", "kept"));
    });
}

#[test]
fn what_is_set_around_a_scope_holds_inside_from_its_next_poll_on() {
    run(async || {
        let mut scope = NAME.scope("ann", async {
            let before = OTHER.get();
            yield_now().await;
            (before, OTHER.get(), NAME.get())
        });
        assert!(poll_now(&mut scope).is_pending());
        OTHER.set("new");
        NAME.set("bob");
        assert_eq!((scope.await, NAME.get()), (("nothing", "new", "ann"), "bob"));
    });
}

/// Tells the name that is current when it is dropped.
struct TellName(Log);

impl Drop for TellName {
    fn drop(&mut self) {
        self.0.add(NAME.get());
    }
}

#[test]
fn a_future_is_dropped_with_its_own_values_in_scopes_cancelled_tasklets_and_toplevels() {
    #[tasklet]
    async fn waits(tell: TellName, name: &'static str) {
        NAME.set(name);
        pending::<()>().await;
        drop(tell);
    }
    #[toplevel(on_drop = "cancel")]
    async fn handler(tell: &TellName) {
        NAME.set("eve");
        let _inner = TellName(tell.0.clone());
        pending::<()>().await;
    }
    within(|| {
        let log = Log::new();
        let tell = || TellName(log.clone());
        let inner = tell();
        let mut scope = NAME.scope("ann", async move {
            yield_now().await;
            drop(inner);
        });
        assert!(poll_now(&mut scope).is_pending());
        drop(scope);
        waits(tell(), "bob").cancel();
        let outer = tell();
        let mut handler = Box::pin(handler(&outer));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        assert_eq!(log.take(), ["ann", "bob", "eve"]);
        assert_eq!(NAME.get(), "nobody");
    });
}

/// As a value.
fn value(log: &Log, event: &'static str) -> Arc<dyn Send + Sync> {
    Arc::new(log.on_drop(event))
}

#[test]
fn a_value_is_dropped_when_the_last_has_ended_that_has_it() {
    run(async || {
        let log = Log::new();
        let (first, second) = (gate(), gate());
        let (one, other) = HELD.scope_sync(value(&log, "inherited"), || {
            (Context::current().spawn(first.1.into_future()), holds(value(&log, "own"), second.1))
        });
        second.0.set_result(());
        other.await;
        assert_eq!(log.take(), ["own"]);
        first.0.set_result(());
        one.await;
        assert_eq!(log.take(), ["inherited"]);
    });
}

#[test]
fn to_cancel_a_tasklet_drops_its_values() {
    run(async || {
        let log = Log::new();
        let cancelled = holds_for_ever(value(&log, "dropped"));
        assert!(log.peek().is_empty());
        cancelled.cancel();
        assert_eq!(log.take(), ["dropped"]);
    });
}

/// Its drop is what a closure does.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        self.0();
    }
}

#[test]
fn the_drop_of_a_value_may_panic_which_is_reported_and_may_start_tasklets() {
    run(async || {
        let log = Log::new();
        let bad = || Arc::new(OnDrop(|| panic!("a bad value")));
        let shared = log.clone();
        let starts = Arc::new(OnDrop(move || {
            let (name, shared) = (seen(), shared.clone());
            name.map(move |name| shared.add(name)).defer();
        }));
        let soon = || Context::current().spawn(yield_now());
        let (first, last) = (holds(bad(), soon()), holds(starts, soon()));
        holds_for_ever(bad()).cancel();
        // And one of a tasklet that ends at once, and one of a scope.
        holds(bad(), TaskletFuture::ready(())).await;
        HELD.scope_sync(bad(), || ());
        join!(first, last);
        Context::current().run();
        assert_eq!(log.take(), ["nobody"]);
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(errors.iter().all(|error| error.is_panic()), "{errors:?}");
    });
}

#[test]
fn what_the_drop_of_a_value_sets_stays_with_nobody() {
    run(async || {
        let sets = || Arc::new(OnDrop(|| NAME.set("lost")));
        let soon = || Context::current().spawn(yield_now());
        holds(sets(), TaskletFuture::ready(())).await;
        let (later, bystander) = (holds(sets(), soon()), seen());
        later.await;
        HELD.scope_sync(sets(), || ());
        holds_for_ever(sets()).cancel();
        assert_eq!((bystander.await, NAME.get(), seen().await), ("nobody", "nobody", "nobody"));
    });
}

#[test]
fn what_the_drop_of_a_toplevels_value_starts_is_waited_for() {
    fn starts(log: &Log) -> Arc<dyn Send + Sync> {
        let log = log.clone();
        let start = move || {
            let log = log.clone();
            seen().map(move |name| log.add(name)).defer();
        };
        Arc::new(OnDrop(start))
    }
    #[toplevel]
    async fn handler(log: Log) {
        HELD.set(starts(&log));
    }
    #[toplevel]
    fn blocking(log: &Log) {
        HELD.set(starts(log));
    }
    within(|| {
        let log = Log::new();
        futures_lite::future::block_on(handler(log.clone()));
        assert_eq!(log.take(), ["nobody"]);
        blocking(&log);
        assert_eq!(log.take(), ["nobody"]);
    });
}

#[test]
fn the_values_of_a_thread_are_dropped_when_it_ends_also_if_they_panic() {
    within(|| {
        let (log, shared) = (Log::new(), Log::new());
        let inner = (log.clone(), shared.clone());
        let thread = thread::spawn(move || {
            let (log, shared) = inner;
            NAME.set("ending");
            HELD.set(Arc::new(OnDrop(move || {
                let _logged: Logged = log.on_drop("dropped");
                // Whether the slot is there any more or not, nothing breaks.
                NAME.set("late");
                shared.add(NAME.get());
                panic!("at the end of the thread");
            })));
        });
        thread.join().expect("it ends well");
        assert_eq!((log.take().len(), shared.take().len()), (1, 1));
    });
}

#[test]
fn a_toplevel_whose_caller_has_gone_is_finished_with_its_values() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, seen_at_end: mpsc::Sender<&'static str>) {
        NAME.set("ann");
        gate.await;
        let below = seen().await;
        assert_eq!(below, NAME.get());
        seen_at_end.send(below).expect("the test waits");
    }
    within(|| {
        let ((opener, closed), (sender, receiver)) = (gate(), mpsc::channel());
        let mut handler = Box::pin(handler(closed, sender));
        assert!(poll_now(&mut handler).is_pending());
        drop(handler);
        opener.set_result(());
        assert_eq!(receiver.recv(), Ok("ann"));
    });
}

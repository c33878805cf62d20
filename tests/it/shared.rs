//! One future for many: each gets a clone of the result, or the panic's text.

use tasklet_core::{Context, SharedFuture, tasklet};
use tests::{Log, gate, panic_of_future, run, within, yield_now};

#[tasklet]
async fn answer(log: Log) -> String {
    log.add("ran");
    yield_now().await;
    "42".to_owned()
}

#[tasklet]
async fn reader(shared: SharedFuture<String>, log: Log, name: &'static str) {
    let result = shared.await;
    log.add(format!("{name} has {result}"));
}

#[test]
fn many_await_one_tasklet_and_each_gets_its_result() {
    run(async || {
        let log = Log::new();
        let shared = answer(log.clone()).shared();
        let a = reader(shared.clone(), log.clone(), "a");
        let b = reader(shared.clone(), log.clone(), "b");
        assert_eq!(shared.await, "42");
        a.await;
        b.await;
        assert_eq!(log.take(), ["ran", "a has 42", "b has 42"]);
    });
}

#[test]
fn a_clone_that_is_awaited_after_the_others_still_gets_the_result() {
    run(async || {
        let shared = answer(Log::new()).shared();
        assert!(!shared.done());
        assert_eq!(shared.clone().await, "42");
        assert!(shared.done());
        assert_eq!(shared.await, "42");
    });
}

#[test]
fn get_result_blocks_for_each_clone() {
    within(|| {
        let shared = answer(Log::new()).shared();
        let clone = shared.clone();
        assert_eq!((shared.get_result(), clone.get_result()), ("42".to_owned(), "42".to_owned()));
    });
}

#[test]
fn the_first_waiter_goes_and_the_others_are_still_woken() {
    run(async || {
        let log = Log::new();
        let (opener, closed) = gate();
        let shared = closed.map(|()| "42".to_owned()).shared();
        let first = reader(shared.clone(), log.clone(), "first");
        let second = reader(shared, log.clone(), "second");
        first.cancel();
        opener.set_result(());
        second.await;
        assert_eq!(log.take(), ["second has 42"]);
    });
}

#[test]
fn a_panic_reaches_each_of_them_with_its_text() {
    #[tasklet]
    async fn panics() -> u32 {
        yield_now().await;
        panic!("it had to");
    }
    run(async || {
        let shared = panics().shared();
        let clone = shared.clone();
        assert_eq!(panic_of_future(shared).await, "it had to");
        assert_eq!(panic_of_future(clone).await, "it had to");
    });
}

#[test]
fn a_panic_is_reported_if_all_clones_are_dropped_unseen() {
    #[tasklet]
    async fn panics() {
        yield_now().await;
        panic!("it had to");
    }
    within(|| {
        let context = Context::new();
        context.enter(|| {
            let shared = panics().shared();
            shared.clone().defer();
            drop(shared);
        });
        context.run();
        assert_eq!(context.take_errors()[0].message(), "it had to");
    });
}

#[test]
fn threads_share_one_future() {
    within(|| {
        let (opener, closed) = gate();
        let shared = closed.map(|()| 42).shared();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || shared.get_result())
            })
            .collect();
        opener.set_result(());
        assert_eq!(shared.get_result(), 42);
        for thread in threads {
            assert_eq!(thread.join().expect("a result"), 42);
        }
    });
}

#[test]
fn a_tasklet_may_ask_for_a_clone_while_somebody_outside_waits_for_another() {
    #[tasklet]
    async fn ask(shared: SharedFuture<u32>, log: Log) {
        yield_now().await;
        log.add(if shared.done() { "done" } else { "not done" });
        shared.defer();
    }
    within(|| {
        let log = Log::new();
        let context = Context::new();
        let shared = context.enter(|| {
            let (opener, closed) = gate();
            let shared = closed.map(|()| 42).shared();
            ask(shared.clone(), log.clone()).map(|()| opener.set_result(())).defer();
            shared
        });
        // This thread's current context is another one: it drives as a guest.
        assert_eq!(shared.get_result(), 42);
        assert_eq!(log.take(), ["not done"]);
    });
}

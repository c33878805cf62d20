//! Which batch goes first: options in the order of their first items, writes in that of the calls.

use tasklet_core::{Batcher, Context, TryJoinAll};
use tests::backend::{Squares, UNLUCKY, Writes};
use tests::{Log, run, yield_now};

fn writes() -> (Log, Batcher<Writes>) {
    let log = Log::new();
    (log.clone(), Batcher::new(Writes::new(&log)))
}

#[test]
fn different_options_are_different_calls_first_come_first_served() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::new(Squares::new(&log));
        let (a, b, c) = (batcher.with(" a"), batcher.with(" b"), batcher.with(" c"));
        let loads = [a.load(1), b.load(2), c.load(3), a.load(4), b.load(1), a.load(1)];
        assert_eq!(loads.try_join_all().await.ok(), Some([1, 4, 9, 16, 1, 1]));
        assert_eq!(log.take(), ["read a [1, 4]", "read b [2, 1]", "read c [3]"]);
    });
}

#[test]
fn a_full_batch_does_not_wait_for_older_ones_that_are_not() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).items_max(2).build();
        let (a, b) = (batcher.with(" a"), batcher.with(" b"));
        let loads = [a.load(1), b.load(2), b.load(3), b.load(4)];
        assert_eq!(log.take(), ["read b [2, 3]"]);
        assert_eq!(loads.try_join_all().await.ok(), Some([1, 4, 9, 16]));
        assert_eq!(log.take(), ["read a [1]", "read b [4]"]);
    });
}

#[test]
fn writes_of_different_keys_are_one_call_in_the_order_of_the_calls() {
    run(async || {
        let (log, batcher) = writes();
        let three = [(3, "put"), (1, "delete"), (2, "put")].map(|write| batcher.load(write));
        assert!(three.try_join_all().await.is_ok());
        assert_eq!(log.take(), ["write: put 3, delete 1, put 2"]);
    });
}

#[test]
fn a_put_and_a_delete_of_one_key_are_two_calls_of_which_the_second_waits_for_the_first() {
    run(async || {
        let (log, batcher) = writes();
        let opener = batcher.batch().hold();
        let put = [batcher.load((1, "put")), batcher.load((2, "put"))];
        let delete = [batcher.load((1, "delete")), batcher.load((3, "put"))];
        batcher.flush();
        yield_now().await;
        assert_eq!(log.take(), ["write: put 1, put 2"], "the second has not begun");
        opener.set_result(());
        assert!(put.try_join_all().await.is_ok());
        assert!(delete.try_join_all().await.is_ok());
        assert_eq!(log.take(), ["write: delete 1, put 3"]);
    });
}

#[test]
fn writes_of_one_key_are_in_order_whether_or_not_the_first_one_is_under_way() {
    run(async || {
        let (log, batcher) = writes();
        let opener = batcher.batch().hold();
        let one = batcher.load((1, "put"));
        batcher.flush();
        let two = batcher.load((1, "delete"));
        let other = batcher.load((2, "put"));
        let three = batcher.load((1, "put again"));
        batcher.flush();
        batcher.load((3, "put")).defer();
        yield_now().await;
        assert_eq!(log.take(), ["write: put 1"]);
        opener.set_result(());
        assert!([one, two, other, three].try_join_all().await.is_ok());
        Context::current().flush();
        let calls = ["write: delete 1, put 2", "write: put again 1, put 3"];
        assert_eq!(log.take(), calls);
    });
}

#[test]
fn a_write_waits_for_one_of_the_same_key_with_other_options() {
    run(async || {
        let (log, batcher) = writes();
        let (fast, safe) = (batcher.with(" fast"), batcher.with(" safe"));
        let opener = batcher.batch().hold();
        let loads = [
            fast.load((1, "put")),
            safe.load((2, "put")),
            safe.load((1, "delete")),
            // Not into the first batch, lest it overtake the delete.
            fast.load((1, "put again")),
            fast.load((3, "put")),
        ];
        batcher.flush();
        assert_eq!(log.take(), ["write fast: put 1"]);
        opener.set_result(());
        assert!(loads.try_join_all().await.is_ok());
        assert_eq!(log.take(), ["write safe: put 2, delete 1", "write fast: put again 1, put 3"]);
    });
}

#[test]
fn batches_of_other_keys_overtake_one_that_waits() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Writes::new(&log)).items_max(1).build();
        let opener = batcher.batch().hold();
        let slow = [batcher.load((1, "put")), batcher.load((1, "delete"))];
        let other = batcher.load((2, "put"));
        assert!(other.await.is_ok());
        assert_eq!(log.take(), ["write: put 1", "write: put 2"]);
        opener.set_result(());
        assert!(slow.try_join_all().await.is_ok());
        assert_eq!(log.take(), ["write: delete 1"]);
    });
}

#[test]
fn a_write_that_fails_does_not_stop_the_next_one_of_its_key() {
    run(async || {
        let (log, batcher) = writes();
        let loads = [(UNLUCKY, "put"), (1, "put"), (UNLUCKY, "delete")];
        let [first, other, second] = loads.map(|write| batcher.load(write));
        assert!(first.await.is_err() && other.await.is_ok() && second.await.is_err());
        assert_eq!(log.take(), ["write: put 1000013, put 1", "write: delete 1000013"]);
    });
}

#[test]
fn writes_are_sent_also_if_their_callers_have_gone() {
    run(async || {
        let (log, batcher) = writes();
        let (one, two) = (batcher.load((1, "put")), batcher.load((2, "put")));
        one.cancel();
        assert!(two.await.is_ok());
        assert_eq!(log.take(), ["write: put 1, put 2"]);
        let (three, four) = (batcher.load((3, "put")), batcher.load((3, "delete")));
        three.cancel();
        four.cancel();
        assert_eq!(log.take(), ["write: put 3", "write: delete 3"]);
    });
}

#[test]
fn a_context_whose_only_write_is_cancelled_still_sends_it() {
    let (log, batcher) = writes();
    let context = Context::new();
    context.enter(|| batcher.load((1, "put")).cancel());
    drop(context);
    assert_eq!(log.take(), ["write: put 1"]);
}

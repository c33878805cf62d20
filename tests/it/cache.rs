//! What a context has loaded it need not load again, if the policies say so: that of the call, of
//! the context, of the batcher, in this order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tasklet_core::{
    Batch, BatchResults, Batcher, Policy, TaskletFuture, TryJoinAll, tasklet, toplevel,
};
use tests::backend::{FATAL, Squares, UNLUCKY};
use tests::{Log, run, within};

fn cached() -> (Log, Batcher<Squares>) {
    let log = Log::new();
    (log.clone(), Batcher::builder(Squares::new(&log)).cached().build())
}

async fn load(batcher: &Batcher<Squares>, number: u32) -> Option<u64> {
    batcher.load(number).await.ok()
}

#[test]
fn what_was_loaded_is_not_loaded_again() {
    run(async || {
        let (log, batcher) = cached();
        assert_eq!([batcher.load(2), batcher.load(3)].try_join_all().await.ok(), Some([4, 9]));
        assert_eq!([batcher.load(3), batcher.load(4)].try_join_all().await.ok(), Some([9, 16]));
        assert_eq!(log.take(), ["read [2, 3]", "read [4]"]);
        assert!(batcher.load(2).done(), "it is there at once");
    });
}

#[test]
fn each_context_loads_for_itself() {
    #[toplevel]
    async fn handler(batcher: Batcher<Squares>) -> u64 {
        let (one, other) = (batcher.load(5).await, batcher.load(5).await);
        assert_eq!(one.ok(), other.as_ref().ok().copied());
        other.expect("it has a square")
    }
    run(async || {
        let (log, batcher) = cached();
        assert_eq!(handler(batcher.clone()).await, 25);
        assert_eq!(handler(batcher).await, 25);
        assert_eq!(log.take(), ["read [5]", "read [5]"]);
    });
}

#[test]
fn who_asks_while_it_is_loaded_shares_the_answer() {
    run(async || {
        let (log, batcher) = cached();
        let opener = batcher.batch().hold();
        let first = batcher.load(6);
        batcher.flush();
        let (second, third) = (batcher.load(6), batcher.load(6));
        first.cancel();
        second.cancel();
        opener.set_result(());
        assert_eq!(third.await.ok(), Some(36));
        assert_eq!(log.take(), ["read [6]"]);
    });
}

#[test]
fn without_a_cache_nothing_is_shared_with_a_call_that_is_under_way() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::new(Squares::new(&log));
        let opener = batcher.batch().hold();
        let first = batcher.load(6);
        batcher.flush();
        assert_eq!(load(&batcher, 6).await, Some(36));
        opener.set_result(());
        assert!(first.await.is_ok());
        assert_eq!(log.take(), ["read [6]", "read [6]"]);
    });
}

#[test]
fn who_asks_with_other_options_asks_the_backend_or_finds_the_value() {
    run(async || {
        let (log, batcher) = cached();
        let one = [batcher.with(" a").load(7), batcher.with(" b").load(7)];
        assert_eq!(one.try_join_all().await.ok(), Some([49, 49]));
        assert_eq!(batcher.with(" c").load(7).await.ok(), Some(49));
        assert_eq!(log.take(), ["read a [7]", "read b [7]"]);
    });
}

#[test]
fn a_first_asker_that_is_cancelled_before_the_batch_is_sent_leaves_no_trace() {
    run(async || {
        let (log, batcher) = cached();
        batcher.load(8).cancel();
        let other = batcher.load(9);
        batcher.flush();
        let again = batcher.load(8);
        assert_eq!([other, again].try_join_all().await.ok(), Some([81, 64]));
        assert_eq!(log.take(), ["read [9]", "read [8]"]);
    });
}

#[test]
fn failures_are_not_kept() {
    run(async || {
        let (log, batcher) = cached();
        for number in [UNLUCKY, FATAL] {
            assert_eq!(load(&batcher, number).await, None);
            assert_eq!(load(&batcher, number).await, None);
            let read = format!("read [{number}]");
            assert_eq!(log.take(), [read.clone(), read]);
        }
    });
}

#[test]
fn insert_invalidate_and_clear_decide_what_is_read_next() {
    run(async || {
        let (log, batcher) = cached();
        batcher.insert(1, 100);
        assert_eq!((batcher.cached(&1), batcher.cached(&2)), (Some(100), None));
        assert_eq!(load(&batcher, 1).await, Some(100));
        batcher.invalidate(&1);
        assert_eq!(load(&batcher, 1).await, Some(1));
        batcher.insert(2, 200);
        batcher.clear_cache();
        assert_eq!((load(&batcher, 1).await, load(&batcher, 2).await), (Some(1), Some(4)));
        assert_eq!(log.take(), ["read [1]", "read [1]", "read [2]"]);
    });
}

#[test]
fn a_write_while_the_key_is_loaded_counts_more_than_the_older_answer() {
    run(async || {
        let (log, batcher) = cached();
        let [open_one, open_two] = [batcher.batch().hold(), batcher.batch().hold()];
        let (one, two) = (batcher.load(1), batcher.with(" other").load(2));
        batcher.flush();
        batcher.insert(1, 100);
        batcher.invalidate(&2);
        assert_eq!(load(&batcher, 1).await, Some(100));
        open_one.set_result(());
        open_two.set_result(());
        assert_eq!([one, two].try_join_all().await.ok(), Some([1, 4]), "they had asked before");
        assert_eq!((batcher.cached(&1), batcher.cached(&2)), (Some(100), None));
        assert_eq!(log.take(), ["read [1]", "read other [2]"]);
    });
}

#[test]
fn the_call_decides_then_the_context_then_the_batcher() {
    run(async || {
        let log = Log::new();
        let odd = Policy::function(|number: &u32| (number % 2 == 1).then_some(true));
        let batcher = Batcher::builder(Squares::new(&log)).cache_policy(odd).build();
        let is_kept = async |number, call: Option<bool>| {
            batcher.clear_cache();
            for _ in 0..2 {
                let loaded = match call {
                    Some(use_cache) => batcher.use_cache(use_cache).load(number).await,
                    None => batcher.load(number).await,
                };
                assert!(loaded.is_ok());
            }
            log.take().len() == 1
        };
        // The batcher's own policy keeps odd ones, and has nothing to say of the others.
        assert!(is_kept(3, None).await && !is_kept(4, None).await);
        assert!(!is_kept(3, Some(false)).await && is_kept(4, Some(true)).await);
        batcher.set_cache_policy(Policy::function(|&number| (number < 10).then_some(false)));
        assert!(!is_kept(3, None).await && is_kept(11, None).await && is_kept(3, Some(true)).await);
        batcher.set_cache_policy(Policy::constant(true));
        assert!(is_kept(3, None).await && is_kept(4, None).await);
        batcher.set_cache_policy(Policy::silent());
        assert!(is_kept(3, None).await && !is_kept(4, None).await);
    });
}

#[test]
fn a_policy_that_says_no_later_hides_what_is_there() {
    run(async || {
        let (log, batcher) = cached();
        assert_eq!(load(&batcher, 2).await, Some(4));
        batcher.set_cache_policy(Policy::constant(false));
        assert_eq!(batcher.cached(&2), None);
        assert_eq!(load(&batcher, 2).await, Some(4));
        batcher.insert(2, 5);
        batcher.set_cache_policy(Policy::constant(true));
        assert_eq!(load(&batcher, 2).await, Some(4), "what was not to be kept was not");
        assert_eq!(log.take().len(), 3);
    });
}

#[test]
fn the_cache_is_bounded_and_forgets_what_was_not_used_for_the_longest_time() {
    run(async || {
        let log = Log::new();
        let batcher = Batcher::builder(Squares::new(&log)).cached().cache_entries_max(3).build();
        let three: Vec<_> = [1, 2, 3].map(|number| batcher.load(number)).into();
        assert!(three.try_join_all().await.is_ok());
        assert_eq!(load(&batcher, 1).await, Some(1));
        assert_eq!(load(&batcher, 4).await, Some(16));
        let kept = [1, 2, 3, 4].map(|number| batcher.cached(&number).is_some());
        assert_eq!(kept, [true, false, true, true]);
        let many: Vec<_> = (0..1000).map(|number| batcher.load(number)).collect();
        assert!(many.try_join_all().await.is_ok());
        assert_eq!((0..1000).filter(|number| batcher.cached(number).is_some()).count(), 3);
    });
}

/// Names that may be absent, as shared values.
struct Names {
    log: Log,
    rows: Mutex<HashMap<u32, Arc<str>>>,
}

impl Batch for Names {
    const NAME: &'static str = "names";
    type Item = u32;
    type Key = u32;
    type Options = ();
    type Value = Option<Arc<str>>;
    type Error = String;

    fn key(&self, id: &u32) -> u32 {
        *id
    }

    async fn call(&self, ids: Vec<u32>, _: ()) -> BatchResults<Option<Arc<str>>, String> {
        self.log.add(format!("{ids:?}"));
        let rows = self.rows.lock().map_err(|error| error.to_string())?;
        Ok(ids.iter().map(|id| Ok(rows.get(id).cloned())).collect())
    }
}

#[test]
fn misses_and_deletions_are_remembered_and_a_value_is_one_and_the_same() {
    run(async || {
        let (log, rows) = (Log::new(), Mutex::new(HashMap::from([(1, "Ada".into())])));
        let names = Names { log: log.clone(), rows };
        let names = Batcher::builder(names).cached().build();
        let [ada, again] = [names.load(1), names.load(1)].try_join_all().await.expect("rows");
        let (ada, again) = (ada.expect("there is one"), again.expect("there is one"));
        assert!(Arc::ptr_eq(&ada, &again));
        assert_eq!(names.load(2).await.expect("no row"), None);
        assert_eq!(names.load(2).await.expect("no row"), None, "a miss");
        names.insert(1, None);
        assert_eq!(names.load(1).await.expect("no row"), None, "a deletion");
        assert_eq!(log.take(), ["[1]", "[2]"]);
    });
}

#[test]
fn a_value_whose_clone_panics_strands_nobody() {
    #[derive(Debug)]
    struct Bad;
    impl Clone for Bad {
        fn clone(&self) -> Bad {
            panic!("a bad clone")
        }
    }
    struct Bads;
    impl Batch for Bads {
        const NAME: &'static str = "bads";
        type Item = u32;
        type Key = u32;
        type Options = ();
        type Value = Bad;
        type Error = String;

        fn key(&self, id: &u32) -> u32 {
            *id
        }

        async fn call(&self, ids: Vec<u32>, _: ()) -> BatchResults<Bad, String> {
            Ok(ids.iter().map(|_| Ok(Bad)).collect())
        }
    }
    run(async || {
        let batcher = Batcher::new(Bads);
        let (one, other) = (batcher.load(1), batcher.load(1));
        for load in [one, other] {
            assert_eq!(tests::panic_of_future(load).await, "a bad clone");
        }
        assert!(batcher.load(2).await.is_ok(), "a single one is moved");
    });
}

#[test]
fn a_policy_may_load_itself() {
    #[tasklet]
    async fn nested(batcher: Batcher<Squares>) -> u64 {
        let inner = batcher.clone();
        batcher.set_cache_policy(Policy::function(move |number| {
            Some(*number != 5 || inner.load(4).get_result().is_ok())
        }));
        batcher.load(5).await.expect("it has a square")
    }
    within(|| {
        let (log, batcher) = cached();
        let nested: TaskletFuture<u64> = nested(batcher);
        assert_eq!(nested.get_result(), 25);
        assert_eq!(log.take(), ["read [4]", "read [5]"]);
    });
}

//! What Miri is to see of batches: seats that are given up in every state, and several threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Batch, BatchResults, Batcher, SameKey};
use crate::{Context, TaskletFuture};

/// Answers each item with its length, once its gate is open.
struct Lengths {
    gate: Mutex<Option<TaskletFuture<()>>>,
}

impl Batch for Lengths {
    const NAME: &'static str = "lengths";
    type Item = String;
    type Key = String;
    type Options = ();
    type Value = Arc<usize>;
    type Error = String;

    fn key(&self, text: &String) -> String {
        text.clone()
    }

    async fn call(&self, texts: Vec<String>, (): ()) -> BatchResults<Arc<usize>, String> {
        let gate = self.gate.lock().expect("no panic under the lock").take();
        if let Some(gate) = gate {
            gate.await;
        }
        assert!(!texts.iter().any(String::is_empty), "nothing has no length");
        Ok(texts.iter().map(|text| Ok(Arc::new(text.len()))).collect())
    }
}

fn lengths(gate: Option<TaskletFuture<()>>) -> Batcher<Lengths> {
    Batcher::builder(Lengths { gate: Mutex::new(gate) }).cached().build()
}

#[test]
fn seats_are_left_before_the_call_during_it_and_after_it() {
    let (opener, gate) = TaskletFuture::promise();
    let (batcher, context) = (lengths(Some(gate)), Context::new());
    let (kept, after, cached) = context.enter(|| {
        let [kept, before, during, after] = [(); 4].map(|()| batcher.load("one".to_owned()));
        batcher.load("never".to_owned()).cancel();
        before.cancel();
        batcher.flush();
        during.cancel();
        let joined = batcher.load("one".to_owned());
        opener.set_result(());
        assert_eq!(joined.get_result().ok().as_deref(), Some(&3));
        (kept, after, batcher.load("one".to_owned()))
    });
    after.cancel();
    let kept = kept.get_result().expect("it has a length");
    let cached = cached.get_result().expect("it has a length");
    assert!(Arc::ptr_eq(&kept, &cached));
}

#[test]
fn a_context_that_goes_takes_its_unsent_reads_and_its_cache_along() {
    let (batcher, context) = (lengths(None), Context::new());
    context.enter(|| batcher.load("one".to_owned()).cancel());
    context.enter(|| batcher.insert("two".to_owned(), Arc::new(3)));
    drop(context);
    Context::new().enter(|| batcher.load("one".to_owned()).cancel());
}

#[test]
fn a_panic_is_shared_by_all_and_dropped_by_some() {
    let (batcher, context) = (lengths(None), Context::new());
    context.enter(|| {
        let [one, other] = ["", "one"].map(|text| batcher.load(text.to_owned()));
        batcher.load("two".to_owned()).defer();
        batcher.load("three".to_owned()).cancel();
        for load in [one, other] {
            let panic = catch_unwind(AssertUnwindSafe(|| load.get_result()));
            let panic = panic.expect_err("the call has panicked");
            let text = panic.downcast_ref::<String>().expect("a text");
            assert_eq!(text, "nothing has no length");
        }
    });
    assert_eq!(context.take_errors().len(), 1, "of the one that was deferred");
}

/// Writes nowhere.
struct Writes;

impl Batch for Writes {
    const NAME: &'static str = "writes";
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = u32;
    type Key = u32;
    type Options = ();
    type Value = ();
    type Error = String;

    fn key(&self, key: &u32) -> u32 {
        *key
    }

    async fn call(&self, keys: Vec<u32>, (): ()) -> BatchResults<(), String> {
        Ok(keys.iter().map(|_| Ok(())).collect())
    }
}

#[test]
fn writes_are_sent_while_their_waiters_are_dropped() {
    let batcher = Batcher::builder(Writes).in_flight_max(1).build();
    let context = Context::new();
    context.enter(|| {
        let loads = [1, 2, 1, 1, 3].map(|key| batcher.load(key));
        drop(batcher);
        loads.map(TaskletFuture::cancel)
    });
    assert_eq!(context.pending(), 0);
}

#[test]
fn several_threads_load_in_one_context_while_one_of_them_drives() {
    let (opener, gate) = TaskletFuture::promise();
    let (batcher, context) = (lengths(Some(gate)), Context::new());
    let threads = ["one", "two", "two"].map(|text| {
        let (context, batcher) = (context.clone(), batcher.clone());
        thread::spawn(move || {
            let load = context.enter(|| batcher.load(text.to_owned()));
            context.enter(|| batcher.load("cancelled".to_owned())).cancel();
            load.get_result().map(|length| *length).map_err(|error| error.to_string())
        })
    });
    opener.set_result(());
    context.run();
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), Ok(3));
    }
}

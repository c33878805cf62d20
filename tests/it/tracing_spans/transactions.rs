//! Transactions: a span for each attempt, around all that runs in it; an event before another one.

use tasklet_core::{Phase, TransactionError, TransactionOptions, tasklet, transaction};
use tests::kv::{Kv, KvError};
use tracing::info;

use super::{DEBUG, told, told_whole};
use tests::{Log, yield_now};

#[tasklet]
async fn inside() -> Result<(), TransactionError> {
    yield_now().await;
    info!("inside");
    Ok(())
}

/// A transaction whose first commit is refused.
fn twice() {
    let kv = Kv::new(&Log::new(), &[]);
    kv.fail(Phase::Commit, KvError::Conflict);
    let options = TransactionOptions::new().manager(kv);
    transaction(options, || async { inside().await }).expect("the second attempt is committed");
}

#[test]
fn each_attempt_has_a_span_around_all_that_runs_in_it() {
    let told = told(DEBUG, false, twice);
    let lines = told.iter().filter(|line| !line.contains("tried again"));
    let mut within = lines.filter_map(|line| line.split_once(" transaction"));
    for _attempt in 1..=2 {
        assert_eq!(within.next(), Some(("new", "")));
        assert_eq!(within.next(), Some(("new", "/inside")));
        let (event, place) = within.next().expect("what is told inside");
        assert!(event == "event in" && place.starts_with("/inside:"), "{event} {place}");
        assert_eq!(within.next(), Some(("close", "")));
    }
}

#[test]
fn another_attempt_is_an_event_with_its_number_and_the_reason() {
    let told = told_whole(DEBUG, false, twice);
    let again: Vec<_> = told.iter().filter(|line| line.contains("tried again")).collect();
    let [again] = &again[..] else { panic!("one event, not {again:?}") };
    assert!(again.contains("attempt=1") && again.contains("error=a conflict"), "{again}");
    assert!(told.iter().any(|line| line.contains("transaction=transaction attempt=2")), "{told:?}");
}

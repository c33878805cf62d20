//! Panics in all that is not ours: the manager, errors that are told, results that are dropped.

use std::fmt;

use tasklet_core::prelude::*;
use tasklet_core::{TransactionError, TransactionErrorKind, call_on_commit, transaction_async};
use tests::kv::KvError;
use tests::{Log, panic_of_future, yield_now};

use super::recorder::{Recorder, with_recorder};
use super::{options, own};

type Done = Result<(), KvError>;

/// A transaction that ends so.
fn ends(result: fn() -> Done) -> TaskletFuture<Done> {
    transaction_async(options(), move || async move {
        yield_now().await;
        result()
    })
}

/// What panics of the library's own are reported as.
fn reported() -> Vec<String> {
    Context::current().take_errors().iter().map(|error| error.message().to_owned()).collect()
}

/// A transaction works as if nothing had been.
async fn works(recorder: &Recorder) {
    drop(recorder.log.take());
    ends(|| Ok(())).await.expect("it works");
    assert_eq!(recorder.log.take(), ["begin", "begin done", "commit", "commit done"]);
}

#[test]
fn a_begin_that_panics_goes_on_in_the_caller() {
    with_recorder(async |recorder| {
        recorder.panic_at("begin");
        assert_eq!(panic_of_future(ends(|| Ok(()))).await, "begin is broken");
        assert_eq!(recorder.log.take(), ["begin"]);
    });
}

#[test]
fn a_commit_that_panics_goes_on_in_the_caller_and_is_rolled_back() {
    with_recorder(async |recorder| {
        recorder.panic_at("commit");
        assert_eq!(panic_of_future(ends(|| Ok(()))).await, "commit is broken");
        Context::current().run();
        let calls = ["begin", "begin done", "commit", "rollback", "rollback done"];
        assert_eq!(recorder.log.take(), calls);
    });
}

#[test]
fn a_rollback_that_panics_hides_neither_the_error_nor_the_panic_of_the_body() {
    with_recorder(async |recorder| {
        recorder.panic_at("rollback");
        assert!(matches!(ends(|| Err(KvError::Forbidden)).await, Err(KvError::Forbidden)));
        assert_eq!(reported(), ["rollback is broken"]);
        assert_eq!(panic_of_future(ends(|| panic!("no paper"))).await, "no paper");
        assert_eq!(reported(), ["rollback is broken"]);
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback"].repeat(2));
        works(&recorder).await;
    });
}

#[test]
fn a_manager_that_panics_when_it_is_asked_for_failures_has_it_rolled_back() {
    for result in [|| Ok(()), || Err(KvError::Forbidden)] {
        with_recorder(async move |recorder| {
            recorder.panic_at("failure");
            assert_eq!(panic_of_future(ends(result)).await, "failure is broken");
            Context::current().run();
            let calls = ["begin", "begin done", "rollback", "rollback done"];
            assert_eq!(recorder.log.take(), calls);
        });
    }
}

#[test]
fn so_does_one_that_panics_when_it_judges() {
    with_recorder(async |recorder| {
        recorder.panic_at("judge");
        recorder.fail(KvError::Conflict);
        assert_eq!(panic_of_future(ends(|| Ok(()))).await, "judge is broken");
        Context::current().run();
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
        works(&recorder).await;
    });
}

#[test]
fn an_error_that_cannot_be_told_fails_the_commit_all_the_same() {
    #[derive(Debug)]
    struct Rude;
    impl fmt::Display for Rude {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }
    impl std::error::Error for Rude {}

    #[tasklet]
    async fn rude() -> Result<(), Rude> {
        yield_now().await;
        Err(Rude)
    }

    with_recorder(async |recorder| {
        let future = transaction_async(options(), || async {
            assert!(rude().await.is_err());
            Ok::<_, KvError>(())
        });
        let error = own(future.await);
        assert_eq!(error.kind(), TransactionErrorKind::Tasklet);
        assert_eq!(error.failures()[0].name(), "rude");
        works(&recorder).await;
    });
}

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("boom");
    }
}

#[test]
fn a_call_on_commit_that_panics_when_it_is_dropped_hides_nothing() {
    with_recorder(async |recorder| {
        let future = transaction_async(options(), || async {
            let bomb = Bomb;
            let log = Log::new();
            call_on_commit(move || drop(bomb));
            let last = log.on_drop("dropped");
            call_on_commit(move || drop(last));
            Err::<(), _>(KvError::Forbidden)
        });
        assert!(matches!(future.await, Err(KvError::Forbidden)));
        assert_eq!(reported(), ["boom"]);
        works(&recorder).await;
    });
}

#[test]
fn a_result_that_panics_when_it_is_dropped_leaves_nothing_open() {
    with_recorder(async |recorder| {
        recorder.fail(KvError::Forbidden);
        let future = transaction_async(options(), || async { Ok::<_, KvError>(Bomb) });
        assert_eq!(panic_of_future(async { future.await.map(std::mem::forget) }).await, "boom");
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
        works(&recorder).await;
    });
}

#[test]
fn an_error_type_that_panics_when_it_is_made_leaves_nothing_open() {
    #[derive(Debug)]
    struct Unmade;
    impl From<TransactionError> for Unmade {
        fn from(_: TransactionError) -> Unmade {
            panic!("not of that")
        }
    }

    with_recorder(async |recorder| {
        recorder.fail(KvError::Forbidden);
        let future = transaction_async(options(), || async { Ok::<_, Unmade>(()) });
        assert_eq!(panic_of_future(future).await, "not of that");
        assert_eq!(recorder.log.take(), ["begin", "begin done", "rollback", "rollback done"]);
        works(&recorder).await;
    });
}

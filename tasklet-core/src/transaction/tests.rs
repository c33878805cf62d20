//! What Miri is to see of transactions: outcomes that are looked at before anybody takes them, of
//! every size, by the driver of the context; and transactions that are given up.

use std::convert::Infallible;
use std::future::pending;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use futures_lite::future::yield_now;

use super::{
    Phase, TransactionError, TransactionErrorKind, TransactionManager, TransactionOptions, Verdict,
    call_on_commit, transaction, transaction_async,
};
use crate::context::{current, start_in};
use crate::error::{About, Failure, Info};
use crate::{Context, TaskletFuture, block_on};

/// Counts what is called.
#[derive(Clone, Default)]
struct Counter {
    committed: Arc<AtomicUsize>,
    rolled_back: Arc<AtomicUsize>,
}

impl Counter {
    fn counts(&self) -> (usize, usize) {
        (self.committed.load(Relaxed), self.rolled_back.load(Relaxed))
    }

    fn options(&self) -> TransactionOptions {
        TransactionOptions::new().manager(self.clone())
    }
}

impl TransactionManager for Counter {
    /// It owns memory, which leaks if it is lost.
    type Transaction = Box<u64>;
    type Error = Infallible;

    async fn begin(&self, _: &TransactionOptions) -> Result<Box<u64>, Infallible> {
        yield_now().await;
        Ok(Box::new(1))
    }

    async fn begin_nested(
        &self,
        outer: &Box<u64>,
        _: &TransactionOptions,
    ) -> Result<Box<u64>, Infallible> {
        Ok(Box::new(**outer + 1))
    }

    async fn commit(&self, _: &Box<u64>) -> Result<(), Infallible> {
        yield_now().await;
        self.committed.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn rollback(&self, _: &Box<u64>) -> Result<(), Infallible> {
        yield_now().await;
        self.rolled_back.fetch_add(1, Relaxed);
        Ok(())
    }

    fn failure(&self, _: &Box<u64>) -> Option<Infallible> {
        None
    }

    fn judge(&self, error: &Infallible, _: Phase) -> Verdict {
        match *error {}
    }

    fn is_same(&self, other: &Counter) -> bool {
        Arc::ptr_eq(&self.committed, &other.committed)
    }
}

static PART: Info = Info::new("part", "tests");

/// A tasklet whose failure is known, as the attributes start one.
#[track_caller]
fn part<T: Send + 'static>(
    future: impl Future<Output = Result<T, String>> + Send + 'static,
) -> TaskletFuture<Result<T, String>> {
    let about = |unseen: Option<&Result<T, String>>| {
        let failure = unseen.and_then(|unseen| Some(Failure::displayed(unseen.as_ref().err()?)));
        About { info: &PART, failure }
    };
    let place = Location::caller();
    current::with(|home| start_in(home, place, about, || future))
}

/// Fails after so many turns, with an outcome of some size.
async fn fails<T>(turns: usize) -> Result<T, String> {
    for _ in 0..turns {
        yield_now().await;
    }
    Err("no ink".to_owned())
}

type Done = Result<(), TransactionError>;

#[track_caller]
fn kind(result: Done) -> TransactionErrorKind {
    result.expect_err("it is rolled back").kind()
}

#[test]
fn outcomes_are_looked_at_and_stay_whenever_and_however_large() {
    let counter = Counter::default();
    for turns in 0..3 {
        let body = || async move {
            assert_eq!(part(fails::<()>(turns)).await, Err("no ink".to_owned()));
            assert!(part(fails::<[String; 20]>(turns)).await.is_err());
            let text = part(async { Ok("kept".repeat(3)) }).await;
            assert_eq!(text.as_deref(), Ok("keptkeptkept"));
            Ok(())
        };
        let result: Done = transaction(counter.options(), body);
        let error = result.expect_err("it is rolled back");
        assert_eq!(error.failures().len(), 2);
    }
    assert_eq!(counter.counts(), (0, 3));
}

#[test]
fn outcomes_that_nobody_takes_are_looked_at_and_dropped() {
    let counter = Counter::default();
    let body = || async {
        part(fails::<Box<u8>>(1)).defer();
        drop(part(fails::<Box<u8>>(0)));
        part(async { Ok(Box::new(1)) }).defer();
        part(async { panic!("no paper") as Result<(), String> }).defer();
        Ok(())
    };
    assert_eq!(kind(transaction(counter.options(), body)), TransactionErrorKind::Tasklet);
    assert_eq!(counter.counts(), (0, 1));
}

#[test]
fn outcomes_are_taken_on_another_thread_after_they_were_looked_at() {
    let counter = Counter::default();
    let body = || async {
        let failing = part(fails::<String>(2));
        let thread = thread::spawn(move || failing.get_result());
        while !thread.is_finished() {
            yield_now().await;
        }
        assert!(thread.join().expect("it does not panic").is_err());
        Ok(())
    };
    assert_eq!(kind(transaction(counter.options(), body)), TransactionErrorKind::Tasklet);
}

#[test]
fn what_is_cancelled_is_rolled_back_and_freed() {
    let counter = Counter::default();
    let context = Context::new();
    for turns in 0..4 {
        let options = counter.options();
        let future = context.enter(|| {
            transaction_async(options, || async {
                part(fails::<String>(1)).defer();
                call_on_commit(|| unreachable!("it is rolled back"));
                transaction_async(TransactionOptions::new(), pending::<Done>).await
            })
        });
        for _ in 0..turns {
            let _turn = context.run0();
        }
        future.cancel();
        context.run();
    }
    assert_eq!(counter.counts().0, 0);
}

#[test]
fn a_panic_and_a_nested_one_leak_nothing() {
    let counter = Counter::default();
    let panics = || {
        block_on(
            transaction_async(counter.options(), || async {
                yield_now().await;
                panic!("no paper") as Done
            })
            .into_future(),
        )
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    let nested = || async {
        transaction_async(TransactionOptions::new(), || async { Ok::<_, TransactionError>(()) })
            .await
    };
    transaction(counter.options(), nested).expect("it is committed");
    assert_eq!(counter.counts(), (2, 1));
}

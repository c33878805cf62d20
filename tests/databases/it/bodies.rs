//! Bodies that fail, panic, forget and hide: whatever they do, both rows are there or neither.

use std::panic::{AssertUnwindSafe, catch_unwind};

use databases::{Error, Place, Result, Store};
use tasklet_core::{Transaction, TransactionErrorKind, tasklet, transaction_async};

use crate::halves::{Halves, both, left, right};

crate::on_both! {
    a_body_that_succeeds_is_committed,
    a_body_that_returns_an_error_leaves_nothing,
    a_body_that_panics_leaves_nothing,
    a_tasklet_that_fails_unseen_keeps_all_from_being_committed,
    a_tasklet_that_fails_and_is_looked_at_does_so_too,
    a_tasklet_that_panics_unseen_does_so_too,
    a_forgotten_future_is_waited_for,
    a_forgotten_future_that_fails_keeps_all_from_being_committed,
    a_refused_statement_that_the_body_deals_with_is_as_the_database_has_it,
    a_nested_transaction_is_undone_alone,
    a_nested_transaction_goes_down_with_its_outer_one,
    an_operation_after_the_end_is_refused,
    calls_on_commit_are_made_after_a_commit_alone,
}

#[tasklet]
async fn refuse() -> Result<()> {
    tasklet_core::sleep(std::time::Duration::from_millis(1)).await;
    Err(Error::Refused)
}

#[tasklet]
async fn give_up() {
    tasklet_core::sleep(std::time::Duration::from_millis(1)).await;
    panic!("given up");
}

async fn a_body_that_succeeds_is_committed(place: Place) {
    let halves = Halves::at(&place).await;
    halves.write(1).await.expect("committed");
    assert_eq!(halves.bodies(), 1);
    halves.assert_written(&[1]).await;
}

async fn a_body_that_returns_an_error_leaves_nothing(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        let both = both(store.clone(), 1);
        async move {
            both.await?;
            Err(Error::Refused)
        }
    })
    .await;
    assert!(matches!(result, Err(Error::Refused)), "it reaches the caller as it is: {result:?}");
    halves.assert_written(&[]).await;
}

async fn a_body_that_panics_leaves_nothing(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let mut panicking = transaction_async(halves.store.transaction(), move || {
        let both = both(store.clone(), 1);
        async move {
            both.await?;
            panic!("given up");
            #[expect(unreachable_code, reason = "it says what the body returns")]
            Result::Ok(())
        }
    });
    panicking.check_success().expect_err("it has panicked");
    let panicked = catch_unwind(AssertUnwindSafe(|| panicking.get_result()));
    let payload = panicked.expect_err("it goes on in the caller");
    assert_eq!(payload.downcast_ref(), Some(&"given up"));
    halves.assert_written(&[]).await;
}

async fn a_tasklet_that_fails_unseen_keeps_all_from_being_committed(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        refuse().defer();
        both(store.clone(), 1)
    })
    .await;
    fails_by_a_tasklet(&result.expect_err("one has failed"), "refuse");
    halves.assert_written(&[]).await;
}

async fn a_tasklet_that_fails_and_is_looked_at_does_so_too(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        let both = both(store.clone(), 1);
        async move {
            refuse().await.expect_err("it is dealt with");
            both.await
        }
    })
    .await;
    fails_by_a_tasklet(&result.expect_err("one has failed"), "refuse");
    halves.assert_written(&[]).await;
}

async fn a_tasklet_that_panics_unseen_does_so_too(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        give_up().defer();
        both(store.clone(), 1)
    })
    .await;
    fails_by_a_tasklet(&result.expect_err("one has failed"), "give_up");
    halves.assert_written(&[]).await;
}

#[track_caller]
fn fails_by_a_tasklet(error: &Error, name: &str) {
    let transaction = error.transaction().unwrap_or_else(|| panic!("it is none: {error}"));
    assert_eq!(transaction.kind(), TransactionErrorKind::Tasklet, "{error}");
    assert_eq!(transaction.failures().len(), 1, "{error}");
    assert_eq!(transaction.failures()[0].name(), name, "{error}");
    assert!(error.to_string().contains(name), "{error}");
}

async fn a_forgotten_future_is_waited_for(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    transaction_async(halves.store.transaction(), move || {
        // No attribute sees this, and no drop is called.
        std::mem::forget(left(store.clone(), 1));
        std::mem::forget(right(store.clone(), 1));
        async { Result::Ok(()) }
    })
    .await
    .expect("committed");
    halves.assert_written(&[1]).await;
}

async fn a_forgotten_future_that_fails_keeps_all_from_being_committed(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        std::mem::forget(refuse());
        both(store.clone(), 1)
    })
    .await;
    fails_by_a_tasklet(&result.expect_err("one has failed"), "refuse");
    halves.assert_written(&[]).await;
}

/// SQLite undoes that statement alone; PostgreSQL takes nothing but a rollback after it.
async fn a_refused_statement_that_the_body_deals_with_is_as_the_database_has_it(place: Place) {
    let halves = Halves::at(&place).await;
    halves.write(1).await.expect("committed");
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        let store = store.clone();
        async move {
            both(store.clone(), 2).await?;
            // By no tasklet, which would keep it from being committed by itself.
            let again = store.run("INSERT INTO lefts (id) VALUES ($1)", &[1]).await;
            again.expect_err("it is there already");
            Ok(())
        }
    })
    .await;
    match place {
        Place::Sqlite(_) => {
            result.expect("committed");
            halves.assert_written(&[1, 2]).await;
        }
        Place::Postgres(_) => {
            let kind = result.expect_err("an operation has failed").kind();
            assert_eq!(kind, Some(TransactionErrorKind::Operation));
            halves.assert_written(&[1]).await;
        }
    }
}

async fn a_nested_transaction_is_undone_alone(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    transaction_async(halves.store.transaction(), move || {
        let store = store.clone();
        async move {
            both(store.clone(), 1).await?;
            let inner = store.clone();
            let nested: Result<()> = transaction_async(store.transaction(), move || {
                let both = both(inner.clone(), 2);
                async move {
                    both.await?;
                    Err(Error::Refused)
                }
            })
            .await;
            nested.expect_err("it has refused");
            both(store.clone(), 3).await?;
            transaction_async(store.transaction(), move || both(store.clone(), 4)).await
        }
    })
    .await
    .expect("the outer one is none the worse for it");
    halves.assert_written(&[1, 3, 4]).await;
}

async fn a_nested_transaction_goes_down_with_its_outer_one(place: Place) {
    let halves = Halves::at(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        let store = store.clone();
        async move {
            let inner = store.clone();
            transaction_async(store.transaction(), move || both(inner.clone(), 1)).await?;
            Err(Error::Refused)
        }
    })
    .await;
    result.expect_err("it has refused");
    halves.assert_written(&[]).await;
}

/// What leaves a transaction, and goes on after its end.
async fn an_operation_after_the_end_is_refused(place: Place) {
    let halves = Halves::at(&place).await;
    let (opener, gate) = tasklet_core::TaskletFuture::promise();
    let gate = gate.shared();
    let store = halves.store.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    transaction_async(halves.store.transaction(), move || {
        let (gate, store) = (gate.clone(), store.clone());
        let late = tasklet_core::Context::current();
        // A thread that has the transaction's context, and belongs to nobody.
        let escaped = move || {
            let _in = databases::runtime().enter();
            late.block_on(async move {
                gate.await;
                left(store, 9).await
            })
        };
        sender.send(std::thread::spawn(escaped)).expect("the test waits");
        async { Result::Ok(()) }
    })
    .await
    .expect("committed");
    opener.set_result(());
    let escaped = receiver.recv().expect("it was called").join().expect("it does not panic");
    assert!(matches!(escaped, Err(Error::Database(_))), "{escaped:?}");
    halves.assert_written(&[]).await;
}

async fn calls_on_commit_are_made_after_a_commit_alone(place: Place) {
    let halves = Halves::at(&place).await;
    let (sender, called) = std::sync::mpsc::channel();
    for (id, is_good) in [(1, false), (2, true)] {
        let (store, sender): (Store, _) = (halves.store.clone(), sender.clone());
        let result: Result<()> = transaction_async(halves.store.transaction(), move || {
            let sender = sender.clone();
            let call = move || {
                assert!(Transaction::current().is_none(), "it is over");
                sender.send(id).expect("the test waits");
            };
            tasklet_core::call_on_commit(call);
            let both = both(store.clone(), id);
            async move {
                both.await?;
                if is_good { Ok(()) } else { Err(Error::Refused) }
            }
        })
        .await;
        assert_eq!(result.is_ok(), is_good);
    }
    drop(sender);
    assert_eq!(called.iter().collect::<Vec<_>>(), [2]);
    halves.assert_written(&[2]).await;
}

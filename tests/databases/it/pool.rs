//! A pool that has no connection left is an error that says so, and nothing hangs.

use std::error::Error as _;
use std::time::Duration;

use databases::{Error, Place, Result, Store};
use tasklet_core::{
    Propagation, TaskletFuture, TransactionError, TransactionErrorKind, transaction_async,
};

use crate::halves::{Halves, both};

crate::on_both! {
    a_transaction_without_a_connection_is_not_begun,
    a_transaction_beside_another_one_needs_a_connection_of_its_own,
    as_many_as_want_to_take_turns,
}

/// Longer than it takes to connect.
const PATIENCE: Duration = Duration::from_secs(2);

/// A pool with one connection, for which nobody waits for longer than that.
async fn impatient(place: &Place) -> Halves {
    let mut halves = Halves::at(place).await;
    halves.store = Store::open_patiently(&place.url(), 1, PATIENCE).await;
    halves
}

#[track_caller]
fn is_exhausted(error: &TransactionError) {
    assert_eq!(error.kind(), TransactionErrorKind::Begin, "{error}");
    let source = error.source().and_then(|source| source.downcast_ref());
    let is_why = matches!(source, Some(tasklet_sqlx::Error::Sqlx(sqlx::Error::PoolTimedOut)));
    assert!(is_why, "it does not say why: {error:?}");
    assert!(error.to_string().contains("max_connections"), "{error}");
}

async fn a_transaction_without_a_connection_is_not_begun(place: Place) {
    let halves = impatient(&place).await;
    let inner = halves.clone();
    transaction_async(halves.store.transaction(), move || {
        let halves = inner.clone();
        async move {
            both(halves.store.clone(), 1).await?;
            // The tasklet is of no transaction, but of the context around.
            let other = halves.clone();
            let write = async move { other.write(2).await };
            let result = tasklet_core::non_transactional_async(write).await;
            is_exhausted(result.expect_err("this one has it").transaction().expect("it is one"));
            Result::Ok(())
        }
    })
    .await
    .expect("the first one is none the worse for it");
    assert_eq!(halves.bodies(), 0, "it was not begun");
    halves.assert_written(&[1]).await;
}

async fn a_transaction_beside_another_one_needs_a_connection_of_its_own(place: Place) {
    let halves = impatient(&place).await;
    let store = halves.store.clone();
    let result: Result<()> = transaction_async(halves.store.transaction(), move || {
        let (store, inner) = (store.clone(), store.clone());
        async move {
            both(store.clone(), 1).await?;
            let beside = store.transaction().propagation(Propagation::Independent);
            transaction_async(beside, move || both(inner.clone(), 2)).await
        }
    })
    .await;
    match result {
        Err(Error::Transaction(error)) => is_exhausted(&error),
        other => panic!("there is but one connection: {other:?}"),
    }
    halves.assert_written(&[]).await;
}

async fn as_many_as_want_to_take_turns(place: Place) {
    let halves = Halves::at(&place).await;
    let writing: Vec<TaskletFuture<_>> = (0..100).map(|id| halves.write(id)).collect();
    for written in writing {
        written.await.expect("it waits for its turn");
    }
    halves.assert_written(&(0..100).collect::<Vec<_>>()).await;
}

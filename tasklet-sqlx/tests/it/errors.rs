//! What an error of a statement means for its transaction.

use sqlx::Executor;
use tasklet_core::{Rollback, TransactionErrorKind};
use tasklet_sqlx::Error;

use crate::support::{Kind, Notes, insert, on_both, transact};

on_both! {
    an_error_that_reaches_the_end_rolls_back
    a_rollback_on_purpose_is_told_from_other_errors
    an_error_that_a_savepoint_has_undone_is_forgotten
    an_error_before_the_statement_was_sent_does_no_harm
    a_pool_that_is_closed_is_told_and_not_tried_again
}

async fn an_error_that_reaches_the_end_rolls_back<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "twice").await?;
        insert(&db, "twice").await?;
        Ok(())
    });
    let error = ended.await.unwrap_err();
    assert!(matches!(error.code().as_deref(), Some("23505" | "1555")), "{error}");
    assert!(error.refusal().is_none());
    assert_eq!(notes.count().await, 0);
}

async fn a_rollback_on_purpose_is_told_from_other_errors<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "undone").await?;
        Err::<(), _>(Rollback.into())
    });
    assert!(ended.await.unwrap_err().is_rollback());
    assert_eq!(notes.count().await, 0);
}

async fn an_error_that_a_savepoint_has_undone_is_forgotten<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "once").await?;
        let twice = transact(&db, |db| async move { Ok(insert(&db, "once").await?) });
        assert!(twice.await.is_err());
        insert(&db, "more").await?;
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 2);
}

async fn an_error_before_the_statement_was_sent_does_no_harm<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "once").await?;
        let none = db.fetch_one("SELECT text FROM note WHERE text = 'none'").await;
        assert!(matches!(none, Err(sqlx::Error::RowNotFound)));
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 1);
}

async fn a_pool_that_is_closed_is_told_and_not_tried_again<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    notes.db.pool().close().await;
    match transact(&notes.db, |_| async { Ok(()) }).await.unwrap_err() {
        Error::Transaction(error) => {
            assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Begin, 1));
        }
        other => panic!("{other}"),
    }
}

//! Whatever is given up is rolled back, and the next one finds a clean connection.

use std::time::Duration;

use futures_lite::future::poll_once;
use sqlx::Executor;
use tasklet_core::{TaskletFuture, TransactionErrorKind};
use tasklet_sqlx::{Db, Error, Refusal};

use crate::support::{Kind, Notes, in_memory, insert, on_both, run, transact};

on_both! {
    a_transaction_that_is_cancelled_is_rolled_back
    one_that_is_cancelled_while_it_begins_leaves_nothing_open
    an_interrupted_statement_dooms_the_transaction
    one_that_is_cancelled_in_a_statement_gives_its_connection_back
    what_was_begun_by_hand_and_left_is_undone
    what_was_begun_by_hand_is_undone_with_a_cancelled_transaction
}

/// A transaction that has written a note, and waits for ever.
async fn stuck<DB: Kind>(db: &Db<DB>) -> TaskletFuture<Result<(), Error>> {
    let (written, is_written) = tokio::sync::oneshot::channel();
    let mut written = Some(written);
    let stuck = transact(db, move |db| {
        let written = written.take();
        async move {
            insert(&db, "stuck").await?;
            written.expect("one attempt").send(()).unwrap();
            std::future::pending().await
        }
    });
    is_written.await.unwrap();
    stuck
}

/// The one connection writes, outside of transactions and inside, and each write is last.
async fn is_clean<DB: Kind>(notes: &Notes<DB>) {
    assert_eq!(notes.count().await, 0);
    insert(&notes.db, "outside").await.unwrap();
    transact(&notes.db, |db| async move { Ok(insert(&db, "inside").await?) }).await.unwrap();
    stuck(&notes.db).await.cancel();
    assert_eq!(notes.count().await, 2);
}

async fn a_transaction_that_is_cancelled_is_rolled_back<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    stuck(&notes.db).await.cancel();
    is_clean(&notes).await;
}

async fn one_that_is_cancelled_while_it_begins_leaves_nothing_open<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    for polls in 0..20 {
        let begun = transact(&notes.db, |db| async move { Ok(insert(&db, "begun").await?) });
        tokio::time::sleep(Duration::from_micros(100 * polls)).await;
        begun.cancel();
        notes.db.execute("DELETE FROM note").await.unwrap();
    }
    is_clean(&notes).await;
}

async fn an_interrupted_statement_dooms_the_transaction<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "before").await?;
        assert!(poll_once(db.execute(DB::SLOW)).await.is_none());
        let refused = Error::from(insert(&db, "after").await.unwrap_err());
        assert!(matches!(refused.refusal(), Some(Refusal::Interrupted)), "{refused}");
        Ok(())
    });
    let error = ended.await.unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::Interrupted)), "{error}");
    match error {
        Error::Transaction(error) => assert_eq!(error.kind(), TransactionErrorKind::Operation),
        other => panic!("{other}"),
    }
    is_clean(&notes).await;
}

async fn one_that_is_cancelled_in_a_statement_gives_its_connection_back<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    for polls in 0..10 {
        let slow = transact(&notes.db, |db| async move {
            db.execute(DB::SLOW).await?;
            std::future::pending::<Result<(), Error>>().await
        });
        tokio::time::sleep(Duration::from_micros(300 * polls)).await;
        slow.cancel();
    }
    is_clean(&notes).await;
}

async fn what_was_begun_by_hand_and_left_is_undone<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "before").await?;
        let mut locked = db.lock().await?;
        std::mem::forget(DB::begin_by_hand(&mut locked).await?);
        DB::write_by_hand(&mut locked, "left").await?;
        drop(locked);
        insert(&db, "after").await?;
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 2);
}

async fn what_was_begun_by_hand_is_undone_with_a_cancelled_transaction<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let (begun, is_begun) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let stuck = transact(&notes.db, move |db| {
        let begun = begun.take();
        async move {
            let mut locked = db.lock().await?;
            std::mem::forget(DB::begin_by_hand(&mut locked).await?);
            DB::write_by_hand(&mut locked, "left").await?;
            begun.expect("one attempt").send(()).unwrap();
            std::future::pending::<Result<(), Error>>().await
        }
    });
    is_begun.await.unwrap();
    stuck.cancel();
    is_clean(&notes).await;
}

#[test]
fn a_database_in_memory_outlives_whatever_is_given_up_in_it() {
    run(async || {
        let notes = in_memory().await;
        stuck(&notes.db).await.cancel();
        is_clean(&notes).await;
    });
}

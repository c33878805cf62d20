//! Transactions in transactions are savepoints, and have the connection to themselves.

use std::time::Duration;

use futures_lite::future::{poll_once, yield_now};
use sqlx::Executor;
use tasklet_core::{Rollback, TransactionErrorKind, tasklet};
use tasklet_sqlx::{Backend, Db, Error, Refusal};

use crate::support::{Kind, Notes, count, insert, on_both, transact, write};

on_both! {
    one_of_two_savepoints_side_by_side_is_undone
    a_statement_of_the_outer_one_is_no_part_of_the_nested_one
    a_nested_one_that_was_cancelled_is_undone
    one_that_was_dropped_while_it_began_leaves_the_outer_one_alone
    an_interrupted_statement_is_undone_with_its_savepoint
    one_in_another_in_another_is_undone_alone
    who_waits_for_a_tasklet_that_waits_for_the_connection_gets_an_error
}

/// Writes two notes, and returns whether they were committed.
#[tasklet]
async fn pair<DB: Backend>(db: Db<DB>, name: &'static str, fails: bool) -> Result<bool, Error> {
    let nested = transact(&db, move |db| async move {
        write(db.clone(), format!("{name} 1")).await?;
        yield_now().await;
        write(db.clone(), format!("{name} 2")).await?;
        if fails { Err(Rollback.into()) } else { Ok(()) }
    });
    match nested.await {
        Ok(()) => Ok(true),
        Err(error) if error.is_rollback() => Ok(false),
        Err(error) => Err(error),
    }
}

async fn one_of_two_savepoints_side_by_side_is_undone<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let seen = transact(&notes.db, |db| async move {
        let (kept, undone) = (pair(db.clone(), "kept", false), pair(db.clone(), "undone", true));
        assert_eq!((kept.await?, undone.await?), (true, false));
        Ok(count(&db).await?)
    });
    assert_eq!(seen.await.unwrap(), 2);
    assert_eq!(notes.count().await, 2);
}

async fn a_statement_of_the_outer_one_is_no_part_of_the_nested_one<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        let undone = pair(db.clone(), "undone", true);
        // It waits, and is not undone.
        let outer = write(db.clone(), "outer".to_owned());
        assert!(!undone.await?);
        outer.await
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 1);
}

async fn a_nested_one_that_was_cancelled_is_undone<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let seen = transact(&notes.db, |db| async move {
        insert(&db, "outer").await?;
        let (written, is_written) = tokio::sync::oneshot::channel();
        let mut written = Some(written);
        let nested = transact(&db, move |db| {
            let written = written.take();
            async move {
                insert(&db, "nested").await?;
                written.expect("one attempt").send(()).unwrap();
                std::future::pending().await
            }
        });
        is_written.await.unwrap();
        let nested: tasklet_core::TaskletFuture<Result<(), Error>> = nested;
        nested.cancel();
        Ok(count(&db).await?)
    });
    assert_eq!(seen.await.unwrap(), 1);
    assert_eq!(notes.count().await, 1);
}

async fn one_that_was_dropped_while_it_began_leaves_the_outer_one_alone<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let seen = transact(&notes.db, |db| async move {
        insert(&db, "outer").await?;
        // It is waiting for its savepoint, or for the connection.
        let nested = transact(&db, |db| async move {
            insert(&db, "nested").await?;
            std::future::pending::<Result<(), Error>>().await
        });
        nested.cancel();
        insert(&db, "more").await?;
        Ok(count(&db).await?)
    });
    assert_eq!(seen.await.unwrap(), 2);
    assert_eq!(notes.count().await, 2);
}

async fn an_interrupted_statement_is_undone_with_its_savepoint<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "outer").await?;
        let nested = transact(&db, |db| async move {
            assert!(poll_once(db.execute(DB::SLOW)).await.is_none());
            Ok(())
        });
        match nested.await.unwrap_err() {
            Error::Transaction(error) => assert_eq!(error.kind(), TransactionErrorKind::Operation),
            other => panic!("{other}"),
        }
        insert(&db, "more").await?;
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 2);
}

async fn one_in_another_in_another_is_undone_alone<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "1").await?;
        let second = transact(&db, |db| async move {
            insert(&db, "2").await?;
            assert!(!pair(db.clone(), "third", true).await?);
            assert!(pair(db.clone(), "fourth", false).await?);
            Ok(())
        });
        second.await
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 4);
}

async fn who_waits_for_a_tasklet_that_waits_for_the_connection_gets_an_error<DB: Kind>() {
    let notes = DB::open(1, Duration::from_secs(3)).await;
    let ended = transact(&notes.db, |outer| async move {
        let handle = outer.clone();
        let nested = transact(&outer, move |_| {
            let outside = tasklet_core::Context::current().parent().expect("the outer one");
            let handle = handle.clone();
            async move { outside.enter(|| write(handle, "never".to_owned())).await }
        });
        let occupied = nested.await.unwrap_err();
        assert!(matches!(occupied.refusal(), Some(Refusal::Occupied)), "{occupied}");
        Ok(())
    });
    // That tasklet of the outer one has failed.
    match ended.await.unwrap_err() {
        Error::Transaction(error) => assert_eq!(error.kind(), TransactionErrorKind::Tasklet),
        other => panic!("{other}"),
    }
    assert_eq!(notes.count().await, 0);
}

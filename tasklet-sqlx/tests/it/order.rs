//! Tasklets side by side share one connection, and take turns.

use std::sync::{Arc, Mutex};

use futures_lite::StreamExt as _;
use futures_lite::future::poll_once;
use sqlx::Executor;
use tasklet_core::{Context, TryJoinAll as _, tasklet};
use tasklet_sqlx::{Backend, Db, Error, Refusal};

use crate::support::{Kind, Notes, count, insert, on_both, transact, write};

on_both! {
    statements_side_by_side_are_committed_together
    whoever_asks_first_is_served_first
    rows_that_are_read_one_by_one_hold_nobody_up
    a_statement_outside_is_on_another_connection
    a_statement_after_the_end_is_refused
    a_statement_that_waits_while_it_ends_is_refused
    the_connection_itself_is_had_in_a_transaction_only
}

async fn statements_side_by_side_are_committed_together<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let written = transact(&notes.db, |db| async move {
        let writes: Vec<_> = (0..20).map(|n| write(db.clone(), n.to_string())).collect();
        writes.try_join_all().await?;
        Ok(count(&db).await?)
    });
    assert_eq!(written.await.unwrap(), 20);
    assert_eq!(notes.count().await, 20);
}

#[tasklet]
async fn serve<DB: Backend>(
    db: Db<DB>,
    number: u32,
    served: Arc<Mutex<Vec<u32>>>,
) -> Result<(), Error> {
    insert(&db, &number.to_string()).await?;
    served.lock().unwrap().push(number);
    Ok(())
}

async fn whoever_asks_first_is_served_first<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let served = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&served);
    let ended = transact(&notes.db, move |db| {
        let list = Arc::clone(&list);
        async move {
            let locked = db.lock().await?;
            let all: Vec<_> = (0..10).map(|n| serve(db.clone(), n, Arc::clone(&list))).collect();
            assert!(list.lock().unwrap().is_empty());
            drop(locked);
            all.try_join_all().await?;
            Ok(())
        }
    });
    ended.await.unwrap();
    assert_eq!(*served.lock().unwrap(), (0..10).collect::<Vec<_>>());
}

async fn rows_that_are_read_one_by_one_hold_nobody_up<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let read = transact(&notes.db, |db| async move {
        insert(&db, "first").await?;
        insert(&db, "second").await?;
        let mut rows = db.fetch("SELECT text FROM note");
        let mut read = 0;
        while let Some(row) = rows.next().await {
            row?;
            read += 1;
            insert(&db, &format!("read {read}")).await?;
        }
        drop(rows);
        Ok(read)
    });
    assert_eq!(read.await.unwrap(), 2);
    assert_eq!(notes.count().await, 4);
}

async fn a_statement_outside_is_on_another_connection<DB: Kind>() {
    let notes = Notes::<DB>::open(2).await;
    let outside = Context::current();
    let seen = transact(&notes.db, move |db| {
        let outside = outside.clone();
        async move {
            insert(&db, "inside").await?;
            let seen = outside.enter(|| seen(db.clone()));
            Ok((seen.await?, count(&db).await?))
        }
    });
    assert_eq!(seen.await.unwrap(), (0, 1));
}

#[tasklet]
async fn seen<DB: Backend>(db: Db<DB>) -> Result<usize, Error> {
    Ok(count(&db).await?)
}

async fn a_statement_after_the_end_is_refused<DB: Kind>() {
    let notes = Notes::<DB>::open(2).await;
    let inside = transact(&notes.db, |db| async move {
        insert(&db, "in time").await?;
        Ok(Context::current())
    });
    let inside = inside.await.unwrap();
    let late = inside.enter(|| write(notes.db.clone(), "late".to_owned())).await;
    assert!(matches!(late.unwrap_err().refusal(), Some(Refusal::Ended)));
    assert_eq!(notes.count().await, 1);
}

async fn a_statement_that_waits_while_it_ends_is_refused<DB: Kind>() {
    let notes = Notes::<DB>::open(2).await;
    let (sender, stashed) = tokio::sync::oneshot::channel();
    let sender = Arc::new(Mutex::new(Some(sender)));
    let ended = transact(&notes.db, move |db| {
        let sender = sender.lock().unwrap().take();
        async move {
            let locked = db.lock().await?;
            let own = db.clone();
            let mut waiting = Box::pin(async move { insert(&own, "late").await });
            assert!(poll_once(&mut waiting).await.is_none());
            let stashed = (locked, waiting, Context::current());
            assert!(sender.expect("one attempt").send(stashed).is_ok());
            Ok(())
        }
    });
    let (locked, waiting, inside) = stashed.await.unwrap();
    let waiting = tokio::spawn(waiting);
    let db = notes.db.clone();
    // The commit waits for the connection, and takes no statements.
    databases::eventually("the commit has begun", async move || {
        let mut lock = Box::pin(db.lock());
        let asked = inside.enter(|| futures_lite::future::block_on(poll_once(&mut lock)));
        asked.is_some_and(|asked| Refusal::of(&asked.unwrap_err()).is_some())
    })
    .await;
    drop(locked);
    let refused = Error::from(waiting.await.unwrap().unwrap_err());
    assert!(matches!(refused.refusal(), Some(Refusal::Ended)), "{refused}");
    ended.await.unwrap();
    assert_eq!(notes.count().await, 0);
}

async fn the_connection_itself_is_had_in_a_transaction_only<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let refused = Error::from(notes.db.lock().await.unwrap_err());
    assert!(matches!(refused.refusal(), Some(Refusal::NotInTransaction)));
    assert!(refused.to_string().starts_with("lock() gives the connection of a transaction"));
}

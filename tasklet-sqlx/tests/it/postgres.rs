//! What is PostgreSQL's own: a failed statement fails its transaction, and connections are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use databases::Server;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, Postgres};
use tasklet_core::{Isolation, TransactionErrorKind, transaction_async};
use tasklet_sqlx::{Db, Error, Refusal};

use crate::support::{Notes, insert, of, run, transact};

#[test]
fn a_swallowed_error_is_not_committed_without_a_word() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "twice").await?;
            assert!(insert(&db, "twice").await.is_err());
            Ok(())
        });
        let error = ended.await.unwrap_err();
        assert_eq!(error.code().as_deref(), Some("23505"));
        match error {
            Error::Transaction(error) => assert_eq!(error.kind(), TransactionErrorKind::Operation),
            other => panic!("{other}"),
        }
        assert_eq!(notes.count().await, 0);
    });
}

#[test]
fn nor_is_one_that_an_empty_statement_follows() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "twice").await?;
            assert!(insert(&db, "twice").await.is_err());
            // The only statement that is taken in a failed transaction.
            db.execute("").await?;
            Ok(())
        });
        assert_eq!(ended.await.unwrap_err().code().as_deref(), Some("25P02"));
        assert_eq!(notes.count().await, 0);
    });
}

#[test]
fn nor_is_one_on_the_connection_itself() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "once").await?;
            let mut locked = db.lock().await?;
            assert!(locked.execute("INSERT INTO note VALUES ('once')").await.is_err());
            Ok(())
        });
        assert_eq!(ended.await.unwrap_err().code().as_deref(), Some("25P02"));
        assert_eq!(notes.count().await, 0);
    });
}

#[test]
fn a_savepoint_by_hand_saves_a_transaction() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "once").await?;
            db.execute("SAVEPOINT mine").await?;
            assert!(insert(&db, "once").await.is_err());
            db.execute("ROLLBACK TO SAVEPOINT mine").await?;
            insert(&db, "more").await?;
            Ok(())
        });
        ended.await.unwrap();
        assert_eq!(notes.count().await, 2);
    });
}

#[test]
fn a_lost_connection_is_replaced_in_another_attempt() {
    run(async || {
        let notes = Notes::<Postgres>::open(2).await;
        let attempts = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&attempts);
        let ended = transact(&notes.db, move |db| {
            let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                insert(&db, "once").await?;
                if is_first {
                    // It ends itself.
                    let end = db.execute("SELECT pg_terminate_backend(pg_backend_pid())").await;
                    assert!(end.is_err());
                    let refused = Error::from(insert(&db, "never").await.unwrap_err());
                    assert!(matches!(refused.refusal(), Some(Refusal::Failed(_))), "{refused}");
                }
                Ok(())
            }
        });
        ended.await.unwrap();
        assert_eq!((attempts.load(Ordering::Relaxed), notes.count().await), (2, 1));
    });
}

#[test]
fn a_begin_that_was_dropped_is_not_left_open() {
    run(async || {
        let url = Server::shared().new_database().await;
        // Without a question before it the BEGIN is sent at once.
        let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
        let db = Db::new(pool.connect(&url).await.unwrap());
        for _ in 0..5 {
            transact(&db, |_| std::future::pending::<Result<(), Error>>()).cancel();
            let row = db.fetch_one("SELECT now() = statement_timestamp()").await.unwrap();
            assert!(sqlx::Row::get::<bool, _>(&row, 0), "it is in a transaction that began before");
        }
    });
}

#[test]
fn a_refused_commit_is_a_rollback() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let table = "CREATE TABLE page (note VARCHAR(100) REFERENCES note \
                     DEFERRABLE INITIALLY DEFERRED)";
        notes.db.execute(table).await.unwrap();
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "undone").await?;
            db.execute("INSERT INTO page VALUES ('none')").await?;
            Ok(())
        });
        let error = ended.await.unwrap_err();
        assert_eq!(error.code().as_deref(), Some("23503"));
        match error {
            Error::Transaction(error) => assert_eq!(error.kind(), TransactionErrorKind::Commit),
            other => panic!("{other}"),
        }
        assert_eq!(notes.count().await, 0);
        insert(&notes.db, "last").await.unwrap();
        assert_eq!(notes.count().await, 1);
    });
}

#[test]
fn a_nested_one_is_no_more_isolated_than_its_outer_one() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let (db, inside) = (notes.db.clone(), notes.db.clone());
        let outer = transaction_async(of(&db).isolation(Isolation::ReadCommitted), move || {
            let db = inside.clone();
            async move {
                let level = db.fetch_one("SHOW transaction_isolation").await?;
                assert_eq!(sqlx::Row::get::<&str, _>(&level, 0), "read committed");
                let strict = of(&db).isolation(Isolation::Serializable);
                transaction_async(strict, || async { Ok::<_, Error>(()) }).await
            }
        });
        let refused = outer.await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::Isolation)), "{refused}");
    });
}

#[test]
fn nothing_is_said_of_isolation_it_is_serializable() {
    run(async || {
        let notes = Notes::<Postgres>::open(1).await;
        let level = transact(&notes.db, |db| async move {
            let row = db.fetch_one("SHOW transaction_isolation").await?;
            Ok(sqlx::Row::get::<String, _>(&row, 0))
        });
        assert_eq!(level.await.unwrap(), "serializable");
    });
}

//! What is SQLite's own: errors that leave a transaction as it was, and those that do not.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Executor, Sqlite};
use tasklet_core::{TransactionErrorKind, transaction_async};
use tasklet_sqlx::{Db, Error, Refusal};

use crate::support::{Notes, insert, of, run, transact};

#[test]
fn a_swallowed_error_does_no_harm() {
    run(async || {
        let notes = Notes::<Sqlite>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "once").await?;
            assert!(insert(&db, "once").await.is_err());
            insert(&db, "more").await?;
            Ok(())
        });
        ended.await.unwrap();
        assert_eq!(notes.count().await, 2);
    });
}

#[test]
fn what_comes_after_a_rollback_of_sqlites_own_is_not_committed_by_itself() {
    run(async || {
        let notes = Notes::<Sqlite>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "once").await?;
            let again = "INSERT OR ROLLBACK INTO note VALUES ('once')";
            assert!(db.execute(again).await.is_err());
            let refused = Error::from(insert(&db, "alone").await.unwrap_err());
            assert!(matches!(refused.refusal(), Some(Refusal::Failed(_))), "{refused}");
            Ok(())
        });
        assert_eq!(ended.await.unwrap_err().code().as_deref(), Some("1555"));
        assert_eq!(notes.count().await, 0);
        transact(&notes.db, |db| async move { Ok(insert(&db, "last").await?) }).await.unwrap();
        assert_eq!(notes.count().await, 1);
    });
}

#[test]
fn nor_is_it_in_a_nested_one() {
    run(async || {
        let notes = Notes::<Sqlite>::open(1).await;
        let ended = transact(&notes.db, |db| async move {
            insert(&db, "once").await?;
            let nested = transact(&db, |db| async move {
                db.execute("INSERT OR ROLLBACK INTO note VALUES ('once')").await?;
                Ok(())
            });
            assert!(nested.await.is_err());
            assert!(insert(&db, "alone").await.is_err());
            Ok(())
        });
        assert_eq!(ended.await.unwrap_err().code().as_deref(), Some("1555"));
        assert_eq!(notes.count().await, 0);
    });
}

#[test]
fn one_that_is_busy_is_tried_again_until_its_attempts_are_used_up() {
    run(async || {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(directory.path().join("busy"));
        let options = options.create_if_missing(true).busy_timeout(Duration::ZERO);
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options);
        let db = Db::new(pool.await.unwrap());
        let mut other = db.pool().acquire().await.unwrap();
        other.execute("BEGIN EXCLUSIVE").await.unwrap();
        let busy = transaction_async(of(&db).retries(2), || async { Ok::<_, Error>(()) });
        let error = busy.await.unwrap_err();
        assert_eq!(error.code().as_deref(), Some("5"));
        match error {
            Error::Transaction(error) => {
                assert_eq!((error.kind(), error.attempts()), (TransactionErrorKind::Retries, 3));
            }
            other => panic!("{other}"),
        }
        other.execute("ROLLBACK").await.unwrap();
        transact(&db, |_| async { Ok(()) }).await.unwrap();
    });
}

#[test]
fn a_commit_that_readers_are_in_the_way_of_is_tried_again() {
    run(async || {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(directory.path().join("busy"));
        let options = options.create_if_missing(true).busy_timeout(Duration::ZERO);
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options);
        let db = Db::new(pool.await.unwrap());
        db.execute("CREATE TABLE note (text TEXT)").await.unwrap();
        let mut reader = db.pool().acquire().await.unwrap();
        reader.execute("BEGIN; SELECT * FROM note").await.unwrap();
        let inside = db.clone();
        let mut reader = Some(reader);
        let mut attempts = 0;
        let ended = transaction_async(of(&db), move || {
            attempts += 1;
            let (db, reader) = (inside.clone(), reader.take_if(|_| attempts == 2));
            async move {
                insert(&db, "once").await?;
                if let Some(mut reader) = reader {
                    reader.execute("ROLLBACK").await?;
                }
                Ok::<_, Error>(attempts)
            }
        });
        assert_eq!(ended.await.unwrap(), 2);
        assert_eq!(crate::support::count(&db).await.unwrap(), 1);
    });
}

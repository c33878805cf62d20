//! What only reads is kept from writing, and its connection writes again afterwards.

use std::time::Duration;

use tasklet_core::{TransactionOptions, transaction_async};
use tasklet_sqlx::{Db, Error};

use crate::support::{Kind, Notes, count, insert, of, on_both, transact};

on_both! {
    a_write_in_it_fails_and_the_connection_writes_again
    its_connection_writes_again_when_it_was_cancelled
    a_nested_one_reads_only_and_the_outer_one_writes
}

fn read_only<DB: Kind>(db: &Db<DB>) -> TransactionOptions {
    of(db).read_only()
}

async fn a_write_in_it_fails_and_the_connection_writes_again<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    for _ in 0..2 {
        let db = notes.db.clone();
        let refused = transaction_async(read_only(&notes.db), move || {
            let db = db.clone();
            async move {
                count(&db).await?;
                insert(&db, "never").await?;
                Ok::<_, Error>(())
            }
        });
        let refused = refused.await.unwrap_err();
        assert!(matches!(refused.code().as_deref(), Some("25006" | "8")), "{refused}");
        insert(&notes.db, "again").await.unwrap();
        notes.db.pool().acquire().await.unwrap();
        sqlx::Executor::execute(&notes.db, "DELETE FROM note").await.unwrap();
    }
}

async fn its_connection_writes_again_when_it_was_cancelled<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    for polls in 0..20 {
        let db = notes.db.clone();
        let reading = transaction_async(read_only(&notes.db), move || {
            let db = db.clone();
            async move {
                loop {
                    count(&db).await?;
                }
                #[expect(unreachable_code, reason = "it tells the type")]
                Ok::<(), Error>(())
            }
        });
        tokio::time::sleep(Duration::from_micros(200 * polls)).await;
        reading.cancel();
        insert(&notes.db, &polls.to_string()).await.unwrap();
    }
    assert_eq!(notes.count().await, 20);
}

async fn a_nested_one_reads_only_and_the_outer_one_writes<DB: Kind>() {
    let notes = Notes::<DB>::open(1).await;
    let ended = transact(&notes.db, |db| async move {
        insert(&db, "before").await?;
        let inside = db.clone();
        let nested = transaction_async(read_only(&db), move || {
            let db = inside.clone();
            async move { Ok::<_, Error>(insert(&db, "never").await?) }
        });
        assert!(nested.await.is_err());
        insert(&db, "after").await?;
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(notes.count().await, 2);
}

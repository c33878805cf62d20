//! Threads that are none of the runtime's run transactions, too.

use sqlx::{Executor, Postgres, Sqlite, SqlitePool};
use tasklet_core::transaction;
use tasklet_sqlx::{Db, Error, Refusal};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Kind, Notes, count, insert, of};

fn a_plain_thread_runs_a_transaction<DB: Kind>() {
    let runtime = Runtime::new().unwrap();
    let notes = runtime.block_on(Notes::<DB>::open(1));
    let db = notes.db.clone();
    let seen = transaction(of(&db), || async {
        insert(&db, "plain").await?;
        Ok::<_, Error>(count(&db).await?)
    });
    assert_eq!(seen.unwrap(), 1);
    assert_eq!(tasklet_core::block_on(notes.count()), 1);
}

#[test]
fn a_plain_thread_runs_a_transaction_on_sqlite() {
    a_plain_thread_runs_a_transaction::<Sqlite>();
}

#[test]
fn a_plain_thread_runs_a_transaction_on_postgres() {
    a_plain_thread_runs_a_transaction::<Postgres>();
}

#[test]
fn a_thread_without_a_runtime_is_told_what_to_do() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let pool = runtime.block_on(SqlitePool::connect("sqlite::memory:")).unwrap();
    let db = Db::new(pool);
    let refused = Error::from(tasklet_core::block_on(db.execute("SELECT 1")).unwrap_err());
    assert!(matches!(refused.refusal(), Some(Refusal::NoRuntime)));
    assert!(refused.to_string().contains("call Db::new inside of one"), "{refused}");
}

//! NDB's own example, `adjust_salary`: the lookup and the insert of the adjustment run in parallel,
//! nobody awaits the insert, and the commit waits for it.
//!
//! NDB: "Working with Async Transactions", of the datastore's documentation.

use databases::{Error, Place, Result, Store};
use tasklet_core::{TaskletFuture, TransactionErrorKind, tasklet, transaction_async};

crate::on_both! {
    a_salary_and_its_adjustment_are_written_together,
    an_adjustment_that_cannot_be_written_keeps_the_salary_as_it_was,
    many_who_adjust_one_salary_lose_no_raise,
}

const TABLES: &str = "CREATE TABLE employees (id BIGINT PRIMARY KEY, salary BIGINT NOT NULL);
                      INSERT INTO employees VALUES (1, 100);
                      CREATE TABLE adjustments (
                          employee BIGINT NOT NULL, amount BIGINT NOT NULL CHECK (0 < amount)
                      )";

#[tasklet]
async fn salary_of(store: Store, employee: i64) -> Result<i64> {
    store.number("SELECT salary FROM employees WHERE id = $1", &[employee]).await
}

#[tasklet]
async fn set_salary(store: Store, employee: i64, salary: i64) -> Result<u64> {
    let sql = "UPDATE employees SET salary = $2 WHERE id = $1";
    store.run(sql, &[employee, salary]).await
}

#[tasklet]
async fn put_adjustment(store: Store, employee: i64, raise: i64) -> Result<u64> {
    let sql = "INSERT INTO adjustments (employee, amount) VALUES ($1, $2)";
    store.run(sql, &[employee, raise]).await
}

#[track_caller]
fn adjust_salary(store: &Store, employee: i64, raise: i64) -> TaskletFuture<Result<()>> {
    let options = store.transaction().retries(100);
    let store = store.clone();
    transaction_async(options, move || {
        let store = store.clone();
        async move {
            let salary = salary_of(store.clone(), employee);
            put_adjustment(store.clone(), employee, raise).defer();
            let salary = salary.await?;
            set_salary(store, employee, salary + raise).defer();
            Ok(())
        }
    })
}

/// What the employee earns, and what the raises are together.
async fn payroll(store: &Store) -> (i64, i64) {
    let salary = store.number("SELECT salary FROM employees", &[]).await.expect("an employee");
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM adjustments";
    (salary, store.number(sql, &[]).await.expect("a sum"))
}

async fn open(place: &Place) -> Store {
    let store = Store::open(&place.url(), 8).await;
    store.prepare(TABLES).await.expect("a new database");
    store
}

async fn a_salary_and_its_adjustment_are_written_together(place: Place) {
    let store = open(&place).await;
    adjust_salary(&store, 1, 7).await.expect("committed");
    assert_eq!(payroll(&store).await, (107, 7));
}

async fn an_adjustment_that_cannot_be_written_keeps_the_salary_as_it_was(place: Place) {
    let store = open(&place).await;
    let error = adjust_salary(&store, 1, -7).await.expect_err("no raise is negative");
    let kinds = [TransactionErrorKind::Tasklet, TransactionErrorKind::Operation].map(Some);
    assert!(kinds.contains(&error.kind()), "{error}");
    assert_eq!(payroll(&store).await, (100, 0));
    let error = adjust_salary(&store, 2, 7).await.expect_err("there is no such employee");
    assert!(matches!(error, Error::Missing), "{error}");
    assert_eq!(payroll(&store).await, (100, 0));
}

async fn many_who_adjust_one_salary_lose_no_raise(place: Place) {
    let store = open(&place).await;
    let adjusting: Vec<_> = (1..=20).map(|raise| adjust_salary(&store, 1, raise)).collect();
    for adjusted in adjusting {
        adjusted.await.expect("committed in the end");
    }
    assert_eq!(payroll(&store).await, (310, 210));
}

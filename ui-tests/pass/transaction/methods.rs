//! Methods, and methods of traits.

#![deny(warnings)]

#[path = "../../support/database.rs"]
mod database;

use std::future::ready;
use std::sync::Arc;

use database::Database;
use tasklet_core::{non_transactional, transactional, transactional_async};

#[derive(Clone)]
struct Bank {
    database: Database,
    fee: i64,
}

impl Bank {
    #[transactional_async(manager = self.database)]
    async fn shared(self: Arc<Self>, amount: i64) -> Result<i64, String> {
        ready(()).await;
        Ok(amount - self.fee)
    }

    #[transactional_async(manager = self.database)]
    async fn owned(mut self, amount: i64) -> Result<Self, String> {
        self.fee += amount;
        ready(()).await;
        Ok(self)
    }

    #[transactional(manager = self.database)]
    async fn borrowed(&self, amount: &i64) -> Result<i64, String> {
        ready(()).await;
        Ok(amount - self.fee)
    }

    #[transactional(manager = self.database, retries = 0)]
    fn changed(&mut self, amount: i64) -> Result<(), String> {
        self.fee += amount;
        Ok(())
    }

    #[transactional_async(manager = Database("associated"))]
    async fn open<T>(id: T) -> Result<T, String>
    where
        T: Clone + Send + 'static,
    {
        ready(()).await;
        Ok(id)
    }

    #[non_transactional]
    async fn outside(self: Arc<Self>) -> i64 {
        ready(()).await;
        self.fee
    }
}

trait Accounts: Send + Sync + 'static {
    #[transactional_async]
    async fn open(self: Arc<Self>, name: String) -> Result<usize, String>;

    #[transactional_async(manager = Database("default"))]
    async fn close(self: Arc<Self>, name: String) -> Result<usize, String> {
        ready(()).await;
        Ok(name.len())
    }
}

impl Accounts for Bank {
    #[transactional_async(manager = self.database, propagation = independent)]
    async fn open(self: Arc<Self>, name: String) -> Result<usize, String> {
        ready(()).await;
        Ok(name.len() + self.fee as usize)
    }
}

fn main() {
    let bank = Arc::new(Bank { database: Database("bank"), fee: 1 });
    assert_eq!(bank.clone().shared(10).get_result(), Ok(9));
    assert_eq!(Bank::clone(&bank).owned(1).get_result().unwrap().fee, 2);
    assert_eq!(bank.borrowed(&5), Ok(4));
    let mut other = Bank::clone(&bank);
    other.changed(4).unwrap();
    assert_eq!(other.fee, 5);
    assert_eq!(Bank::open("id").get_result(), Ok("id"));
    assert_eq!(bank.clone().outside().get_result(), 1);
    let accounts: Arc<dyn Accounts> = bank;
    assert_eq!(accounts.clone().open("four".to_owned()).get_result(), Ok(5));
    assert_eq!(accounts.close("four".to_owned()).get_result(), Ok(4));
}

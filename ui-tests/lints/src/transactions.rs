//! Transactions: functions that start them, functions that block for them, handlers; and functions
//! outside of any.

use std::fmt::{Display, Error};
use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;

use tasklet_core::{
    Phase, TransactionError, TransactionManager, TransactionOptions, Verdict, non_transactional,
    toplevel, transactional, transactional_async, transactional_tasklet,
};

/// A database that keeps nothing.
#[derive(Debug, Clone, Copy)]
pub struct Database;

impl TransactionManager for Database {
    type Transaction = ();
    type Error = Error;

    async fn begin(&self, _: &TransactionOptions) -> Result<(), Error> {
        Ok(())
    }

    async fn begin_nested(&self, (): &(), _: &TransactionOptions) -> Result<(), Error> {
        Ok(())
    }

    async fn commit(&self, (): &()) -> Result<(), Error> {
        Ok(())
    }

    async fn rollback(&self, (): &()) -> Result<(), Error> {
        Ok(())
    }

    fn failure(&self, (): &()) -> Option<Error> {
        None
    }

    fn judge(&self, _: &Error, _: Phase) -> Verdict {
        Verdict::Final
    }

    fn is_same(&self, _: &Self) -> bool {
        true
    }
}

/// What a framework hands to a handler.
#[derive(Debug, Clone)]
pub struct State<S>(pub S);

/// With parameters of each kind.
#[transactional_async]
pub async fn put(
    name: String,
    mut list: Vec<u32>,
    (first, _): (u32, u32),
    _: u8,
    _guard: Arc<()>,
    #[expect(unused_variables)] unused: u32,
) -> Result<usize, String> {
    list.push(first);
    ready(()).await;
    Ok(name.len() + list.len())
}

/// With each argument; the database is used by the attribute alone.
#[transactional_tasklet(
    retries = 5,
    propagation = independent,
    isolation = repeatable_read,
    read_only,
    manager = database
)]
pub async fn get(
    State(database): State<Database>,
    name: String,
) -> Result<impl Display + Send, TransactionError> {
    ready(()).await;
    Ok(name)
}

/// A body that does not await, on one thread.
#[transactional_async(?Send, manager = database, retries = retries)]
pub async fn local(text: Rc<str>, database: Database, retries: u32) -> Result<Rc<str>, String> {
    Ok(text)
}

/// A generic one.
#[transactional_async(retries = 0)]
pub async fn generic<T: Send + 'static>(value: T) -> Result<T, String> {
    ready(()).await;
    Ok(value)
}

/// One that may fail.
///
/// # Errors
///
/// If the text is no number.
#[transactional]
pub async fn parse(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    ready(()).await;
    Ok(text.parse()?)
}

/// One that blocks.
///
/// # Errors
///
/// If the transaction fails.
#[transactional(manager = Database)]
pub fn block(text: &str, mut list: Vec<u32>) -> Result<usize, String> {
    list.push(1);
    Ok(text.len() + list.len())
}

/// A handler.
///
/// # Errors
///
/// If the transaction fails.
#[toplevel]
#[transactional_async(manager = database)]
pub async fn handle(State(database): State<Database>, body: String) -> Result<usize, String> {
    ready(()).await;
    Ok(body.len())
}

/// A handler that blocks.
///
/// # Errors
///
/// If the transaction fails.
#[toplevel]
#[transactional]
pub fn handle_blocking(body: &str) -> Result<usize, String> {
    Ok(body.len())
}

/// What is outside.
#[non_transactional]
pub async fn outside(name: String) -> usize {
    ready(()).await;
    name.len()
}

/// What blocks outside.
#[non_transactional]
#[must_use]
pub fn block_outside(name: &str) -> usize {
    name.len()
}

/// What must be outside.
///
/// # Errors
///
/// If it is not.
#[non_transactional(allow_existing = false)]
pub fn only_outside(name: &str) -> Result<usize, String> {
    Ok(name.len())
}

/// What must be started outside.
#[non_transactional(allow_existing = false)]
pub async fn start_only_outside(name: String) -> Result<usize, String> {
    ready(()).await;
    Ok(name.len())
}

/// Methods.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    fee: usize,
}

impl Bank {
    /// One that is shared.
    #[transactional_async(manager = Database)]
    pub async fn shared(self: Arc<Self>, name: String) -> Result<usize, String> {
        ready(()).await;
        Ok(name.len() + self.fee)
    }

    /// One that is owned.
    #[transactional_async]
    pub async fn owned(mut self) -> Result<Self, String> {
        self.fee += 1;
        ready(()).await;
        Ok(self)
    }

    /// One that is borrowed.
    ///
    /// # Errors
    ///
    /// If the transaction fails.
    #[transactional]
    pub async fn borrowed(&self, name: &str) -> Result<usize, String> {
        Ok(ready(self.fee).await + name.len())
    }

    /// One that is changed.
    ///
    /// # Errors
    ///
    /// If the transaction fails.
    #[transactional(retries = 0)]
    pub fn changed(&mut self) -> Result<(), String> {
        self.fee += 1;
        Ok(())
    }
}

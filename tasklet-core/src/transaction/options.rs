//! How a transaction is to be run.

use std::time::Duration;

use super::TransactionManager;
use super::backoff::Backoff;
use super::manager::Manager;

/// A transaction is tried again so often, unless something else is said: NDB's number.
pub const RETRIES: u32 = 3;

/// What a transaction does that is begun inside of another one of the same manager.
///
/// NDB: `TransactionOptions.NESTED` and its kin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// It is a transaction inside of the other: if it fails, what it did is undone, and no more.
    /// What it did is last when the outer one commits. On SQL it is a savepoint. NDB has the name,
    /// and answers with an error.
    #[default]
    Nested,
    /// It is a part of the other one. Outside of a transaction it is an error.
    Mandatory,
    /// It is a part of the other one if there is one, and one of its own otherwise. The default of
    /// the attributes.
    Allowed,
    /// It is one of its own, beside the other, whatever becomes of that.
    Independent,
}

/// How much a transaction may see of others that run at the same time, as in standard SQL.
///
/// What a database lacks is replaced by what it has that is stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// As if they ran one after another. What cannot be so is tried again: with the others, a value
    /// that was read may be stale when it is written back.
    #[default]
    Serializable,
    /// All is read as it was at one moment.
    RepeatableRead,
    /// Each statement sees what was committed before it.
    ReadCommitted,
}

/// How a transaction is to be run: which manager, how often, in what relation to one around it.
///
/// ```
/// use std::time::Duration;
/// use tasklet_core::{Propagation, TransactionOptions};
///
/// let options = TransactionOptions::new()
///     .retries(5)
///     .backoff(Duration::from_millis(2), Duration::from_millis(200))
///     .propagation(Propagation::Independent)
///     .read_only();
/// assert!(options.is_read_only());
/// ```
///
/// NDB: the options of `ndb.transaction`, `google/appengine/datastore/datastore_rpc.py`.
#[derive(Clone, Debug)]
#[must_use = "options do nothing by themselves"]
pub struct TransactionOptions {
    retries: u32,
    propagation: Propagation,
    isolation: Option<Isolation>,
    read_only: bool,
    backoff: Backoff,
    manager: Option<Manager>,
}

impl TransactionOptions {
    /// Three retries, nested if there is a transaction already, with the manager of the context.
    pub fn new() -> TransactionOptions {
        TransactionOptions {
            retries: RETRIES,
            propagation: Propagation::default(),
            isolation: None,
            read_only: false,
            backoff: Backoff::default(),
            manager: None,
        }
    }

    /// How often it is tried again after the first attempt, if that is worth it. With 0 the body
    /// runs once.
    ///
    /// A database may wait for long before it says that an attempt has failed (SQLite's
    /// `busy_timeout`, PostgreSQL's `lock_timeout`); each attempt waits as long again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// What it does inside of another transaction.
    pub fn propagation(mut self, propagation: Propagation) -> Self {
        self.propagation = propagation;
        self
    }

    /// How much it may see of others. Without this it is as the manager has it.
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// It only reads, and the database sees to it.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// How long it waits before it tries again: a random time of at most `base` before the second
    /// attempt, twice as much before each one after it, and never more than `cap`.
    ///
    /// Without this it is 10 ms, and 1 s at most.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.backoff = Backoff::new(base, cap);
        self
    }

    /// Who runs it. Without this it is the manager of the transaction around it, else that of the
    /// context: see [`Context::set_transaction_manager`](crate::Context::set_transaction_manager).
    pub fn manager(mut self, manager: impl TransactionManager) -> Self {
        self.manager = Some(Manager::new(manager));
        self
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// What was asked for with [`isolation`](Self::isolation), if anything.
    #[must_use]
    pub fn wanted_isolation(&self) -> Option<Isolation> {
        self.isolation
    }

    pub(super) fn attempts(&self) -> u32 {
        self.retries.saturating_add(1)
    }

    pub(super) fn wanted_propagation(&self) -> Propagation {
        self.propagation
    }

    pub(super) fn wanted_manager(&self) -> Option<&Manager> {
        self.manager.as_ref()
    }

    pub(super) fn wanted_backoff(&self) -> &Backoff {
        &self.backoff
    }
}

impl Default for TransactionOptions {
    fn default() -> TransactionOptions {
        TransactionOptions::new()
    }
}

//! Who has the connection: the transaction itself, or the one that it is nested in.
//!
//! There is a seat for each transaction, behind a lock: whoever has the lock has the connection. A
//! nested transaction keeps the lock of its outer one as long as it is open. So whatever belongs to
//! the outer one waits, and cannot become a part of the nested one.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use crate::Refusal;
use crate::backend::Backend;
use crate::session::Session;
use crate::transaction::Root;

pub(crate) enum Seat<DB: Backend> {
    /// Of an outermost transaction.
    Own(Session<DB>),
    /// Of a nested one.
    Lent(Lent<DB>),
    /// The transaction has ended.
    Gone,
}

impl<DB: Backend> Seat<DB> {
    pub(crate) fn session(&mut self) -> Option<&mut Session<DB>> {
        match self {
            Seat::Own(session) => Some(session),
            Seat::Lent(lent) => lent.session(),
            Seat::Gone => None,
        }
    }

    pub(crate) fn peek(&self) -> Option<&Session<DB>> {
        match self {
            Seat::Own(session) => Some(session),
            Seat::Lent(lent) => lent.outer.peek(),
            Seat::Gone => None,
        }
    }
}

/// A connection with a savepoint in it.
pub(crate) struct Lent<DB: Backend> {
    outer: OwnedMutexGuard<Seat<DB>>,
    root: Arc<Root>,
    savepoint: u32,
    end: End,
}

/// What a nested transaction leaves when it is dropped.
enum End {
    /// It is open: what it did is to be undone.
    Open,
    /// It was about to become a part of the outer one: nobody knows whether it has.
    Releasing,
    /// Nothing.
    Settled,
}

impl<DB: Backend> Lent<DB> {
    /// Sets a savepoint. If this is dropped, the outer transaction undoes it.
    pub(crate) async fn begin(
        outer: OwnedMutexGuard<Seat<DB>>,
        root: Arc<Root>,
        is_read_only: bool,
    ) -> (Lent<DB>, Result<(), sqlx::Error>) {
        let savepoint = root.next_savepoint();
        let mut lent = Lent { outer, root, savepoint, end: End::Open };
        let set = match lent.session() {
            Some(session) => session.set_savepoint(savepoint, is_read_only).await,
            None => Err(Refusal::Ended.into()),
        };
        if set.is_err() {
            lent.end = End::Settled;
        }
        (lent, set)
    }

    pub(crate) fn session(&mut self) -> Option<&mut Session<DB>> {
        self.outer.session()
    }

    /// The outer transaction is to be rolled back as well.
    pub(crate) fn doom(&mut self, error: &sqlx::Error) {
        self.end = End::Settled;
        if let Some(session) = self.outer.session() {
            self.root.set_doom_of(session, error);
        }
    }

    pub(crate) async fn release(&mut self) -> Result<(), sqlx::Error> {
        let savepoint = self.savepoint;
        self.end = End::Releasing;
        let released = match self.outer.session() {
            Some(session) => session.release(savepoint).await,
            None => Err(Refusal::Ended.into()),
        };
        self.end = if released.is_ok() { End::Settled } else { End::Open };
        released
    }

    pub(crate) async fn roll_back(&mut self) -> Result<(), sqlx::Error> {
        if !matches!(self.end, End::Open) || self.root.doom().is_some() {
            // The outer transaction is rolled back: there is nothing to undo in it.
            return Ok(());
        }
        let (savepoint, limit) = (self.savepoint, self.root.limit());
        let Some(session) = self.outer.session() else { return Ok(()) };
        let rolled_back = session.roll_back_to(savepoint, limit).await;
        // Whatever came of it.
        self.end = End::Settled;
        if let Err(error) = &rolled_back {
            self.doom(error);
        }
        rolled_back
    }
}

impl<DB: Backend> Drop for Lent<DB> {
    fn drop(&mut self) {
        match self.end {
            End::Open => {
                let savepoint = self.savepoint;
                if let Some(session) = self.outer.session() {
                    session.unwind_to(savepoint);
                }
            }
            End::Releasing => self.root.set_doom(Refusal::Interrupted),
            End::Settled => {}
        }
    }
}

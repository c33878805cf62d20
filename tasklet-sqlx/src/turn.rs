//! One statement's turn: it has the connection to itself, and what becomes of it is noted.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use tokio::sync::OwnedMutexGuard;

use crate::Refusal;
use crate::backend::Backend;
use crate::seat::Seat;
use crate::transaction::OpenTransaction;

/// Where a statement is executed.
pub(crate) enum Place<DB: Backend> {
    /// In no transaction.
    Pool(PoolConnection<DB>),
    In(Turn<DB>),
}

impl<DB: Backend> Place<DB> {
    pub(crate) fn connection(&mut self) -> &mut DB::Connection {
        match self {
            Place::Pool(connection) => connection,
            Place::In(turn) => turn.connection(),
        }
    }

    /// The statement's answer is there.
    pub(crate) async fn end<T>(self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        match self {
            Place::Pool(_) => result,
            Place::In(turn) => turn.end(result).await,
        }
    }
}

/// If it is dropped before its end, nobody knows whether the statement was executed.
pub(crate) struct Turn<DB: Backend> {
    transaction: Arc<OpenTransaction<DB>>,
    seat: OwnedMutexGuard<Seat<DB>>,
    is_running: bool,
}

impl<DB: Backend> Turn<DB> {
    pub(crate) async fn begin(
        transaction: Arc<OpenTransaction<DB>>,
    ) -> Result<Turn<DB>, sqlx::Error> {
        let mut seat = transaction.turn().await?;
        seat.session().ok_or(Refusal::Ended)?;
        Ok(Turn { transaction, seat, is_running: true })
    }

    fn connection(&mut self) -> &mut DB::Connection {
        match self.seat.session() {
            Some(session) => session.connection(),
            None => unreachable!("nothing ends a transaction in the middle of a turn"),
        }
    }

    async fn end<T>(mut self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        match (&result, self.seat.session()) {
            (Err(error), Some(session)) => self.transaction.note_error(session, error).await,
            _ => self.transaction.note_success(),
        }
        self.is_running = false;
        result
    }
}

impl<DB: Backend> Drop for Turn<DB> {
    fn drop(&mut self) {
        if self.is_running {
            self.transaction.note_interrupted();
            if let Some(session) = self.seat.session() {
                session.set_behind();
            }
        }
    }
}

/// The connection of a transaction, for as long as this is alive: see [`Db::lock`].
///
/// All statements of other tasklets wait for it, and so does the commit. One that fails is an error
/// of the caller's; whether the transaction has failed with it, the database is asked before the
/// commit. What is begun by way of the connection is a savepoint, and is rolled back if it is not
/// ended.
///
/// [`Db::lock`]: crate::Db::lock
pub struct Locked<DB: Backend>(Turn<DB>);

impl<DB: Backend> Locked<DB> {
    pub(crate) fn new(mut turn: Turn<DB>) -> Locked<DB> {
        turn.is_running = false;
        turn.transaction.note_unsure();
        Locked(turn)
    }
}

impl<DB: Backend> Deref for Locked<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self.0.seat.peek() {
            Some(session) => session.peek(),
            None => unreachable!("nothing ends a transaction in the middle of a turn"),
        }
    }
}

impl<DB: Backend> DerefMut for Locked<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        self.0.connection()
    }
}

impl<DB: Backend> Drop for Locked<DB> {
    fn drop(&mut self) {
        if let Some(session) = self.0.seat.session() {
            session.set_lent();
        }
    }
}

impl<DB: Backend> fmt::Debug for Locked<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locked").finish_non_exhaustive()
    }
}

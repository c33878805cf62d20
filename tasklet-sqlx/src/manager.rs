//! How a transaction begins and ends: what its runner asks for.

use tasklet_core::{Phase, TransactionManager, TransactionOptions, Verdict};

use crate::backend::Backend;
use crate::seat::{Lent, Seat};
use crate::session::Session;
use crate::transaction::{OpenTransaction, failed};
use crate::{Db, Error, Refusal, verdict};

impl<DB: Backend> TransactionManager for Db<DB> {
    type Transaction = OpenTransaction<DB>;
    type Error = Error;

    async fn begin(&self, options: &TransactionOptions) -> Result<OpenTransaction<DB>, Error> {
        let wanted = options.wanted_isolation().unwrap_or(self.default_isolation());
        let is_read_only = options.is_read_only();
        let work = async {
            let connection = self.acquire().await?;
            let statement = DB::begin(wanted, is_read_only);
            Session::begin(connection, self.runtime().clone(), statement).await
        };
        let session = self.runtime().inside(work).await?;
        let isolation = DB::isolation(wanted);
        Ok(OpenTransaction::outermost(session, isolation, is_read_only, self.limit()))
    }

    async fn begin_nested(
        &self,
        outer: &OpenTransaction<DB>,
        options: &TransactionOptions,
    ) -> Result<OpenTransaction<DB>, Error> {
        let nested = outer.nested(options.wanted_isolation(), options.is_read_only());
        Ok(self.runtime().inside(nested).await?)
    }

    async fn commit(&self, transaction: &OpenTransaction<DB>) -> Result<(), Error> {
        self.runtime().inside(commit(transaction)).await
    }

    async fn rollback(&self, transaction: &OpenTransaction<DB>) -> Result<(), Error> {
        self.runtime().inside(roll_back(transaction)).await
    }

    fn failure(&self, transaction: &OpenTransaction<DB>) -> Option<Error> {
        transaction.failure().map(Error::from)
    }

    fn judge(&self, error: &Error, during: Phase) -> Verdict {
        verdict::judge::<DB>(error, during)
    }

    fn is_same(&self, other: &Db<DB>) -> bool {
        self.is_of_same_pool(other)
    }
}

async fn commit<DB: Backend>(transaction: &OpenTransaction<DB>) -> Result<(), Error> {
    if !transaction.end() {
        return Err(Refusal::Ended.into());
    }
    let mut seat = transaction.take().await?;
    if let Err(refusal) = check(transaction, &mut seat).await {
        undo(transaction, &mut seat).await.unwrap_or_default();
        return Err(refusal.into());
    }
    match &mut *seat {
        Seat::Own(session) => {
            let committed = session.commit(transaction.root().limit()).await;
            give_back(&mut seat).await;
            Ok(committed?)
        }
        Seat::Lent(lent) => {
            let released = lent.release().await;
            if let Err(error) = released {
                undo_nested(lent, &error).await;
                *seat = Seat::Gone;
                return Err(failed::<DB>(&error).into());
            }
            *seat = Seat::Gone;
            Ok(())
        }
        Seat::Gone => Err(Refusal::Ended.into()),
    }
}

/// A savepoint that cannot be released is undone instead.
async fn undo_nested<DB: Backend>(lent: &mut Lent<DB>, error: &sqlx::Error) {
    if verdict::is_of_connection(error) || lent.roll_back().await.is_err() {
        lent.doom(error);
    }
}

/// Whether it can be committed at all. Nothing was sent yet that would.
async fn check<DB: Backend>(
    transaction: &OpenTransaction<DB>,
    seat: &mut Seat<DB>,
) -> Result<(), Refusal> {
    if let Some(refusal) = transaction.failure() {
        return Err(refusal);
    }
    let Some(session) = seat.session() else { return Err(Refusal::Ended) };
    let checked = async {
        session.settle().await?;
        if transaction.is_unsure() { DB::check(session.connection()).await } else { Ok(()) }
    };
    let Err(error) = checked.await else { return Ok(()) };
    transaction.note_error(session, &error).await;
    Err(failed::<DB>(&error))
}

async fn roll_back<DB: Backend>(transaction: &OpenTransaction<DB>) -> Result<(), Error> {
    transaction.end();
    // If it is not to be had, it is rolled back when the last one that has it is dropped.
    let mut seat = transaction.take().await?;
    undo(transaction, &mut seat).await
}

async fn undo<DB: Backend>(
    transaction: &OpenTransaction<DB>,
    seat: &mut Seat<DB>,
) -> Result<(), Error> {
    let undone = match seat {
        // Nobody waits for a statement that was given up; the pool does, before it gives the
        // connection to anybody. Nor is it known whether a commit that was given up is still to
        // come: sqlx sees to it that this `ROLLBACK` hits nothing but this transaction.
        Seat::Own(session) if session.is_committing() || transaction.is_interrupted() => Ok(()),
        Seat::Own(session) if session.is_broken() => Ok(()),
        Seat::Own(session) => session.roll_back(transaction.root().limit()).await,
        Seat::Lent(lent) => lent.roll_back().await,
        Seat::Gone => Ok(()),
    };
    give_back(seat).await;
    Ok(undone?)
}

/// Nothing is to be done any more.
async fn give_back<DB: Backend>(seat: &mut Seat<DB>) {
    if let Seat::Own(session) = std::mem::replace(seat, Seat::Gone) {
        session.give_back().await;
    }
}

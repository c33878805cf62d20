//! The connection of one transaction, from `BEGIN` until it is back in its pool.
//!
//! `BEGIN`, `COMMIT` and `ROLLBACK` go through sqlx, which counts them: so it can roll back without
//! waiting, when a session is dropped, and the connection is clean before the pool gives it to
//! anybody else. Savepoints are our own, since that count would be wrong after one was cancelled.

use std::time::Duration;

use futures_lite::StreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, Execute, SqlSafeStr};
use sqlx_core::rt;
use sqlx_core::transaction::TransactionManager;

use crate::Refusal;
use crate::backend::{Backend, Step};
use crate::runtime::Runtime;

/// A pool's connection with a transaction in it.
pub(crate) struct Session<DB: Backend> {
    /// Empty when it has been given back.
    connection: Option<PoolConnection<DB>>,
    runtime: Runtime,
    /// Whether it may have a transaction in it which sqlx knows of.
    is_open: bool,
    /// Whether a commit was sent, and its answer has not come.
    is_committing: bool,
    /// Whether it is of no use to anybody any more.
    is_broken: bool,
    /// Whether it may refuse writes, where a transaction cannot say that itself.
    is_read_only: bool,
    /// Whether somebody had the connection itself.
    was_lent: bool,
    /// Whether a statement was dropped, whose answer may still come.
    is_behind: bool,
    /// The oldest savepoint whose owner was dropped: what came after it is to be undone.
    unwind: Option<u32>,
}

impl<DB: Backend> Session<DB> {
    pub(crate) async fn begin(
        connection: PoolConnection<DB>,
        runtime: Runtime,
        statement: &'static str,
    ) -> Result<Session<DB>, sqlx::Error> {
        let mut session = Session {
            connection: Some(connection),
            runtime,
            is_open: true,
            is_committing: false,
            is_broken: !DB::UNDOES_DROPPED_BEGIN,
            is_read_only: false,
            was_lent: false,
            is_behind: false,
            unwind: None,
        };
        let statement = Some(statement.into_sql_str());
        let begun = DB::TransactionManager::begin(session.connection(), statement).await;
        session.is_broken = begun.as_ref().is_err_and(crate::verdict::is_of_connection);
        begun.map(|()| session)
    }

    pub(crate) fn connection(&mut self) -> &mut DB::Connection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("a session that was given back is in no seat"),
        }
    }

    pub(crate) fn peek(&self) -> &DB::Connection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("a session that was given back is in no seat"),
        }
    }

    /// Executes a statement of ours.
    pub(crate) async fn execute(&mut self, sql: impl SqlSafeStr) -> Result<(), sqlx::Error> {
        run::<DB>(self.connection(), sql.into_sql_str()).await.map(|_| ())
    }

    /// Somebody had the connection itself, and may have left something in it.
    pub(crate) fn set_lent(&mut self) {
        (self.was_lent, self.is_behind) = (true, true);
    }

    /// Undoes what was begun by way of the connection itself, and left open.
    async fn leave_inner(&mut self) -> Result<(), sqlx::Error> {
        self.drain().await?;
        if self.was_lent {
            while 1 < depth::<DB>(self.connection()) {
                DB::TransactionManager::rollback(self.connection()).await?;
            }
            if depth::<DB>(self.connection()) == 0 {
                return Err(Refusal::EndedByHand.into());
            }
            self.was_lent = false;
        }
        Ok(())
    }

    /// It is closed instead of given back.
    pub(crate) fn set_broken(&mut self) {
        self.is_broken = true;
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// What was done since this savepoint is to be undone before anything else.
    pub(crate) fn unwind_to(&mut self, savepoint: u32) {
        self.unwind = Some(self.unwind.map_or(savepoint, |oldest| oldest.min(savepoint)));
        self.is_behind = true;
    }

    /// A statement was dropped.
    pub(crate) fn set_behind(&mut self) {
        self.is_behind = true;
    }

    /// Undoes what dropped transactions have left. If this is dropped, the next one does it.
    pub(crate) async fn settle(&mut self) -> Result<(), sqlx::Error> {
        if self.was_lent || self.unwind.is_some() {
            self.leave_inner().await?;
        }
        if let Some(savepoint) = self.unwind {
            self.execute(AssertSqlSafe(format!("ROLLBACK TO {}", name(savepoint)))).await?;
            self.unwind = None;
        }
        Ok(())
    }

    /// Waits for the answers of statements that were dropped. An error among them would be taken
    /// for one of the next statement.
    async fn drain(&mut self) -> Result<(), sqlx::Error> {
        while self.is_behind {
            match self.connection().ping().await {
                Ok(()) => self.is_behind = false,
                // There are no more of them than statements were dropped.
                Err(sqlx::Error::Database(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes the connection what a statement needs: nothing of dropped transactions is in it, and
    /// it writes, or does not.
    pub(crate) async fn prepare(&mut self, is_read_only: bool) -> Result<(), sqlx::Error> {
        self.settle().await?;
        match DB::READ_ONLY {
            Some((on, _)) if is_read_only && !self.is_read_only => {
                self.is_read_only = true;
                self.execute(on).await
            }
            Some(_) if !is_read_only => self.allow_writes().await,
            _ => Ok(()),
        }
    }

    async fn allow_writes(&mut self) -> Result<(), sqlx::Error> {
        if let Some((_, off)) = DB::READ_ONLY
            && self.is_read_only
        {
            self.execute(off).await?;
            self.is_read_only = false;
        }
        Ok(())
    }

    pub(crate) async fn set_savepoint(
        &mut self,
        savepoint: u32,
        is_read_only: bool,
    ) -> Result<(), sqlx::Error> {
        let more = if is_read_only { DB::READ_ONLY_SAVEPOINT } else { "" };
        self.execute(AssertSqlSafe(format!("SAVEPOINT {}{more}", name(savepoint)))).await
    }

    pub(crate) async fn release(&mut self, savepoint: u32) -> Result<(), sqlx::Error> {
        self.execute(AssertSqlSafe(format!("RELEASE SAVEPOINT {}", name(savepoint)))).await
    }

    /// Undoes what was done since a savepoint, and forgets it. It takes so long at most.
    pub(crate) async fn roll_back_to(
        &mut self,
        savepoint: u32,
        limit: Duration,
    ) -> Result<(), sqlx::Error> {
        let name = name(savepoint);
        let sql = AssertSqlSafe(format!("ROLLBACK TO {name}; RELEASE SAVEPOINT {name}"));
        let work = async {
            self.leave_inner().await?;
            self.execute(sql).await
        };
        within(limit, work).await?;
        self.unwind = self.unwind.filter(|oldest| *oldest < savepoint);
        Ok(())
    }

    /// Whether a commit was begun, and dropped.
    pub(crate) fn is_committing(&self) -> bool {
        self.is_committing
    }

    /// Commits. After an error it is rolled back, or the connection is lost.
    pub(crate) async fn commit(&mut self, limit: Duration) -> Result<(), sqlx::Error> {
        self.is_committing = true;
        let committed = DB::TransactionManager::commit(self.connection()).await;
        self.is_committing = false;
        match &committed {
            Ok(()) => self.is_open = false,
            Err(error) if crate::verdict::is_of_connection(error) => self.is_broken = true,
            Err(_) => {
                // Some databases have done so by themselves: this tells sqlx, too.
                let _checked = DB::check(self.connection()).await;
                self.roll_back(limit).await.unwrap_or_default();
            }
        }
        committed
    }

    /// Rolls back, or breaks the connection. It takes so long at most.
    pub(crate) async fn roll_back(&mut self, limit: Duration) -> Result<(), sqlx::Error> {
        self.is_broken = true;
        let work = async {
            self.drain().await?;
            while 0 < depth::<DB>(self.connection()) {
                DB::TransactionManager::rollback(self.connection()).await?;
            }
            Ok(())
        };
        let rolled_back = within(limit, work).await;
        if rolled_back.is_ok() {
            (self.is_broken, self.is_open) = (false, false);
        }
        rolled_back
    }

    /// Gives the connection back to its pool.
    pub(crate) async fn give_back(mut self) {
        // Behind a statement that was dropped nobody waits: `drop` sees to it, as when this fails.
        if !self.is_behind {
            let _allowed = self.allow_writes().await;
        }
    }
}

impl<DB: Backend> Drop for Session<DB> {
    /// Rolls back what is open. Nothing is waited for here: sqlx sends the `ROLLBACK` before
    /// whatever comes next on the connection, and the pool waits for it before it gives the
    /// connection to anybody. If that fails, it closes it.
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let _entered = self.runtime.enter();
        if !self.runtime.can_spawn() {
            // No runtime is left to take it back.
            drop(connection.detach());
            return;
        }
        if self.is_broken {
            connection.close_on_drop();
            return;
        }
        if self.is_open {
            DB::TransactionManager::start_rollback(&mut connection);
        }
        if self.is_read_only || self.was_lent {
            drop(rt::spawn(clean(Unclean(Some(connection)))));
        }
    }
}

/// A connection that is not to go back to its pool as it is.
struct Unclean<DB: Backend>(Option<PoolConnection<DB>>);

impl<DB: Backend> Drop for Unclean<DB> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

/// Leaves all transactions of a connection, and makes it write again.
async fn clean<DB: Backend>(mut unclean: Unclean<DB>) {
    let Some(connection) = &mut unclean.0 else { return };
    let cleaned = async {
        connection.ping().await?;
        while 0 < depth::<DB>(connection) {
            DB::TransactionManager::rollback(connection).await?;
        }
        match DB::READ_ONLY {
            Some((_, off)) => run::<DB>(connection, off.into_sql_str()).await.map(|_| ()),
            None => Ok(()),
        }
    };
    if cleaned.await.is_ok() {
        drop(unclean.0.take());
    }
}

/// How many transactions in each other sqlx has counted. What it has still to send is not in it.
fn depth<DB: Backend>(connection: &DB::Connection) -> usize {
    DB::TransactionManager::get_transaction_depth(connection)
}

/// Executes a statement to its end, and sums it up.
pub(crate) async fn run<'q, DB: Backend>(
    connection: &mut DB::Connection,
    query: impl Execute<'q, DB> + 'q,
) -> Result<DB::QueryResult, sqlx::Error> {
    let mut steps = DB::fetch_many(connection, query);
    let mut sum = DB::QueryResult::default();
    while let Some(step) = steps.next().await {
        if let Step::<DB>::Left(done) = step? {
            sum.extend([done]);
        }
    }
    Ok(sum)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let timed_out = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    rt::timeout(limit, work).await.map_err(timed_out)?
}

/// What a savepoint is called.
fn name(savepoint: u32) -> String {
    format!("tasklet_{savepoint}")
}

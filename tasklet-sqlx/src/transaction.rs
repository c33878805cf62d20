//! One open transaction: its state, and its line for the connection.
//!
//! The line is strictly first come, first served, so that no tasklet starves, and what was started
//! first is executed first. tokio's mutex promises that; most others let a newcomer pass.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx_core::rt;
use tasklet_core::{Isolation, Phase};
use tokio::sync::OwnedMutexGuard;

use crate::backend::{Backend, Harm};
use crate::refusal::{Failed, Refusal};
use crate::seat::{Lent, Seat};
use crate::session::Session;
use crate::verdict;

/// An open transaction of a [`Db`](crate::Db), as its runner knows it. There is nothing to be done
/// with it: statements find it by themselves.
pub struct OpenTransaction<DB: Backend> {
    root: Arc<Root>,
    isolation: Isolation,
    is_read_only: bool,
    has_ended: AtomicBool,
    notes: Mutex<Notes>,
    seat: Arc<tokio::sync::Mutex<Seat<DB>>>,
    /// How often the connection has been taken.
    turns: AtomicU64,
}

/// What an outermost transaction and those nested in it have in common.
#[derive(Debug)]
pub(crate) struct Root {
    /// How long one may have the connection while another one waits for it.
    limit: Duration,
    savepoints: AtomicU32,
    doom: Mutex<Option<Refusal>>,
}

impl Root {
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    pub(crate) fn next_savepoint(&self) -> u32 {
        self.savepoints.fetch_add(1, Relaxed)
    }

    /// Why the whole of it is rolled back, whatever becomes of nested ones.
    pub(crate) fn doom(&self) -> Option<Refusal> {
        lock(&self.doom).clone()
    }

    pub(crate) fn set_doom(&self, refusal: Refusal) {
        lock(&self.doom).get_or_insert(refusal);
    }

    /// One of our own statements has failed.
    pub(crate) fn set_doom_of<DB: Backend>(&self, session: &mut Session<DB>, error: &sqlx::Error) {
        if verdict::is_of_connection(error) {
            session.set_broken();
        }
        self.set_doom(failed::<DB>(error));
    }
}

/// What is known of the statements of one transaction.
#[derive(Debug, Default)]
struct Notes {
    /// A statement was interrupted.
    interrupted: bool,
    /// The statement that the database has failed the transaction for.
    aborted: Option<Refusal>,
    /// Something was done that we have not seen, or have not understood: ask before the commit.
    is_unsure: bool,
}

impl<DB: Backend> OpenTransaction<DB> {
    pub(crate) fn outermost(
        session: Session<DB>,
        isolation: Isolation,
        is_read_only: bool,
        limit: Duration,
    ) -> OpenTransaction<DB> {
        let root = Root { limit, savepoints: AtomicU32::new(1), doom: Mutex::default() };
        OpenTransaction::new(Arc::new(root), isolation, is_read_only, Seat::Own(session))
    }

    fn new(root: Arc<Root>, isolation: Isolation, is_read_only: bool, seat: Seat<DB>) -> Self {
        OpenTransaction {
            root,
            isolation,
            is_read_only,
            has_ended: AtomicBool::new(false),
            notes: Mutex::default(),
            seat: Arc::new(tokio::sync::Mutex::new(seat)),
            turns: AtomicU64::new(0),
        }
    }

    /// Begins one inside of this one.
    pub(crate) async fn nested(
        &self,
        isolation: Option<Isolation>,
        is_read_only: bool,
    ) -> Result<OpenTransaction<DB>, sqlx::Error> {
        let wanted = isolation.map_or(self.isolation, DB::isolation);
        if rank(self.isolation) < rank(wanted) {
            return Err(Refusal::Isolation.into());
        }
        let outer = self.turn().await?;
        let adds_read_only = is_read_only && !self.is_read_only;
        let (mut lent, set) = Lent::begin(outer, Arc::clone(&self.root), adds_read_only).await;
        if let Err(error) = set {
            if let Some(session) = lent.session() {
                self.note_error(session, &error).await;
            }
            return Err(error);
        }
        let is_read_only = is_read_only || self.is_read_only;
        let root = Arc::clone(&self.root);
        Ok(OpenTransaction::new(root, self.isolation, is_read_only, Seat::Lent(lent)))
    }

    /// Waits for the connection, until one and the same has had it for too long.
    pub(crate) async fn take(&self) -> Result<OwnedMutexGuard<Seat<DB>>, Refusal> {
        let guard = match Arc::clone(&self.seat).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => self.wait().await?,
        };
        self.turns.fetch_add(1, Relaxed);
        Ok(guard)
    }

    #[cold]
    async fn wait(&self) -> Result<OwnedMutexGuard<Seat<DB>>, Refusal> {
        let mut next = pin!(Arc::clone(&self.seat).lock_owned());
        loop {
            let turns = self.turns.load(Relaxed);
            match rt::timeout(self.root.limit, &mut next).await {
                Ok(guard) => return Ok(guard),
                // It may have been given to one that is not polled, too.
                Err(_) if self.turns.load(Relaxed) == turns => return Err(Refusal::Occupied),
                Err(_) => {}
            }
        }
    }

    /// Waits for a statement's turn, and makes the connection ready for it.
    pub(crate) async fn turn(&self) -> Result<OwnedMutexGuard<Seat<DB>>, sqlx::Error> {
        self.check()?;
        let mut seat = self.take().await?;
        // It may have ended while we were in the line.
        self.check()?;
        let session = seat.session().ok_or(Refusal::Ended)?;
        if let Err(error) = session.prepare(self.is_read_only).await {
            self.root.set_doom_of::<DB>(session, &error);
            return Err(error);
        }
        Ok(seat)
    }

    /// Whether statements are taken.
    fn check(&self) -> Result<(), Refusal> {
        if self.has_ended.load(SeqCst) {
            return Err(Refusal::Ended);
        }
        // One that has merely failed is left to the database: a savepoint may save it.
        match self.root.doom() {
            Some(doom) => Err(doom),
            None if self.notes().interrupted => Err(Refusal::Interrupted),
            None => Ok(()),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }

    pub(crate) fn root(&self) -> &Arc<Root> {
        &self.root
    }

    /// Takes no statements from now on. False if it did not before.
    pub(crate) fn end(&self) -> bool {
        !self.has_ended.swap(true, SeqCst)
    }

    /// Why it cannot be committed.
    pub(crate) fn failure(&self) -> Option<Refusal> {
        let notes = self.notes();
        let interrupted = notes.interrupted.then_some(Refusal::Interrupted);
        self.root.doom().or(interrupted).or_else(|| notes.aborted.clone())
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.notes().interrupted
    }

    pub(crate) fn is_unsure(&self) -> bool {
        self.notes().is_unsure
    }

    pub(crate) fn note_unsure(&self) {
        self.notes().is_unsure = true;
    }

    pub(crate) fn note_interrupted(&self) {
        self.notes().interrupted = true;
    }

    /// A statement has succeeded. The database would have refused it if the transaction had
    /// failed, so that somebody has rolled back to a savepoint; but there are a few which it takes.
    pub(crate) fn note_success(&self) {
        let mut notes = self.notes();
        if notes.aborted.take().is_some() {
            notes.is_unsure = true;
        }
    }

    /// A statement has failed.
    pub(crate) async fn note_error(&self, session: &mut Session<DB>, error: &sqlx::Error) {
        let harm = DB::harm(session.connection(), error).await;
        let refusal = || failed::<DB>(error);
        if harm == Harm::Lost {
            session.set_broken();
        }
        let is_worth_a_retry =
            verdict::of::<DB>(error, Phase::Body) == tasklet_core::Verdict::Retry;
        if is_worth_a_retry || matches!(harm, Harm::Lost | Harm::Undone) {
            self.root.set_doom(refusal());
        } else if harm == Harm::Aborted {
            self.notes().aborted.get_or_insert_with(refusal);
        }
    }
}

impl<DB: Backend> fmt::Debug for OpenTransaction<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTransaction")
            .field("isolation", &self.isolation)
            .field("is_read_only", &self.is_read_only)
            .field("has_ended", &self.has_ended)
            .finish_non_exhaustive()
    }
}

/// An error before the commit, as what it means for the transaction.
pub(crate) fn failed<DB: Backend>(error: &sqlx::Error) -> Refusal {
    match Refusal::of(error) {
        Some(refusal) => refusal.clone(),
        None => Refusal::Failed(Failed::new(error, verdict::of::<DB>(error, Phase::Body))),
    }
}

/// More is more.
fn rank(isolation: Isolation) -> u8 {
    match isolation {
        Isolation::ReadCommitted => 0,
        Isolation::RepeatableRead => 1,
        Isolation::Serializable => 2,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

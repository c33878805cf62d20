//! A small database in memory, with transactions: optimistic, serializable, nested.
//!
//! A transaction notes the version of each row that it reads, and keeps what it writes to itself. A
//! commit is refused if a row has got another version meanwhile. What is begun, committed and
//! rolled back is written into a log, and the test may have a call fail.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_lite::future::yield_now;
use tasklet_core::{
    Completer, Phase, Propagation, Rollback, TaskletFuture, Transaction, TransactionError,
    TransactionManager, TransactionOptions, Verdict, tasklet, transaction_async,
};

use crate::{Log, gate};

/// The database; clones of it are the same one.
#[derive(Clone, Debug, Default)]
pub struct Kv {
    shared: Arc<Mutex<State>>,
    log: Log,
}

#[derive(Debug, Default)]
struct State {
    /// The version and the value of each row; those that were deleted have a version, too.
    rows: BTreeMap<String, (u64, Option<i64>)>,
    version: u64,
    open: usize,
    failures: VecDeque<(Phase, KvError)>,
    gates: VecDeque<(Phase, TaskletFuture<()>)>,
    rollback_failure: Option<KvError>,
}

/// What may go wrong.
#[derive(Clone, Debug)]
pub enum KvError {
    /// Two transactions were in each other's way.
    Conflict,
    /// The connection was lost.
    Lost,
    /// There is no such row.
    Missing(String),
    /// The transaction must not write.
    ReadOnly,
    /// The transaction is over.
    Finished,
    /// Some rule forbids it.
    Forbidden,
    /// What tasklet-core says.
    Transaction(TransactionError),
    /// The body has asked for it.
    Rollback,
}

impl fmt::Display for KvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KvError::Conflict => f.write_str("a conflict"),
            KvError::Lost => f.write_str("the connection was lost"),
            KvError::Missing(key) => write!(f, "no row `{key}`"),
            KvError::ReadOnly => f.write_str("it must not write"),
            KvError::Finished => f.write_str("it is over"),
            KvError::Forbidden => f.write_str("forbidden"),
            KvError::Transaction(error) => error.fmt(f),
            KvError::Rollback => Rollback.fmt(f),
        }
    }
}

impl std::error::Error for KvError {}

impl From<TransactionError> for KvError {
    fn from(error: TransactionError) -> KvError {
        KvError::Transaction(error)
    }
}

impl From<Rollback> for KvError {
    fn from(_: Rollback) -> KvError {
        KvError::Rollback
    }
}

/// One transaction that is open.
#[derive(Debug)]
pub struct KvTransaction {
    layer: Arc<Layer>,
    shared: Arc<Mutex<State>>,
}

/// What one transaction has done. A nested one is a layer upon its outer one's.
#[derive(Debug, Default)]
struct Layer {
    outer: Option<Arc<Layer>>,
    is_read_only: bool,
    done: Mutex<Done>,
}

#[derive(Debug, Default)]
struct Done {
    seen: BTreeMap<String, u64>,
    written: BTreeMap<String, Option<i64>>,
    failure: Option<KvError>,
    is_over: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Layer {
    /// The layers from this one down to the outermost.
    fn and_outer(&self) -> impl Iterator<Item = &Layer> {
        std::iter::successors(Some(self), |layer| layer.outer.as_deref())
    }
}

impl Kv {
    /// One with these rows, which writes what it does into this log.
    #[must_use]
    pub fn new(log: &Log, rows: &[(&str, i64)]) -> Kv {
        let kv = Kv { shared: Arc::default(), log: log.clone() };
        let rows = rows.iter().map(|(key, value)| ((*key).to_owned(), (0, Some(*value))));
        lock(&kv.shared).rows.extend(rows);
        kv
    }

    /// What is stored now, beside all transactions that are open.
    #[must_use]
    pub fn stored(&self, key: &str) -> Option<i64> {
        lock(&self.shared).rows.get(key)?.1
    }

    /// Writes into the log what is done with it.
    pub(crate) fn note(&self, event: impl fmt::Display) {
        self.log.add(event);
    }

    /// How many transactions are open.
    #[must_use]
    pub fn open(&self) -> usize {
        lock(&self.shared).open
    }

    /// Has the next call of this phase fail.
    pub fn fail(&self, phase: Phase, error: KvError) {
        lock(&self.shared).failures.push_back((phase, error));
    }

    /// Has the next rollback fail; what was done is undone all the same.
    pub fn fail_rollback(&self, error: KvError) {
        lock(&self.shared).rollback_failure = Some(error);
    }

    /// Has the next call of this phase wait.
    pub fn hold(&self, phase: Phase) -> Completer<()> {
        let (opener, closed) = gate();
        lock(&self.shared).gates.push_back((phase, closed));
        opener
    }

    /// Waits and fails as a test wants it.
    async fn pass(&self, phase: Phase) -> Result<(), KvError> {
        let gate = {
            let mut state = lock(&self.shared);
            let at = state.gates.iter().position(|(at, _)| *at == phase);
            at.and_then(|at| state.gates.remove(at))
        };
        match gate {
            Some((_, gate)) => gate.await,
            None => yield_now().await,
        }
        let mut state = lock(&self.shared);
        let at = state.failures.iter().position(|(at, _)| *at == phase);
        at.and_then(|at| state.failures.remove(at)).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Reads a row, if there is one.
    #[track_caller]
    pub fn find(&self, key: &str) -> TaskletFuture<Result<Option<i64>, KvError>> {
        find(self.clone(), key.to_owned())
    }

    /// Reads a row. In a transaction one that is missing is a failure as any other.
    #[track_caller]
    pub fn get(&self, key: &str) -> TaskletFuture<Result<i64, KvError>> {
        get(self.clone(), key.to_owned())
    }

    /// Writes a row.
    #[track_caller]
    pub fn put(&self, key: &str, value: i64) -> TaskletFuture<Result<(), KvError>> {
        put(self.clone(), key.to_owned(), Some(value))
    }

    /// Deletes a row.
    #[track_caller]
    pub fn delete(&self, key: &str) -> TaskletFuture<Result<(), KvError>> {
        put(self.clone(), key.to_owned(), None)
    }

    /// Reads a row, and writes one if there is none: with a transaction of its own, or in that
    /// around. What was read before the transaction began is read in it again.
    #[track_caller]
    pub fn get_or_insert(&self, key: &str, value: i64) -> TaskletFuture<Result<i64, KvError>> {
        get_or_insert(self.clone(), key.to_owned(), value)
    }

    /// An operation that is no tasklet, and does nothing.
    ///
    /// # Errors
    ///
    /// If the test wants it.
    pub async fn touch(&self) -> Result<(), KvError> {
        self.layer().await.map(drop)
    }

    /// The transaction of the running code, after the wait that an operation takes.
    async fn layer(&self) -> Result<Option<Arc<Layer>>, KvError> {
        let transaction = Transaction::current_of(self);
        let passed = self.pass(Phase::Body).await;
        let Some(transaction) = transaction else { return passed.map(|()| None) };
        if lock(&transaction.layer.done).is_over {
            return Err(KvError::Finished);
        }
        if let Err(error) = passed {
            // What is worth another attempt is a matter of the whole.
            let count =
                if matches!(error, KvError::Conflict | KvError::Lost) { usize::MAX } else { 1 };
            for layer in transaction.layer.and_outer().take(count) {
                lock(&layer.done).failure = Some(error.clone());
            }
            return Err(error);
        }
        Ok(Some(Arc::clone(&transaction.layer)))
    }
}

#[tasklet]
async fn find(kv: Kv, key: String) -> Result<Option<i64>, KvError> {
    let layer = kv.layer().await?;
    if let Some(layer) = &layer {
        for layer in layer.and_outer() {
            if let Some(value) = lock(&layer.done).written.get(&key) {
                return Ok(*value);
            }
        }
    }
    let (version, value) = lock(&kv.shared).rows.get(&key).copied().unwrap_or_default();
    if let Some(layer) = layer {
        lock(&layer.done).seen.entry(key).or_insert(version);
    }
    Ok(value)
}

#[tasklet]
async fn get(kv: Kv, key: String) -> Result<i64, KvError> {
    let found = kv.find(&key).await?;
    found.ok_or(KvError::Missing(key))
}

#[tasklet]
async fn put(kv: Kv, key: String, value: Option<i64>) -> Result<(), KvError> {
    match kv.layer().await? {
        Some(layer) if layer.is_read_only => return Err(KvError::ReadOnly),
        Some(layer) => {
            lock(&layer.done).written.insert(key, value);
        }
        None => lock(&kv.shared).write([(key, value)]),
    }
    Ok(())
}

#[tasklet]
async fn get_or_insert(kv: Kv, key: String, value: i64) -> Result<i64, KvError> {
    if let Some(found) = kv.find(&key).await? {
        return Ok(found);
    }
    let options = TransactionOptions::new().propagation(Propagation::Allowed).manager(kv.clone());
    let insert = move || {
        let (kv, key) = (kv.clone(), key.clone());
        async move {
            match kv.find(&key).await? {
                Some(found) => Ok(found),
                None => kv.put(&key, value).await.map(|()| value),
            }
        }
    };
    transaction_async(options, insert).await
}

impl State {
    fn write(&mut self, rows: impl IntoIterator<Item = (String, Option<i64>)>) {
        self.version += 1;
        let version = self.version;
        self.rows.extend(rows.into_iter().map(|(key, value)| (key, (version, value))));
    }
}

impl KvTransaction {
    fn over(&self) -> Done {
        let mut done = lock(&self.layer.done);
        std::mem::replace(&mut done, Done { is_over: true, ..Done::default() })
    }
}

impl Drop for KvTransaction {
    fn drop(&mut self) {
        lock(&self.shared).open -= 1;
    }
}

impl TransactionManager for Kv {
    type Transaction = KvTransaction;
    type Error = KvError;

    async fn begin(&self, options: &TransactionOptions) -> Result<KvTransaction, KvError> {
        self.log.add("begin");
        self.pass(Phase::Begin).await?;
        Ok(self.open_layer(None, options))
    }

    async fn begin_nested(
        &self,
        outer: &KvTransaction,
        options: &TransactionOptions,
    ) -> Result<KvTransaction, KvError> {
        self.log.add("begin nested");
        self.pass(Phase::Begin).await?;
        Ok(self.open_layer(Some(Arc::clone(&outer.layer)), options))
    }

    async fn commit(&self, transaction: &KvTransaction) -> Result<(), KvError> {
        self.log.add("commit");
        let passed = self.pass(Phase::Commit).await;
        let done = transaction.over();
        passed?;
        if let Some(outer) = &transaction.layer.outer {
            let mut around = lock(&outer.done);
            for (key, version) in done.seen {
                around.seen.entry(key).or_insert(version);
            }
            around.written.extend(done.written);
            return Ok(());
        }
        let mut state = lock(&self.shared);
        let version = |key: &String| state.rows.get(key).map_or(0, |(version, _)| *version);
        if done.seen.iter().any(|(key, seen)| version(key) != *seen) {
            return Err(KvError::Conflict);
        }
        state.write(done.written);
        Ok(())
    }

    async fn rollback(&self, transaction: &KvTransaction) -> Result<(), KvError> {
        self.log.add("rollback");
        yield_now().await;
        transaction.over();
        lock(&self.shared).rollback_failure.take().map_or(Ok(()), Err)
    }

    fn failure(&self, transaction: &KvTransaction) -> Option<KvError> {
        lock(&transaction.layer.done).failure.clone()
    }

    fn judge(&self, error: &KvError, during: Phase) -> Verdict {
        match error {
            KvError::Conflict => Verdict::Retry,
            KvError::Lost if during == Phase::Commit => Verdict::Unknown,
            KvError::Lost => Verdict::Retry,
            _ => Verdict::Final,
        }
    }

    fn is_same(&self, other: &Kv) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Kv {
    fn open_layer(&self, outer: Option<Arc<Layer>>, options: &TransactionOptions) -> KvTransaction {
        lock(&self.shared).open += 1;
        let layer = Layer { outer, is_read_only: options.is_read_only(), done: Mutex::default() };
        KvTransaction { layer: Arc::new(layer), shared: Arc::clone(&self.shared) }
    }
}

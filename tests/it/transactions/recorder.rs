//! A manager that notes the beginning and the end of each call, and waits or panics where a test
//! says so.

use std::sync::{Arc, Mutex, PoisonError};

use tasklet_core::{
    Completer, Context, Phase, TaskletFuture, TransactionManager, TransactionOptions, Verdict,
};
use tests::kv::KvError;
use tests::{Log, gate, run, yield_now};

/// What the next call of a name waits for.
type Gate = (&'static str, TaskletFuture<()>);

#[derive(Clone, Default)]
pub(super) struct Recorder {
    pub(super) log: Log,
    gates: Arc<Mutex<Vec<Gate>>>,
    panics: Arc<Mutex<Vec<&'static str>>>,
    failure: Arc<Mutex<Option<KvError>>>,
}

/// Runs a test with a recorder as the context's manager.
#[track_caller]
pub(super) fn with_recorder(body: impl AsyncFnOnce(Recorder) + Send + 'static) {
    run(async || {
        let recorder = Recorder::default();
        assert!(Context::current().set_transaction_manager(recorder.clone()).is_ok());
        body(recorder).await;
    });
}

impl Recorder {
    /// Has the next call of this name wait.
    pub(super) fn hold(&self, name: &'static str) -> Completer<()> {
        let (opener, closed) = gate();
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).push((name, closed));
        opener
    }

    /// Has calls of this name panic.
    pub(super) fn panic_at(&self, name: &'static str) {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }

    /// Has an operation fail, whoever made it.
    pub(super) fn fail(&self, error: KvError) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Waits until a call of this name has begun.
    pub(super) async fn reaches(&self, name: &str) {
        while !self.log.peek().iter().any(|event| event == name) {
            yield_now().await;
        }
    }

    fn may_panic(&self, name: &'static str) {
        let panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner).contains(&name);
        assert!(!panics, "{name} is broken");
    }

    async fn step(&self, name: &'static str) {
        self.log.add(name);
        let gate = {
            let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
            let at = gates.iter().position(|(gate, _)| *gate == name);
            at.map(|at| gates.remove(at).1)
        };
        match gate {
            Some(gate) => gate.await,
            None => yield_now().await,
        }
        self.may_panic(name);
        self.log.add(format!("{name} done"));
    }
}

impl TransactionManager for Recorder {
    type Transaction = &'static str;
    type Error = KvError;

    async fn begin(&self, _: &TransactionOptions) -> Result<&'static str, KvError> {
        self.step("begin").await;
        Ok("")
    }

    async fn begin_nested(
        &self,
        _: &&'static str,
        _: &TransactionOptions,
    ) -> Result<&'static str, KvError> {
        self.step("begin nested").await;
        Ok("nested")
    }

    async fn commit(&self, transaction: &&'static str) -> Result<(), KvError> {
        self.step(if transaction.is_empty() { "commit" } else { "commit nested" }).await;
        Ok(())
    }

    async fn rollback(&self, transaction: &&'static str) -> Result<(), KvError> {
        self.step(if transaction.is_empty() { "rollback" } else { "rollback nested" }).await;
        Ok(())
    }

    fn failure(&self, _: &&'static str) -> Option<KvError> {
        self.may_panic("failure");
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn judge(&self, error: &KvError, _: Phase) -> Verdict {
        self.may_panic("judge");
        if matches!(error, KvError::Conflict) { Verdict::Retry } else { Verdict::Final }
    }

    fn is_same(&self, other: &Recorder) -> bool {
        Arc::ptr_eq(&self.gates, &other.gates)
    }
}

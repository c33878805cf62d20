//! One attempt: begin, the body, all that it has started, and then commit or rollback.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use futures_lite::FutureExt as _;

use super::manager::{Judged, Manager, Opened, Verdict};
use super::open::Open;
use super::watch::watched;
use super::{
    Active, TransactionError, TransactionErrorKind, TransactionOptions, TransactionResult,
};
use crate::context::{Context, Shared};
use crate::error::{Origin, TaskletError};
use crate::{sleep, trace};

/// What all attempts of a transaction have in common.
pub(super) struct Attempts<'a> {
    pub(super) origin: Origin,
    pub(super) options: &'a TransactionOptions,
    pub(super) manager: Manager,
    /// The transaction that this one is nested in.
    pub(super) outer: Option<Arc<Active>>,
    /// Whose child the transaction's context is. No handle: whoever has none any more leaves it to
    /// the background, with this transaction.
    pub(super) base: Arc<Shared>,
}

/// How an attempt has ended.
pub(super) enum Ended<R> {
    /// With what the caller gets.
    With(R),
    /// With an error that is worth another attempt.
    Again(Judged),
}

/// Which attempt, and whether it is the last one.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub(super) number: u32,
    pub(super) is_last: bool,
}

impl Attempts<'_> {
    /// Makes one attempt.
    pub(super) async fn make<R, F>(&self, at: Number, body: impl FnOnce() -> F) -> Ended<R>
    where
        R: TransactionResult,
        F: Future<Output = R>,
    {
        let opened = match self.begin().await {
            Ok(opened) => opened,
            Err(judged) => return self.failed(TransactionErrorKind::Begin, at, judged),
        };
        let mut open = Open::new(self, opened, at.number);
        let span = trace::attempt(&self.origin, at.number);
        let scope = open.context.scope_to_end(watched(span, body));
        match AssertUnwindSafe(scope).catch_unwind().await {
            Ok(result) if result.is_error() => self.undo(open, at, result).await,
            Ok(result) => self.finish(open, at, result).await,
            Err(payload) => {
                open.roll_back().await;
                self.hand_over(open.context.take_errors());
                resume_unwind(payload)
            }
        }
    }

    /// Waits before another attempt.
    pub(super) async fn wait(&self, number: u32, judged: Judged) {
        let delay = self.options.wanted_backoff().delay(number);
        trace::again(&self.origin, number, delay, &judged.error);
        drop(judged);
        sleep(delay).await;
    }

    async fn begin(&self) -> Result<Opened, Judged> {
        // What was asked for before the transaction is no part of it, and goes first.
        Context::of(Arc::clone(&self.base)).flush_once();
        let manager = self.manager.erased();
        match &self.outer {
            None => manager.begin(self.options).await,
            Some(outer) => manager.begin_nested(&outer.opened, self.options).await,
        }
    }

    /// The body has returned an error: that is the result, unless it comes from one of the
    /// database's that is worth another attempt.
    async fn undo<R: TransactionResult>(
        &self,
        mut open: Open<'_>,
        at: Number,
        result: R,
    ) -> Ended<R> {
        let mut failure = open.failure();
        failure.iter_mut().for_each(|judged| self.doom_outer(judged));
        open.roll_back().await;
        match failure {
            // Where there is but one attempt the body's own error says more.
            Some(judged) if judged.verdict == Verdict::Retry && !(at.is_last && at.number == 1) => {
                // What else failed is made good, or not, by another attempt.
                drop(open.context.take_errors());
                self.failed(TransactionErrorKind::Operation, at, judged)
            }
            _ => {
                self.hand_over(open.context.take_errors());
                Ended::With(result)
            }
        }
    }

    /// The body has returned a value: it is committed, if all else went well.
    async fn finish<R: TransactionResult>(
        &self,
        mut open: Open<'_>,
        at: Number,
        result: R,
    ) -> Ended<R> {
        let failures = open.failures();
        let failure = open.failure();
        if failures.is_empty() && failure.is_none() {
            return match open.commit().await {
                Ok(()) => Ended::With(result),
                Err(judged) => self.failed(TransactionErrorKind::Commit, at, judged),
            };
        }
        open.roll_back().await;
        match failure {
            Some(judged) if failures.is_empty() || judged.verdict == Verdict::Retry => {
                self.failed(TransactionErrorKind::Operation, at, judged)
            }
            _ => Ended::With(R::from_error(TransactionError::failed(at.number, failures))),
        }
    }

    /// A part that is worth another attempt is so with the whole, whatever the code around makes of
    /// it.
    fn doom_outer(&self, judged: &mut Judged) {
        if let Some(outer) = &self.outer
            && judged.verdict != Verdict::Final
        {
            // The whole is rolled back now: so it is sure that nothing was committed.
            judged.verdict = Verdict::Retry;
            outer.doom(judged);
        }
    }

    /// An error of the manager.
    fn failed<R: TransactionResult>(
        &self,
        kind: TransactionErrorKind,
        at: Number,
        mut judged: Judged,
    ) -> Ended<R> {
        self.doom_outer(&mut judged);
        let kind = match judged.verdict {
            Verdict::Retry if !at.is_last => return Ended::Again(judged),
            Verdict::Retry if 1 < at.number => TransactionErrorKind::Retries,
            Verdict::Unknown => TransactionErrorKind::OutcomeUnknown,
            Verdict::Retry | Verdict::Final => kind,
        };
        Ended::With(R::from_error(TransactionError::judged(kind, at.number, judged)))
    }

    /// What failed unseen in a transaction whose caller gets another error.
    fn hand_over(&self, failures: Vec<TaskletError>) {
        for failure in failures {
            self.base.report(failure.origin(), failure.failure().clone());
        }
    }
}

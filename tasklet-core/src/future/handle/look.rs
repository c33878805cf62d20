//! What is wrong with an outcome, told without taking it.
//!
//! Whoever looks at a failure has it moved out of the task, into a promise that is kept for this
//! handle alone and remembers what was told. So looking costs those nothing who do not look, each
//! look tells the same, and what was looked at is not reported when the handle goes.

use std::sync::Arc;

use super::super::promise::Promise;
use super::{Handle, Ready};
use crate::error::{Failure, Origin, Outcome, Panic, TaskletError};
use crate::task::{Exclusive, Known};

/// An outcome, whose it is, and what is wrong with it.
pub(crate) struct Told<T> {
    pub(crate) outcome: Outcome<T>,
    pub(crate) known: Known<T>,
    pub(crate) failure: Option<Failure>,
}

impl<T> Told<T> {
    pub(crate) fn origin(&self) -> Origin {
        self.known.origin()
    }

    /// The outcome of a tasklet, or of a body that never awaits.
    fn of_tasklet(outcome: Outcome<T>, known: Known<T>) -> Told<T> {
        let failure = match &outcome {
            Ok(result) => Failure::find(|| known.failure(result)),
            Err(panic) => Some(panic.to_failure().before_last()),
        };
        Told { outcome, known, failure }
    }
}

impl<T> Handle<T> {
    /// Takes the outcome of a handle that is done. `None` if it is used up.
    pub(crate) fn take_told(&mut self) -> Option<Told<T>> {
        if let Some(task) = self.0.task.take() {
            let known = task.known();
            return Some(Told::of_tasklet(task.take(), known));
        }
        if let Some(Ready { known, result }) = self.0.ready.take() {
            return Some(Told::of_tasklet(Ok(result.into_inner()), known));
        }
        self.0.promise.take().map(|promise| promise.take_told())
    }

    /// What is wrong with the outcome of a handle that is done; the same at each call.
    pub(crate) fn look(&mut self) -> Option<TaskletError> {
        if let Some(seen) = self.0.promise.as_ref().and_then(|promise| promise.seen()) {
            return Some(seen.clone());
        }
        let told = self.take_told()?;
        let origin = told.origin();
        match (told.outcome, told.failure) {
            (outcome, Some(failure)) => {
                let error = TaskletError::seen(origin, failure);
                self.0.promise = Some(Arc::new(Promise::of_seen(outcome, error.clone())));
                Some(error)
            }
            (Ok(result), None) => {
                let result = Exclusive::new(result);
                self.0.ready = Some(Ready { known: told.known, result });
                None
            }
            (Err(panic), None) => panic.resume(),
        }
    }

    /// The result of a handle that is done, left in its place. `None` if there is none.
    pub(crate) fn look_at_result(&mut self) -> Option<&T> {
        let _failure = self.look();
        let parts = &mut *self.0;
        match (&mut parts.promise, &mut parts.ready) {
            // It is this handle's alone, since `look` has made it.
            (Some(promise), _) => Arc::get_mut(promise)?.result(),
            (None, Some(ready)) => Some(ready.result.get_mut()),
            (None, None) => None,
        }
    }

    /// For `Debug`: what is wrong, as far as that can be told by somebody who only shares the
    /// handle. An error cannot: to display it is to reach it, from whatever thread.
    pub(crate) fn known_failure(&self) -> Option<Failure> {
        match (&self.0.task, &self.0.promise) {
            (Some(task), _) => task.panic().map(Panic::to_failure),
            (None, Some(promise)) => promise.known_failure(),
            (None, None) => None,
        }
    }
}

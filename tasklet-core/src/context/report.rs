//! Failures that nobody looked at: kept for `take_errors`, told by `tracing` or at the end.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Mutex, PoisonError};

use super::Shared;
use crate::error::{Failure, Origin, TaskletError};

/// A context keeps at most so many failures for [`Context::take_errors`](crate::Context); of those
/// that come later only the number is known.
pub const ERRORS_MAX: usize = 1024;

/// What went wrong unseen in one context.
#[derive(Debug, Default)]
pub(super) struct Errors {
    any: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    errors: Vec<TaskletError>,
    beyond: usize,
}

impl Errors {
    fn add(&self, error: TaskletError) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.errors.len() < ERRORS_MAX {
            kept.errors.push(error);
        } else {
            kept.beyond += 1;
        }
        self.any.store(true, std::sync::atomic::Ordering::Release);
    }

    /// Takes over what nobody took of a child's. It was told as an event already.
    fn take_over(&self, child: &Errors) {
        let Kept { errors, beyond } = child.take_kept();
        errors.into_iter().for_each(|error| self.add(error));
        if 0 < beyond {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).beyond += beyond;
        }
    }

    fn take_kept(&self) -> Kept {
        // Most contexts have none, and need no lock to know it.
        if !self.any.load(Acquire) || !self.any.swap(false, AcqRel) {
            return Kept::default();
        }
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn take(&self) -> Vec<TaskletError> {
        self.take_kept().errors
    }

    /// The context ends: what nobody took is told now, unless `tracing` has told it before.
    #[inline]
    pub(super) fn flush(&self) {
        if self.any.load(Acquire) {
            self.tell_kept();
        }
    }

    #[cold]
    fn tell_kept(&self) {
        let kept = self.take_kept();
        if cfg!(feature = "tracing") {
            return;
        }
        for error in &kept.errors {
            tell(format_args!("{error}"));
        }
        if 0 < kept.beyond {
            tell(format_args!("and {} more failures that nobody looked at", kept.beyond));
        }
    }
}

/// The last resort, as for a panic: without `tracing` there is nobody else to tell.
fn tell(line: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    // Where not even the standard error stream can be written to, nothing is left to do.
    let _unwritten = writeln!(std::io::stderr(), "tasklet-core: {line}");
}

impl Drop for Errors {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Shared {
    /// What nobody took is the parent's, if there is one.
    pub(super) fn hand_over_errors(&self) {
        if let Some(parent) = self.parent() {
            parent.errors.take_over(&self.errors);
        }
    }

    /// A failure that nobody looks at. One that was declared as expected is no news.
    #[cold]
    pub(crate) fn report(&self, origin: Origin, failure: Failure) {
        if failure.is_expected() {
            return;
        }
        let error = TaskletError::new(origin, failure);
        #[cfg(feature = "tracing")]
        tracing::error!(
            tasklet = error.name(),
            module = error.module(),
            place = %error.place(),
            panicked = error.is_panic(),
            "{error}"
        );
        self.errors.add(error);
    }
}

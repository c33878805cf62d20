//! A call that waits for a result.

use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

use crate::context::{Context, Shared, current};
use crate::error::{Info, Origin, Panic};
use crate::sync::{AtomicBool, Ordering};
use crate::task::{Companion, kept_call};

/// A call, and the context that it was added in: there it is run, or its panic reported.
pub(crate) struct Callback {
    call: Box<dyn FnOnce() + Send>,
    home: Arc<Shared>,
    /// Where it was added.
    place: &'static Location<'static>,
    is_queued: bool,
    /// What was current where it was added, and is again when it is run.
    company: Companion,
}

pub(crate) static CALLBACK: Info = Info::new("callback", module_path!());

impl Callback {
    /// One that runs in a turn of the loop.
    #[track_caller]
    pub(crate) fn queued(call: impl FnOnce() + Send + 'static) -> Callback {
        Callback {
            call: Box::new(kept_call(call)),
            home: current::with(|home| home.to_arc()),
            place: Location::caller(),
            is_queued: true,
            company: Companion::here(),
        }
    }

    /// One that runs at once.
    #[track_caller]
    pub(crate) fn immediate(call: impl FnOnce() + Send + 'static) -> Callback {
        Callback { is_queued: false, ..Callback::queued(call) }
    }

    /// Whether it runs in a turn of the loop.
    pub(crate) fn is_queued(&self) -> bool {
        self.is_queued
    }

    /// Takes its place in the loop before the result is there, for which it waits: so the context
    /// owes it from now on, and does not end between the result and the call.
    pub(crate) fn queue_until(self, is_there: Arc<AtomicBool>) {
        let Callback { call, home, place, mut company, .. } = self;
        let is_due = move || is_there.load(Ordering::Acquire);
        company.accompany(|| Context::of(home).queue_callback(place, is_due, call));
    }

    /// The result is there. A queued call takes its place in the loop, behind all immediate ones of
    /// the same future. A panic strands nobody: it is reported.
    pub(crate) fn run(self) {
        let Callback { call, home, place, is_queued, mut company } = self;
        if is_queued {
            company.accompany(|| Context::of(home).queue_callback(place, || true, call));
        } else if let Err(payload) = catch_unwind(AssertUnwindSafe(|| company.accompany(call))) {
            let origin = Origin { info: &CALLBACK, place };
            home.report(origin, Panic::new(payload).into_failure());
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("is_queued", &self.is_queued).finish_non_exhaustive()
    }
}

//! Idle callbacks: called when nothing is ready, which is when batches leave.

use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;

use crate::task::HomeRef;

/// What an idle callback says when it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It did some work; call it again the next time that nothing is ready.
    Worked,
    /// It had nothing to do; call it again when something else has happened.
    Nothing,
    /// It is not needed any more.
    Finished,
}

/// One callback, and where it was added.
pub(crate) struct IdleCallback {
    pub(crate) call: Box<dyn FnMut() -> Idle + Send>,
    pub(crate) place: &'static Location<'static>,
}

/// Adds a callback to a context's.
#[track_caller]
pub(crate) fn add_idle(home: HomeRef<'_>, callback: impl FnMut() -> Idle + Send + 'static) {
    let place = Location::caller();
    home.on_driver(move |driving| {
        driving.local().idle.borrow_mut().add(Box::new(callback), place);
        driving.unsettle();
    });
}

/// The callbacks of one context, called in turn.
#[derive(Default)]
pub(crate) struct IdleCallbacks {
    waiting: VecDeque<IdleCallback>,
    /// How many in a row had nothing to do; once it is all of them, they rest until `reset`.
    inactive: usize,
}

impl IdleCallbacks {
    pub(crate) fn add(
        &mut self,
        call: Box<dyn FnMut() -> Idle + Send>,
        place: &'static Location<'static>,
    ) {
        self.waiting.push_back(IdleCallback { call, place });
        self.inactive = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Something else has happened: everyone may have work again.
    pub(crate) fn reset(&mut self) {
        self.inactive = 0;
    }

    /// The callback whose turn it is, unless all have just said that they have nothing to do.
    pub(crate) fn take(&mut self) -> Option<IdleCallback> {
        if self.waiting.len() <= self.inactive {
            return None;
        }
        self.waiting.pop_front()
    }

    /// Puts a callback back as it has answered.
    pub(crate) fn put_back(&mut self, callback: IdleCallback, answer: Idle) {
        match answer {
            Idle::Worked => self.inactive = 0,
            Idle::Nothing => self.inactive += 1,
            Idle::Finished => return,
        }
        self.waiting.push_back(callback);
    }
}

impl fmt::Debug for IdleCallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleCallbacks").field("len", &self.waiting.len()).finish_non_exhaustive()
    }
}

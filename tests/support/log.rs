//! What happened, in order: tasklets write into a log, and the test reads it at the end.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A list of events that many can write; clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new() -> Log {
        Log::default()
    }

    /// Adds an event.
    pub fn add(&self, event: impl Display) {
        self.lock().push(event.to_string());
    }

    /// The events since the last time, in order.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lock())
    }

    /// The events so far, which stay.
    #[must_use]
    pub fn peek(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// Something whose drop is an event.
    #[must_use = "its drop is the event"]
    pub fn on_drop(&self, event: &'static str) -> Logged {
        Logged { log: self.clone(), event }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes into a log when it is dropped; see [`Log::on_drop`].
#[derive(Debug)]
pub struct Logged {
    log: Log,
    event: &'static str,
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.log.add(self.event);
    }
}

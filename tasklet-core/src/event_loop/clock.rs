//! The only place that reads the time: the system's clock, or a virtual one for tests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A deadline further away than this is as good as never; it keeps sums of times from overflowing.
const DISTANT_DAYS: u64 = 365 * 30;

/// Where a context reads the time. Clones are the same clock.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    System,
    /// Stands still, and leaps to the next deadline whenever nothing else is left to do.
    Virtual(Arc<Mutex<Instant>>),
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub(crate) fn system_now() -> Instant {
        Instant::now()
    }

    pub(crate) fn new_virtual() -> Clock {
        Clock::Virtual(Arc::new(Mutex::new(Clock::system_now())))
    }

    pub(crate) fn now(&self) -> Instant {
        match self {
            Clock::System => Clock::system_now(),
            Clock::Virtual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Whether time stands still while anything can run.
    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self, Clock::Virtual(_))
    }

    /// The time in `delay` from now.
    pub(crate) fn after(&self, delay: Duration) -> Instant {
        let now = self.now();
        let distant = Duration::from_secs(DISTANT_DAYS * 24 * 60 * 60);
        now.checked_add(delay).unwrap_or_else(|| now + distant)
    }

    /// Goes to the deadline at once, if the clock is a virtual one.
    pub(crate) fn leap(&self, deadline: Instant) -> bool {
        let Clock::Virtual(now) = self else { return false };
        let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = (*now).max(deadline);
        true
    }
}

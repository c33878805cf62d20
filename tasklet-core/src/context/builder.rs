//! Settings of a context.

use std::panic::Location;

use super::{Context, Root, Shared};
use crate::error::{Info, Origin};
use crate::event_loop::clock::Clock;
use crate::task::Affinity;

/// Makes a [`Context`] with settings of your own; see [`Context::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing before `build`"]
pub struct Builder {
    virtual_time: bool,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder::default()
    }

    /// Time stands still while anything can run, and leaps to the next deadline when nothing can.
    ///
    /// For tests: an hour of `sleep` takes no time, and the order of timers is exact. Do not use it
    /// where tasklets wait for something from outside, since time does not wait for that.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tasklet_core::{Context, sleep};
    ///
    /// let context = Context::builder().virtual_time().build();
    /// context.block_on(async { sleep(Duration::from_secs(3600)).await });
    /// ```
    pub fn virtual_time(mut self) -> Builder {
        self.virtual_time = true;
        self
    }

    /// Makes the context.
    #[track_caller]
    #[must_use]
    pub fn build(self) -> Context {
        static CONTEXT: Info = Info::new("context", module_path!());
        let origin = Origin { info: &CONTEXT, place: Location::caller() };
        let clock = if self.virtual_time { Clock::new_virtual() } else { Clock::System };
        let shared = Shared::new(origin, Affinity::Free, Root::Anyone, clock);
        shared.capture_runtime();
        Context::of(shared)
    }
}

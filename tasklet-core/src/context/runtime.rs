//! The tokio runtime that a context belongs to, with the feature `tokio`; nothing without it.

use super::Shared;

#[cfg(not(feature = "tokio"))]
mod slot {
    /// No runtime is known.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct RuntimeSlot(());

    impl RuntimeSlot {
        pub(crate) fn capture(&self) {}

        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn enter(&self) -> Option<()> {
            None
        }
    }
}

#[cfg(feature = "tokio")]
mod slot {
    use std::sync::OnceLock;

    use tokio::runtime::{EnterGuard, Handle};

    /// The runtime that was current when the context was entered.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct RuntimeSlot(OnceLock<Handle>);

    impl RuntimeSlot {
        /// Remembers the current runtime, unless one is known already.
        pub(crate) fn capture(&self) {
            if self.0.get().is_none()
                && let Ok(handle) = Handle::try_current()
            {
                // Another thread may have been faster; either handle will do.
                let _known = self.0.set(handle);
            }
        }

        /// Makes the remembered runtime the thread's current one, where there is none.
        pub(crate) fn enter(&self) -> Option<EnterGuard<'_>> {
            let handle = self.0.get()?;
            Handle::try_current().is_err().then(|| handle.enter())
        }

        pub(crate) fn get(&self) -> Option<&Handle> {
            self.0.get()
        }
    }
}

pub(crate) use slot::RuntimeSlot;

impl Shared {
    pub(crate) fn capture_runtime(&self) {
        self.runtime.capture();
    }

    /// For the time of a poll, what tokio-based clients need.
    pub(crate) fn enter_runtime(&self) -> impl Sized + '_ {
        self.runtime.enter()
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn runtime(&self) -> Option<&tokio::runtime::Handle> {
        self.runtime.get()
    }
}

/// Runs something that parks the thread.
///
/// # Panics
///
/// If the thread drives tokio's current-thread runtime: what is waited for might need that very
/// thread, and would hang.
#[cfg(feature = "tokio")]
#[track_caller]
pub(crate) fn park_allowed<R>(block: impl FnOnce() -> R) -> R {
    use std::panic::catch_unwind;
    use tokio::task::block_in_place;

    if tokio::runtime::Handle::try_current().is_err() {
        return block();
    }
    // Tokio has no question for this, only the attempt.
    if catch_unwind(|| block_in_place(|| ())).is_err() {
        panic!(
            "this would block a thread that drives tokio's current-thread runtime or a LocalSet, \
             and what it waits for could never run: `.await` the tasklet, or call from \
             `tokio::task::spawn_blocking`"
        );
    }
    block_in_place(block)
}

/// Runs something that parks the thread.
#[cfg(not(feature = "tokio"))]
pub(crate) fn park_allowed<R>(block: impl FnOnce() -> R) -> R {
    block()
}

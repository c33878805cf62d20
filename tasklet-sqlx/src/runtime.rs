//! The tokio runtime that a pool lives on, with the feature `tokio`; nothing without it.
//!
//! sqlx on tokio needs a current runtime for its timers, for new connections, and when a connection
//! goes back to its pool. Tasklets run in whatever thread waits for them, which may have none. So
//! whatever touches a pool is polled, and dropped, inside of the runtime that is remembered here.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_lite::Stream;
use pin_project_lite::pin_project;

pub(crate) use slot::Runtime;

#[cfg(not(feature = "tokio"))]
mod slot {
    use crate::Refusal;

    /// No runtime is known.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Runtime(());

    impl Runtime {
        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn find(&self) -> Result<(), Refusal> {
            Ok(())
        }

        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn enter(&self) -> Option<()> {
            None
        }

        /// Whether a task can be spawned here.
        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn can_spawn(&self) -> bool {
            true
        }
    }
}

#[cfg(feature = "tokio")]
mod slot {
    use std::sync::OnceLock;

    use tokio::runtime::{EnterGuard, Handle, RuntimeFlavor};

    use crate::Refusal;

    /// The first runtime that was current where the pool was used.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Runtime(OnceLock<Handle>);

    impl Runtime {
        /// Remembers the current runtime, unless one is known already.
        pub(crate) fn find(&self) -> Result<(), Refusal> {
            match Handle::try_current() {
                Ok(handle) => {
                    // Another thread may have been faster; either handle will do.
                    let _known = self.0.set(handle);
                    Ok(())
                }
                // A current-thread runtime stands still while another thread waits for it.
                Err(_) => match self.0.get().map(Handle::runtime_flavor) {
                    Some(RuntimeFlavor::MultiThread) => Ok(()),
                    _ => Err(Refusal::NoRuntime),
                },
            }
        }

        /// Makes the remembered runtime the thread's current one, where there is none.
        pub(crate) fn enter(&self) -> Option<EnterGuard<'_>> {
            let handle = self.0.get()?;
            Handle::try_current().is_err().then(|| handle.enter())
        }

        /// Whether a task can be spawned here.
        pub(crate) fn can_spawn(&self) -> bool {
            Handle::try_current().is_ok()
        }
    }
}

impl Runtime {
    /// A future, or a stream, that is polled and dropped inside of the runtime.
    pub(crate) fn inside<F>(&self, inner: F) -> Inside<F> {
        Inside { runtime: self.clone(), inner: Some(inner) }
    }
}

pin_project! {
    /// See [`Runtime::inside`].
    pub(crate) struct Inside<F> {
        runtime: Runtime,
        // Empty only while it is dropped.
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for Inside<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.runtime.enter();
            this.inner.set(None);
        }
    }
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.runtime.enter();
        this.inner.as_pin_mut().map_or(Poll::Pending, |inner| inner.poll(cx))
    }
}

impl<S: Stream> Stream for Inside<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let _entered = this.runtime.enter();
        this.inner.as_pin_mut().map_or(Poll::Ready(None), |inner| inner.poll_next(cx))
    }
}

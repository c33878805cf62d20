//! Spans, with the feature `tracing`; nothing without it.
//!
//! A tasklet has a span, whose parent is the one that is current at the call; it is entered around
//! each poll, and closes when the tasklet ends. A toplevel has one around all that runs in it, and
//! a batch one around its call. Their target is `tasklet`, their level `DEBUG`: they tell how a
//! request was answered, as the spans of web frameworks do, and there is one for each call; that is
//! too much for `INFO`, while `TRACE` is for what happens inside of one call.
//!
//! Where nobody wants a tasklet's own span, the one that is current at its first suspension goes
//! along with it instead, so that events after an await are told where those before it were.
//!
//! A subscriber is user code: it never runs while anything is borrowed, and its panics end here.

#[cfg(feature = "tracing")]
pub(crate) use on::{Span, is_heard, is_on, tasklet, toplevel};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Span, is_heard, is_on, tasklet, toplevel};

#[cfg(feature = "tracing")]
mod on {
    use std::fmt;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use tracing::debug_span;
    use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
    use tracing::span::Entered;

    use crate::error::{Origin, Panic};

    /// Whether somebody may want the span of a tasklet: one atomic load.
    #[inline]
    pub(crate) fn is_on() -> bool {
        LevelFilter::DEBUG <= STATIC_MAX_LEVEL && LevelFilter::DEBUG <= LevelFilter::current()
    }

    /// Whether there are spans at all.
    #[inline]
    pub(crate) fn is_heard() -> bool {
        LevelFilter::current() != LevelFilter::OFF
    }

    /// A span, or none.
    #[derive(Clone, Default)]
    pub(crate) struct Span(Option<tracing::Span>);

    impl Span {
        /// That of a batch: one call that serves `items` of them. Whoever makes the call enters it
        /// for that time; a tasklet that is started meanwhile has it as its parent, and keeps it
        /// open.
        pub(crate) fn of_batch(name: &str, items: usize) -> Span {
            if !is_on() {
                return Span(None);
            }
            let make =
                || debug_span!(target: "tasklet", "batch", otel.name = name, batch = name, items);
            Span::new(make)
        }

        /// The current one.
        #[inline]
        pub(crate) fn current() -> Span {
            if is_heard() { Span::new(tracing::Span::current) } else { Span(None) }
        }

        #[cold]
        fn new(make: impl FnOnce() -> tracing::Span) -> Span {
            Span(shielded(make).filter(|span| !span.is_disabled()))
        }

        /// This one, or the current one instead.
        fn or_current(self) -> Span {
            if self.is_none() { Span::current() } else { self }
        }

        #[inline]
        pub(crate) fn is_none(&self) -> bool {
            self.0.is_none()
        }

        /// Enters it, until the guard is dropped.
        #[inline]
        pub(crate) fn enter(&self) -> In<'_> {
            In(self.0.as_ref().and_then(|span| shielded(|| span.enter())))
        }
    }

    impl Drop for Span {
        fn drop(&mut self) {
            if let Some(span) = self.0.take() {
                shielded(|| drop(span));
            }
        }
    }

    impl fmt::Debug for Span {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_tuple("Span").field(&self.0).finish()
        }
    }

    /// While it lives, its span is the current one.
    pub(crate) struct In<'a>(Option<Entered<'a>>);

    impl Drop for In<'_> {
        #[inline]
        fn drop(&mut self) {
            if let Some(entered) = self.0.take() {
                shielded(|| drop(entered));
            }
        }
    }

    /// The panic of a subscriber has been told by the panic hook, and is nobody else's business.
    fn shielded<R>(call: impl FnOnce() -> R) -> Option<R> {
        let called = catch_unwind(AssertUnwindSafe(call));
        called.map_err(|payload| drop(Panic::new(payload).into_failure())).ok()
    }

    /// The span of a tasklet that is called now. `otel.name` is how OpenTelemetry has its name.
    pub(crate) fn tasklet(origin: &Origin, toplevel: &Origin) -> Span {
        if !is_on() {
            return Span(None);
        }
        Span::new(|| {
            debug_span!(
                target: "tasklet",
                "tasklet",
                otel.name = origin.name(),
                tasklet = origin.name(),
                module = origin.module(),
                place = %origin.place,
                toplevel = toplevel.name(),
            )
        })
    }

    /// The span of a toplevel that begins now; the current one if nobody wants it.
    pub(crate) fn toplevel(origin: &Origin) -> Span {
        if !is_on() {
            return Span::current();
        }
        let span = Span::new(|| {
            debug_span!(
                target: "tasklet",
                "toplevel",
                otel.name = origin.name(),
                toplevel = origin.name(),
                module = origin.module(),
                place = %origin.place,
            )
        });
        span.or_current()
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::error::Origin;

    #[inline(always)]
    pub(crate) fn is_on() -> bool {
        false
    }

    #[inline(always)]
    pub(crate) fn is_heard() -> bool {
        false
    }

    /// No span.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn of_batch(_: &str, _: usize) -> Span {
            Span
        }

        #[inline(always)]
        pub(crate) fn current() -> Span {
            Span
        }

        #[inline(always)]
        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn is_none(&self) -> bool {
            true
        }

        #[inline(always)]
        #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
        pub(crate) fn enter(&self) -> In {
            In
        }
    }

    /// Nothing is entered.
    pub(crate) struct In;

    #[inline(always)]
    pub(crate) fn tasklet(_: &Origin, _: &Origin) -> Span {
        Span
    }

    #[inline(always)]
    pub(crate) fn toplevel(_: &Origin) -> Span {
        Span
    }
}

//! Spans, with the feature `tracing`; nothing without it.
//!
//! A tasklet has a span, whose parent is the one that is current at the call; it is entered around
//! each poll, and closes when the tasklet ends. A toplevel has one around all that runs in it, and
//! a batch one around its call. Their target is `tasklet`, their level `DEBUG`: they tell how a
//! request was answered, as the spans of web frameworks do, and there is one for each call; that is
//! too much for `INFO`, while `TRACE` is for what happens inside of one call.
//!
//! Beside its own span, a tasklet keeps the innermost span of its user around the call, and that is
//! entered first. A layer with a filter of its own that does not see the spans of tasklets looks
//! for the innermost span that it sees among those which are *entered* on the thread, not among the
//! parents: without the user's one, an event after an await would be in no span at all for it. What
//! is called in the own span of a running tasklet inherits that tasklet's outer one.
//!
//! Where nobody wants a tasklet's own span, the one that is current at its first suspension goes
//! along with it alone, so that events after an await are told where those before it were.
//!
//! A subscriber is user code: it never runs while anything is borrowed, and its panics end here.

#[cfg(feature = "tracing")]
pub(crate) use on::{Span, again, attempt, is_heard, is_on, not_rolled_back, tasklet, toplevel};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Span, again, attempt, is_heard, is_on, not_rolled_back, tasklet, toplevel};

#[cfg(feature = "tracing")]
mod on {
    use std::cell::RefCell;
    use std::fmt::Display;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::time::Duration;

    use tracing::debug_span;
    use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
    use tracing::span::Entered;

    use crate::error::{Origin, Panic};

    thread_local! {
        /// What was entered last on this thread.
        static ENTERED: RefCell<Option<Arc<Pair>>> = const { RefCell::new(None) };
    }

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

    /// The spans that go along with a piece of code, or none.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Span(Option<Arc<Pair>>);

    /// At least one of them is there.
    #[derive(Debug)]
    struct Pair {
        /// The one that was made here, for a tasklet, a toplevel or a batch.
        own: Option<One>,
        /// The user's one around it.
        outer: Option<Arc<One>>,
    }

    impl Pair {
        /// The one that is current while the code runs, unless it enters another.
        fn inner(&self) -> Option<&One> {
            self.own.as_ref().or(self.outer.as_deref())
        }

        /// Whether its outer span need not be entered, since whoever looks for it finds it already.
        fn is_outer_current(&self) -> bool {
            let Some(outer) = &self.outer else { return true };
            outer.is_current()
                || entered().is_some_and(|around| {
                    let is_same = around.outer.as_ref().is_some_and(|other| outer.0 == other.0);
                    is_same && around.is_current()
                })
        }

        fn is_current(&self) -> bool {
            self.inner().is_some_and(One::is_current)
        }
    }

    /// A span whose drop never panics.
    #[derive(Debug)]
    struct One(Option<tracing::Span>);

    impl One {
        #[cold]
        fn new(make: impl FnOnce() -> tracing::Span) -> Option<One> {
            let span = shielded(make).filter(|span| !span.is_disabled())?;
            Some(One(Some(span)))
        }

        /// Whether it is the current span of this thread. Does not count it as used once more, as
        /// a comparison with [`tracing::Span::current`] would.
        fn is_current(&self) -> bool {
            let is_current = |dispatch: &tracing::Dispatch| {
                let current = dispatch.current_span();
                let span = self.0.as_ref();
                // Two subscribers have the same numbers; seldom for spans of the same place, too.
                current.id().is_some_and(|id| span.and_then(tracing::Span::id).as_ref() == Some(id))
                    && current.metadata().map(tracing::Metadata::callsite)
                        == span.and_then(tracing::Span::metadata).map(tracing::Metadata::callsite)
            };
            shielded(|| tracing::dispatcher::get_default(is_current)).unwrap_or(false)
        }

        fn enter(&self) -> Option<Entered<'_>> {
            self.0.as_ref().and_then(|span| shielded(|| span.enter()))
        }
    }

    impl Drop for One {
        fn drop(&mut self) {
            if let Some(span) = self.0.take() {
                shielded(|| drop(span));
            }
        }
    }

    /// What was entered last on this thread; nothing in the thread's end.
    fn entered() -> Option<Arc<Pair>> {
        ENTERED.try_with(|entered| entered.borrow().clone()).ok().flatten()
    }

    /// The user's innermost span around what is called here.
    fn outer() -> Option<Arc<One>> {
        match entered() {
            Some(around) if around.is_current() => around.outer.clone(),
            _ => One::new(tracing::Span::current).map(Arc::new),
        }
    }

    impl Span {
        /// That of a batch: one call that serves `items` of them. Whoever makes the call enters it
        /// for that time; a tasklet that is started meanwhile has it as its parent, and keeps it
        /// open.
        pub(crate) fn of_batch(name: &str, items: usize) -> Span {
            if !is_on() {
                return Span(None);
            }
            Span::new(
                || debug_span!(target: "tasklet", "batch", otel.name = name, batch = name, items),
            )
        }

        /// The current one.
        #[inline]
        pub(crate) fn current() -> Span {
            if is_heard() { Span::new_current() } else { Span(None) }
        }

        #[cold]
        fn new_current() -> Span {
            match entered() {
                Some(around) if around.is_current() => Span(Some(around)),
                _ => {
                    let outer = One::new(tracing::Span::current);
                    Span(
                        outer.map(|outer| {
                            Arc::new(Pair { own: None, outer: Some(Arc::new(outer)) })
                        }),
                    )
                }
            }
        }

        /// One of our own, and the user's one around it.
        #[cold]
        fn new(make: impl FnOnce() -> tracing::Span) -> Span {
            let own = One::new(make);
            Span(own.map(|own| Arc::new(Pair { own: Some(own), outer: outer() })))
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
            In(self.0.as_ref().map(Within::new))
        }
    }

    /// While it lives, its span is the current one.
    pub(crate) struct In<'a>(
        #[expect(dead_code, reason = "it is there to be dropped")] Option<Within<'a>>,
    );

    struct Within<'a> {
        outer: Option<Entered<'a>>,
        own: Option<Entered<'a>>,
        /// What was entered before.
        around: Option<Arc<Pair>>,
    }

    impl<'a> Within<'a> {
        #[cold]
        fn new(pair: &'a Arc<Pair>) -> Within<'a> {
            // A span that is entered twice in a row would tell the same time twice.
            let outer = pair.outer.as_ref().filter(|_| !pair.is_outer_current());
            let outer = outer.and_then(|outer| outer.enter());
            let own = pair.own.as_ref().and_then(One::enter);
            Within { outer, own, around: set_entered(Some(Arc::clone(pair))) }
        }
    }

    impl Drop for Within<'_> {
        #[cold]
        fn drop(&mut self) {
            drop(set_entered(self.around.take()));
            for entered in [self.own.take(), self.outer.take()].into_iter().flatten() {
                shielded(|| drop(entered));
            }
        }
    }

    /// Sets it, and returns what it was.
    fn set_entered(pair: Option<Arc<Pair>>) -> Option<Arc<Pair>> {
        ENTERED.try_with(|entered| entered.replace(pair)).ok().flatten()
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

    /// The span of an attempt of a transaction that begins now.
    pub(crate) fn attempt(origin: &Origin, attempt: u32) -> Span {
        if !is_on() {
            return Span(None);
        }
        Span::new(|| {
            let name = origin.name();
            debug_span!(target: "tasklet", "transaction", transaction = name, attempt)
        })
    }

    /// A transaction was rolled back, and is tried again.
    pub(crate) fn again(origin: &Origin, attempt: u32, delay: Duration, error: &dyn Display) {
        shielded(|| {
            // Where there is contention that is everyday, as its spans are.
            tracing::debug!(
                target: "tasklet",
                transaction = origin.name(),
                attempt,
                ?delay,
                %error,
                "a transaction was rolled back, and is tried again"
            );
        });
    }

    /// A rollback failed.
    pub(crate) fn not_rolled_back(origin: &Origin, error: &dyn Display) {
        shielded(|| {
            tracing::warn!(
                target: "tasklet",
                transaction = origin.name(),
                %error,
                "a rollback failed; what was done is undone when the database misses the connection"
            );
        });
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::fmt::Display;
    use std::time::Duration;

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

    pub(crate) fn attempt(_: &Origin, _: u32) -> Span {
        Span
    }

    pub(crate) fn again(_: &Origin, _: u32, _: Duration, _: &dyn Display) {}

    pub(crate) fn not_rolled_back(_: &Origin, _: &dyn Display) {}
}

//! Deadlines: a context's own, kept in order, and a future that waits for one.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_timer::Delay;

use super::clock::Clock;
use crate::context::{Shared, current};
use crate::error::Info;
use crate::task::{Driving, HomeRef};

/// A tasklet that waits for a deadline, and does nothing else.
pub(crate) static SLEEP: Info = Info::new("sleep", "tasklet_core");

/// A deadline and a number that makes it unique; equal deadlines fire in the order of their making.
pub(crate) type TimerKey = (Instant, u64);

/// The deadlines of one context.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    pending: BTreeMap<TimerKey, Waker>,
    last: u64,
}

impl Timers {
    pub(super) fn add(&mut self, deadline: Instant, waker: Waker) -> TimerKey {
        self.last += 1;
        let key = (deadline, self.last);
        self.pending.insert(key, waker);
        key
    }

    pub(super) fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        self.pending.remove(&key)
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.pending.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    /// Takes one waker whose deadline has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Waker> {
        let entry = self.pending.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}

/// Waits for a deadline, by the loop of the context in which it is polled; outside of any, by the
/// timer thread of `futures-timer`.
#[derive(Debug)]
pub(crate) struct Timer {
    deadline: Deadline,
    registered: Option<Registered>,
}

#[derive(Debug)]
enum Deadline {
    At(Instant),
    Outside(Delay),
}

#[derive(Debug)]
struct Registered {
    home: Arc<Shared>,
    key: TimerKey,
}

impl Timer {
    /// Counts from now.
    pub(crate) fn new(delay: Duration) -> Timer {
        let deadline = current::with_entered(|home| match home {
            Some(home) => Deadline::At(home.clock.after(delay)),
            None => Deadline::Outside(Delay::new(delay)),
        });
        Timer { deadline, registered: None }
    }

    /// Counts from now, by the clock of a context.
    pub(crate) fn in_context(home: HomeRef<'_>, delay: Duration) -> Timer {
        Timer { deadline: Deadline::At(home.clock.after(delay)), registered: None }
    }

    fn poll_at(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let polled = current::with_entered(|home| {
            let home = home?;
            home.scheduler.with_driving(|driving| {
                if deadline <= home.clock.now() {
                    return Poll::Ready(());
                }
                self.register(driving, home.to_arc(), deadline, cx.waker());
                Poll::Pending
            })
        });
        polled.unwrap_or_else(|| self.poll_outside(deadline, cx))
    }

    fn register(
        &mut self,
        driving: &Driving<'_>,
        home: Arc<Shared>,
        deadline: Instant,
        waker: &Waker,
    ) {
        if let Some(registered) = self.registered.take() {
            registered.remove();
        }
        let key = driving.local().timers.borrow_mut().add(deadline, waker.clone());
        driving.unsettle();
        self.registered = Some(Registered { home, key });
    }

    /// Polled by somebody who drives no context: the timer thread takes over.
    fn poll_outside(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(registered) = self.registered.take() {
            registered.remove();
        }
        let left = deadline.saturating_duration_since(Clock::system_now());
        self.deadline = Deadline::Outside(Delay::new(left));
        Pin::new(self).poll(cx)
    }
}

impl Registered {
    /// Takes the deadline out of its context, from whatever thread.
    fn remove(self) {
        let Registered { home, key } = self;
        let remove = move |driving: &Driving<'_>| {
            let waker = driving.local().timers.borrow_mut().remove(key);
            // Dropped when nothing is borrowed any more: a foreign waker's drop is foreign code.
            drop(waker);
        };
        HomeRef::from(&home).on_driver(remove);
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.deadline {
            Deadline::Outside(delay) => Pin::new(delay).poll(cx),
            Deadline::At(deadline) => {
                let deadline = *deadline;
                self.poll_at(deadline, cx)
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(registered) = self.registered.take() {
            registered.remove();
        }
    }
}

//! Turning the loop by hand, and putting things into it: NDB's `run0`, `run1`, `run`, `queue_call`.

use std::panic::Location;
use std::task::Poll;
use std::time::Duration;

use super::idle::{Idle, add_idle};
use super::timers::Timer;
use super::{fire_timer, reset_idle, run_idle};
use crate::context::Context;
use crate::context::block::{block_on_home, drive_as_guest};
use crate::error::{About, Info};
use crate::future::callback::CALLBACK;
use crate::task::{Companion, Driving, HomeRef, Waits, start_later};

/// What one turn of a context's loop came to, from [`Context::run0`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Something was done; another turn may do more.
    Worked,
    /// Nothing can be done now, but something is owed: a timer will be due after this time, or
    /// (`None`) a wake-up must come from outside.
    Waiting(Option<Duration>),
    /// Nothing is left to do.
    Finished,
}

impl Context {
    /// Runs `call` after `delay`, or in the next turn if that is `None`.
    ///
    /// Calls without a delay are run in the order in which they were queued, together with the
    /// tasklets that are ready. A queued call is something that the context owes: a toplevel waits
    /// for it. What it panics with is reported as an error that nobody looked at. It has the
    /// tasklet-locals that are current now.
    ///
    /// NDB: `eventloop.queue_call`.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use tasklet_core::Context;
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// let context = Context::new();
    /// context.queue_call(None, move || sender.send("called").unwrap());
    /// context.run();
    /// assert_eq!(receiver.recv(), Ok("called"));
    /// ```
    #[track_caller]
    pub fn queue_call(&self, delay: Option<Duration>, call: impl FnOnce() + Send + 'static) {
        static CALL: Info = Info::new("queued call", module_path!());
        let about = |_: Option<&()>| About::new(&CALL);
        let home = HomeRef::from(self.shared());
        let timer = delay.map(|delay| Timer::in_context(home, delay));
        let body = async move {
            if let Some(timer) = timer {
                timer.await;
            }
            call();
        };
        drop(start_later(home, Location::caller(), about, body));
    }

    /// Puts a callback into the queue that is run when `is_due` is true, which it soon will be.
    pub(crate) fn queue_callback(
        &self,
        place: &'static Location<'static>,
        is_due: impl Fn() -> bool + Send + 'static,
        call: impl FnOnce() + Send + 'static,
    ) {
        let about = |_: Option<&()>| About::new(&CALLBACK);
        let body = async move {
            while !is_due() {
                futures_lite::future::yield_now().await;
            }
            call();
        };
        drop(start_later(HomeRef::from(self.shared()), place, about, body));
    }

    /// Adds a callback that is called whenever nothing is ready to run, in turn with the others.
    ///
    /// What it answers decides when it is called again. If it panics, that is reported as an error
    /// that nobody looked at, and it is not called again.
    ///
    /// Each call has the tasklet-locals that are current now; what it sets does not outlast it.
    ///
    /// NDB: `eventloop.add_idle`.
    ///
    /// ```
    /// use tasklet_core::{Context, Idle};
    ///
    /// let context = Context::new();
    /// let mut rest = 3;
    /// context.add_idle(move || {
    ///     rest -= 1;
    ///     if rest == 0 { Idle::Finished } else { Idle::Worked }
    /// });
    /// assert!(context.run_idle() && context.run_idle() && context.run_idle());
    /// assert!(!context.run_idle());
    /// ```
    #[track_caller]
    pub fn add_idle(&self, mut callback: impl FnMut() -> Idle + Send + 'static) {
        let company = Companion::here();
        add_idle(HomeRef::from(self.shared()), move || company.clone().accompany(&mut callback));
    }

    /// Calls one idle callback. False if none has work, or another thread drives the context.
    ///
    /// NDB: `eventloop.run_idle`.
    pub fn run_idle(&self) -> bool {
        let Some(drive) = drive_as_guest(HomeRef::from(self.shared())) else { return false };
        drive.driving().read_inbox();
        run_idle(drive.driving(), self.shared())
    }

    /// Runs one thing that can be run now, and never waits: a ready tasklet or queued call, else an
    /// idle callback, else a due timer.
    ///
    /// [`Turn::Waiting`] too where another thread drives the context.
    ///
    /// NDB: `eventloop.run0`.
    pub fn run0(&self) -> Turn {
        let home = HomeRef::from(self.shared());
        let Some(drive) = drive_as_guest(home) else { return Turn::Waiting(None) };
        let _runtime = home.get().enter_runtime();
        let driving = drive.driving();
        driving.read_inbox();
        if driving.run_next() {
            reset_idle(driving);
            return Turn::Worked;
        }
        if run_idle(driving, self.shared()) || fire_timer(driving, self.shared()) {
            return Turn::Worked;
        }
        if driving.pending() == 0 {
            return Turn::Finished;
        }
        Turn::Waiting(self.next_timer(driving))
    }

    /// How long until the next timer is due.
    fn next_timer(&self, driving: &Driving<'_>) -> Option<Duration> {
        let deadline = driving.local_if_any()?.timers.borrow().next()?;
        Some(deadline.saturating_duration_since(self.shared().clock.now()))
    }

    /// Runs one thing, and waits for it if need be. False if nothing is left to do.
    ///
    /// NDB: `eventloop.run1`.
    ///
    /// # Panics
    ///
    /// As [`Context::run`] does.
    #[track_caller]
    pub fn run1(&self) -> bool {
        match self.run0() {
            Turn::Worked => true,
            Turn::Finished => false,
            Turn::Waiting(_) => {
                let mut before = None;
                let waited = block_on_home(
                    self.shared(),
                    Waits::All(None),
                    || false,
                    |driving, _cx| {
                        let waits = match driving {
                            None => !self.shared().has_ended(),
                            Some(driving) => {
                                let worked = driving.worked();
                                0 < driving.pending() && worked == *before.get_or_insert(worked)
                            }
                        };
                        if waits { Poll::Pending } else { Poll::Ready(()) }
                    },
                );
                if let Err(deadlock) = waited {
                    panic!("{deadlock}");
                }
                true
            }
        }
    }

    /// Drives the loop until nothing is left to do: no tasklet, no queued call, no idle work.
    ///
    /// If the context is another root's (a toplevel's, running elsewhere), this waits until that
    /// one has finished everything. Inside a tasklet of the context itself it returns when only
    /// those tasklets are left that are running below it on the stack.
    ///
    /// NDB: `eventloop.run`.
    ///
    /// # Panics
    ///
    /// If all that is left waits for itself, which can never finish: with the chain of the waiting
    /// tasklets, after they were cancelled. If it is nested in
    /// [`BLOCKING_DEPTH_MAX`](crate::BLOCKING_DEPTH_MAX) other blocking waits. With the feature
    /// `tokio`: if it would have to block a thread that drives tokio's current-thread runtime.
    #[track_caller]
    pub fn run(&self) {
        let waited = block_on_home(
            self.shared(),
            Waits::All(None),
            || false,
            |driving, _cx| {
                let finished = match driving {
                    Some(driving) => driving.is_finished(self.shared()),
                    None => self.shared().has_ended(),
                };
                if finished { Poll::Ready(()) } else { Poll::Pending }
            },
        );
        if let Err(deadlock) = waited {
            panic!("{deadlock}");
        }
    }

    /// Sends off what idle callbacks hold back (batches), without waiting until nothing is ready.
    ///
    /// Does nothing where another thread drives the context: that one does it in its own time.
    ///
    /// NDB: `Context.flush`.
    pub fn flush(&self) {
        while self.run_idle() {}
    }

    /// The same, but no callback is called twice: also where one always has work this comes to an
    /// end.
    pub(crate) fn flush_once(&self) {
        let Some(drive) = drive_as_guest(HomeRef::from(self.shared())) else { return };
        drive.driving().read_inbox();
        let count = drive.driving().local_if_any().map_or(0, |local| local.idle.borrow().len());
        for _ in 0..count {
            run_idle(drive.driving(), self.shared());
        }
    }
}

//! What can go wrong with a tasklet, and how it is told: outcomes, failures, and their origin.
//!
//! A tasklet's own error is its result, and goes to whoever awaits it. What is modelled here is the
//! rest: a panic, which resumes at the waiter, and a failure that nobody looked at, which becomes a
//! [`TaskletError`] in its context. That one is a flat description, not the error itself: nobody
//! asked for the value, and a description can be kept, logged and compared without any bound on
//! the tasklet's types.

mod deadlock;

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

pub(crate) use deadlock::{Deadlock, End};

/// The result of a tasklet's body, or the panic that ended it.
pub(crate) type Outcome<T> = Result<T, Panic>;

/// A panic on its way to whoever waits.
pub struct Panic(
    // Boxed, since every cell has room for an outcome, and few ever hold a panic.
    Box<Inner>,
);

struct Inner {
    // Payloads are not `Sync`, handles are; the mutex is never contended.
    payload: Mutex<Box<dyn Any + Send>>,
    origin: Option<Origin>,
    /// Nobody has heard of it so far: it begins where it is resumed.
    untold: bool,
}

impl Panic {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Panic {
        Panic(Box::new(Inner { payload: Mutex::new(payload), origin: None, untold: false }))
    }

    /// A panic with this message.
    pub(crate) fn message(message: String) -> Panic {
        Panic::new(Box::new(message))
    }

    /// The same, and the panic hook is called where it is resumed, as for any panic that begins.
    pub(crate) fn untold(message: String) -> Panic {
        let mut panic = Panic::message(message);
        panic.0.untold = true;
        panic
    }

    /// What a waiter of a cancelled tasklet gets.
    #[cold]
    pub(crate) fn cancelled(origin: &Origin) -> Panic {
        Panic::message(format!("{origin} was cancelled before it had a result"))
    }

    /// The same panic, known to be that of a tasklet.
    pub(crate) fn of(mut self, origin: Origin) -> Panic {
        self.0.origin = Some(origin);
        self
    }

    /// Whose panic it is, if that is known.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.0.origin
    }

    /// Continues the panic here.
    pub(crate) fn resume(self) -> ! {
        if self.0.untold {
            panic!("{}", self.to_failure().message);
        }
        resume_unwind(self.0.payload.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the panic said, for those who have nobody to give it to. A payload is user code too:
    /// what its drop throws is swallowed.
    pub(crate) fn into_failure(self) -> Failure {
        let failure = self.to_failure();
        let second = catch_unwind(AssertUnwindSafe(|| drop(self)));
        std::mem::forget(second);
        failure
    }

    /// What the panic said.
    pub(crate) fn to_failure(&self) -> Failure {
        let payload = self.0.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let message = payload
            .downcast_ref::<&'static str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is not a text".to_owned());
        Failure { message, is_panic: true }
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.to_failure().message).finish()
    }
}

/// The name of a tasklet; one static of it for each annotated function.
#[derive(Debug)]
pub struct Info {
    name: &'static str,
    module: &'static str,
}

impl Info {
    /// Made by the attributes.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str) -> Info {
        Info { name, module }
    }
}

/// Which call of which tasklet.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub(crate) info: &'static Info,
    pub(crate) place: &'static Location<'static>,
}

impl Origin {
    pub(crate) fn name(&self) -> &'static str {
        self.info.name
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tasklet `{}` (started at {})", self.info.name, self.place)
    }
}

/// What is wrong with a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    is_panic: bool,
}

impl Failure {
    /// An error with this message.
    #[must_use]
    pub fn error(message: String) -> Failure {
        Failure { message, is_panic: false }
    }

    /// What the error or the panic says.
    pub(crate) fn text(&self) -> &str {
        &self.message
    }
}

/// What a tasklet tells of itself: its name, and what is wrong with its result, if anything.
#[derive(Debug)]
pub struct About {
    pub(crate) info: &'static Info,
    pub(crate) failure: Option<Failure>,
}

impl About {
    /// Nothing but the name.
    #[must_use]
    pub const fn new(info: &'static Info) -> About {
        About { info, failure: None }
    }

    /// The same with a failure.
    #[must_use]
    pub fn failed(self, failure: Failure) -> About {
        About { failure: Some(failure), ..self }
    }
}

/// A failure that nobody looked at: the error or the panic of a tasklet that was deferred, or whose
/// handle was dropped.
///
/// A context collects them; [`Context::take_errors`](crate::Context::take_errors) hands them out,
/// and with the feature `tracing` each is an event as well.
///
/// ```
/// use tasklet_core::{Context, tasklet};
///
/// #[tasklet]
/// async fn save() -> Result<(), std::fmt::Error> {
///     std::future::ready(()).await;
///     Err(std::fmt::Error)
/// }
///
/// let context = Context::new();
/// context.enter(|| save().defer());
/// let errors = context.take_errors();
/// assert_eq!(errors.len(), 1);
/// assert_eq!(errors[0].name(), "save");
/// assert!(!errors[0].is_panic());
/// ```
#[derive(Clone, Debug)]
pub struct TaskletError {
    origin: Origin,
    failure: Failure,
}

impl TaskletError {
    pub(crate) fn new(origin: Origin, failure: Failure) -> TaskletError {
        TaskletError { origin, failure }
    }

    /// The name of the tasklet, as written in its `async fn`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.origin.info.name
    }

    /// The path of the module that the tasklet stands in.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.origin.info.module
    }

    /// Where the tasklet was called.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.origin.place
    }

    /// What the error (its `Display`, or else its `Debug`) or the panic said.
    #[must_use]
    pub fn message(&self) -> &str {
        self.failure.text()
    }

    /// Whether it was a panic.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.failure.is_panic
    }
}

impl fmt::Display for TaskletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.is_panic() { "panicked" } else { "failed" };
        write!(f, "{} {verb}, and nobody looked at it: {}", self.origin, self.message())
    }
}

impl Error for TaskletError {}

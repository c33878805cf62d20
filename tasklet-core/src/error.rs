//! What can go wrong with a tasklet, and how it is told: outcomes, failures, and their origin.
//!
//! A tasklet's own error is its result, and goes to whoever awaits it. What is modelled here is the
//! rest: a panic, which resumes at the waiter, and a failure that nobody looked at, which becomes a
//! [`TaskletError`] in its context. That one is a flat description, not the error itself: nobody
//! asked for the value, and a description can be kept, logged and compared without any bound on
//! the tasklet's types.

mod deadlock;
pub(crate) mod flow;
mod trail;

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use trail::Trail;

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
    trail: Trail,
    /// Nobody has heard of it so far: it begins where it is resumed.
    untold: bool,
}

impl Panic {
    /// A panic that was caught.
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Panic {
        let trail = Trail::pick_up(payload.as_ref());
        Panic::with(payload, trail)
    }

    /// A panic with this message.
    pub(crate) fn message(message: String) -> Panic {
        Panic::with(Box::new(message), Trail::default())
    }

    /// A panic that says what another one has said.
    pub(crate) fn again(failure: &Failure) -> Panic {
        Panic::with(Box::new(failure.message.clone()), failure.trail.clone())
    }

    fn with(payload: Box<dyn Any + Send>, trail: Trail) -> Panic {
        Panic(Box::new(Inner { payload: Mutex::new(payload), trail, untold: false }))
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
        Panic::untold(format!("{origin} was cancelled before it had a result"))
    }

    /// The same panic, which has ended this tasklet.
    #[cold]
    pub(crate) fn of(mut self, origin: Origin) -> Panic {
        self.0.trail.push(origin);
        self
    }

    /// Continues the panic here.
    pub(crate) fn resume(self) -> ! {
        if self.0.untold {
            let message = self.to_failure().message;
            let payload = catch_unwind(|| -> () { panic!("{message}") }).expect_err("it panics");
            self.0.trail.put_down(payload.as_ref());
            resume_unwind(payload)
        }
        let Inner { payload, trail, .. } = *self.0;
        let payload = payload.into_inner().unwrap_or_else(PoisonError::into_inner);
        let payload = match payload.downcast::<SharedPanic>() {
            Ok(shared) => Box::new(shared.message.to_string()),
            Err(payload) => payload,
        };
        trail.put_down(payload.as_ref());
        resume_unwind(payload)
    }

    /// As [`Panic::into_failure`]; `None` if it is shared, and was told before.
    pub(crate) fn into_untold(self) -> Option<Failure> {
        let is_told = {
            let payload = self.0.payload.lock().unwrap_or_else(PoisonError::into_inner);
            payload.downcast_ref::<SharedPanic>().is_some_and(|shared| !shared.untold.take())
        };
        let failure = self.into_failure();
        (!is_told).then_some(failure)
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
        let payload = payload.as_ref();
        Failure {
            message: text_of(payload).unwrap_or_else(|| "a value that is not a text".to_owned()),
            is_panic: true,
            is_expected: flow::expects_payload(payload),
            trail: self.0.trail.clone(),
        }
    }
}

/// The text of a panic's payload, if it is one.
fn text_of(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&'static str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.or_else(|| Some(payload.downcast_ref::<SharedPanic>()?.message.to_string()))
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.to_failure().message).finish()
    }
}

/// A failure that many get is told at most once: by the first of those who have nobody to look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Untold(Arc<AtomicBool>);

impl Untold {
    /// True for the first one who asks.
    pub(crate) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

/// The payload of one panic that goes on in several tasklets.
#[derive(Clone, Debug)]
pub(crate) struct SharedPanic {
    message: Arc<str>,
    untold: Untold,
}

impl SharedPanic {
    pub(crate) fn new(failure: Failure) -> SharedPanic {
        SharedPanic { message: failure.message.into(), untold: Untold::default() }
    }

    /// Continues the panic here, in a task's body.
    pub(crate) fn resume(self) -> ! {
        resume_unwind(Box::new(self))
    }
}

/// The name of a tasklet; one static of it for each annotated function.
#[derive(Debug, PartialEq, Eq)]
pub struct Info {
    name: &'static str,
    module: &'static str,
    is_transaction: bool,
}

impl Info {
    /// Made by the attributes.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str) -> Info {
        Info { name, module, is_transaction: false }
    }

    /// The same for a function whose body is a transaction.
    #[must_use]
    pub const fn transaction(name: &'static str, module: &'static str) -> Info {
        Info { name, module, is_transaction: true }
    }

    /// Whether what fails in it was undone.
    pub(crate) fn is_transaction(&self) -> bool {
        self.is_transaction
    }
}

/// Which call of which tasklet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(crate) info: &'static Info,
    pub(crate) place: &'static Location<'static>,
}

impl Origin {
    pub(crate) fn name(&self) -> &'static str {
        self.info.name
    }

    /// The module of the tasklet.
    pub(crate) fn module(&self) -> &'static str {
        self.info.module
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
    /// Its type was declared with [`add_flow_exception`](flow::add_flow_exception).
    is_expected: bool,
    /// Whose panic it was at first.
    trail: Trail,
}

impl Failure {
    /// An error with this message.
    #[must_use]
    pub fn error(message: String) -> Failure {
        Failure { message, is_panic: false, is_expected: false, trail: Trail::default() }
    }

    /// An error of type `E`, which is displayed.
    pub(crate) fn displayed<E: fmt::Display>(error: &E) -> Failure {
        Failure { is_expected: flow::expects::<E>(), ..Failure::error(error.to_string()) }
    }

    /// An error of type `E`, which is debug-printed.
    pub(crate) fn debugged<E: fmt::Debug>(error: &E) -> Failure {
        Failure { is_expected: flow::expects::<E>(), ..Failure::error(format!("{error:?}")) }
    }

    /// An error whose type was erased.
    pub(crate) fn erased(error: &(dyn Error + 'static)) -> Failure {
        let is_expected = flow::expects_erased(error);
        Failure { is_expected, ..Failure::error(error.to_string()) }
    }

    /// What `find` finds wrong. It displays an error, which is user code: its panic is a failure.
    pub(crate) fn find(find: impl FnOnce() -> Option<Failure>) -> Option<Failure> {
        catch_unwind(AssertUnwindSafe(find))
            .unwrap_or_else(|payload| Some(Panic::new(payload).into_failure()))
    }

    /// What was known before the last tasklet was asked, whose failure it is told to be.
    pub(crate) fn before_last(mut self) -> Failure {
        self.trail.pop();
        self
    }

    /// What the error or the panic says.
    pub(crate) fn text(&self) -> &str {
        &self.message
    }

    /// Whether it is that of a panic.
    pub(crate) fn is_panic(&self) -> bool {
        self.is_panic
    }

    /// Whether nobody needs to hear of it.
    pub(crate) fn is_expected(&self) -> bool {
        self.is_expected
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

/// What is wrong with a tasklet: its error or its panic, described, with its name and place.
///
/// A failure that nobody looks at (of a tasklet that was deferred, or whose handle was dropped) is
/// kept by the context; [`Context::take_errors`](crate::Context::take_errors) hands them out, and
/// with the feature `tracing` each is an event as well. Of a future that one has,
/// [`get_exception`](crate::TaskletFuture::get_exception) tells it.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskletError {
    origin: Origin,
    failure: Failure,
    /// Somebody has asked for it.
    is_seen: bool,
}

impl TaskletError {
    /// A failure that nobody looked at.
    pub(crate) fn new(origin: Origin, failure: Failure) -> TaskletError {
        TaskletError { origin, failure, is_seen: false }
    }

    /// A failure that somebody looks at.
    pub(crate) fn seen(origin: Origin, failure: Failure) -> TaskletError {
        TaskletError { is_seen: true, ..TaskletError::new(origin, failure) }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn failure(&self) -> &Failure {
        &self.failure
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
        &self.failure.message
    }

    /// Whether it was a panic.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.failure.is_panic
    }

    /// Whether its type was declared as expected, by
    /// [`add_flow_exception`](crate::add_flow_exception).
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.failure.is_expected
    }

    /// The tasklets that it came through: name and place of each, the one that raised it first, and
    /// the one that this is about last.
    ///
    /// A panic passes from tasklet to tasklet, as each awaits the one before. An error that a body
    /// returns is a value like any other; of it only the last tasklet is known. At most the first
    /// 32 are kept.
    ///
    /// ```
    /// use tasklet_core::tasklet;
    ///
    /// #[tasklet]
    /// async fn inner() {
    ///     std::future::ready(()).await;
    ///     panic!("no more paper");
    /// }
    ///
    /// #[tasklet]
    /// async fn outer() {
    ///     inner().await;
    /// }
    ///
    /// let error = outer().get_exception().expect("it fails");
    /// let names: Vec<_> = error.trail().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["inner", "outer"]);
    /// ```
    pub fn trail(&self) -> impl Iterator<Item = (&'static str, &'static Location<'static>)> {
        let origins = self.failure.trail.origins().iter().chain([&self.origin]);
        origins.map(|origin| (origin.info.name, origin.place))
    }
}

impl fmt::Display for TaskletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.is_panic() { "panicked" } else { "failed" };
        let unseen = if self.is_seen { "" } else { ", and nobody looked at it" };
        write!(f, "{} {verb}{unseen}: {}", self.origin, self.message())?;
        // One line, as a log wants it.
        let trail = &self.failure.trail;
        for (index, origin) in trail.origins().iter().enumerate() {
            let came = if index == 0 { "; raised in" } else { ", came through" };
            write!(f, "{came} {origin}")?;
        }
        if 0 < trail.beyond() {
            write!(f, " and {} more", trail.beyond())?;
        }
        Ok(())
    }
}

impl Error for TaskletError {}

//! What goes along with a task from poll to poll: the values of its locals, and its span.
//!
//! Most tasks have neither. So that they need not be asked for them, one word of the thread says
//! whether the running code has values, beside the depth of the stack that is looked at anyway.
//!
//! A task's companion waits in a table of its context, which is its driver's alone; the header has
//! the number of its place. It is taken out for the time of a poll: while user code runs, nothing
//! is borrowed, and what the code sets is in the thread's own slot.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::panic::Location;
use std::ptr::NonNull;

use super::Home;
use super::cell::{Header, Run};
use super::harness::{adopt, origin, suspend_first};
use super::scheduler::Driving;
use crate::context::current;
use crate::error::{About, Failure, Info, Origin};
use crate::local::Values;
use crate::trace;
use crate::transaction;

/// A tasklet that starts a tasklet that starts … is polled on its caller's stack down to this
/// depth; deeper ones are queued, so that a chain of any length fits a small stack.
pub(super) const START_DEPTH_MAX: u32 = 64;

/// The running code has values: a bit of the word that no depth reaches.
const HAS_VALUES: u32 = 1 << 31;

thread_local! {
    static STARTS: Cell<u32> = const { Cell::new(0) };
}

/// How many first polls are nested in one another on this thread. Where the running code has
/// values it is more than [`START_DEPTH_MAX`]: one look tells whether a start is a plain one.
#[inline]
pub(super) fn starts() -> u32 {
    STARTS.with(Cell::get)
}

/// The word after a nested first poll begins or ends.
#[inline]
pub(super) fn set_starts(word: u32) {
    STARTS.with(|starts| starts.set(word));
}

/// Whether the running code has a value of any local.
#[inline]
pub(crate) fn has_values() -> bool {
    HAS_VALUES <= starts()
}

/// Written by those who write the thread's values.
pub(crate) fn set_has_values(has: bool) {
    let depth = starts() & !HAS_VALUES;
    set_starts(if has { depth | HAS_VALUES } else { depth });
}

/// What goes along with code that is run piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Companion {
    values: Values,
    span: trace::Span,
}

impl Companion {
    /// What a task takes along that is made here, to be polled in its turn.
    pub(super) fn of_later(origin: &Origin, toplevel: &Origin) -> Companion {
        Companion::of_tasklet(origin, toplevel).or_current_span()
    }

    /// What code takes along that is put down here, to be run later: the values, and the span.
    #[inline]
    pub(crate) fn here() -> Companion {
        Companion { values: Values::current(), span: trace::Span::current() }
    }

    /// What a toplevel has that begins here.
    #[inline]
    pub(crate) fn of_toplevel(origin: &Origin) -> Companion {
        Companion { values: Values::current(), span: trace::toplevel(origin) }
    }

    /// What a tasklet has that is called here.
    #[inline]
    pub(crate) fn of_tasklet(origin: &Origin, toplevel: &Origin) -> Companion {
        Companion { values: Values::current(), span: trace::tasklet(origin, toplevel) }
    }

    /// The same, where a span of its own is not wanted: the current one goes along instead. To be
    /// called with the caller's span as the current one, when the tasklet cannot end at once.
    fn or_current_span(mut self) -> Companion {
        if self.span.is_none() {
            self.span = trace::Span::current();
        }
        self
    }

    #[inline]
    fn is_none(&self) -> bool {
        self.values.is_none() && self.span.is_none()
    }

    /// The span, and the values.
    #[inline]
    pub(crate) fn parts(&mut self) -> (&trace::Span, &mut Values) {
        (&self.span, &mut self.values)
    }

    /// Until the guard is dropped, what runs is accompanied by this. What it sets is kept here for
    /// the next time, and whoever called this has its own values again.
    #[inline]
    pub(crate) fn enter(&mut self) -> impl Sized + '_ {
        (self.span.enter(), self.values.enter())
    }

    /// Calls `f` in its company.
    #[inline]
    pub(crate) fn accompany<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _company = self.enter();
        f()
    }
}

/// Calls the body of a tasklet that never awaits, which has no cell: its span is there for the
/// time of the call, and what it sets is gone afterwards.
#[inline]
pub(crate) fn inline<R>(
    info: impl Fn() -> &'static Info,
    place: &'static Location<'static>,
    body: impl FnOnce() -> R,
    failure: impl Fn(&R) -> Option<Failure>,
) -> R {
    let is_plain = !has_values() && !trace::is_on();
    let mut company =
        if is_plain { Companion::default() } else { of_inline(Origin { info: info(), place }) };
    let company = company.enter();
    let result = body();
    drop(company);
    if !is_plain {
        note_inline(Origin { info: info(), place }, || failure(&result));
    }
    result
}

#[cold]
fn note_inline(origin: Origin, failure: impl FnOnce() -> Option<Failure>) {
    let about = || About { info: origin.info, failure: failure() };
    current::with(|home| transaction::note(&home, || origin, about));
}

#[cold]
fn of_inline(origin: Origin) -> Companion {
    current::with(|home| Companion::of_tasklet(&origin, &home.origin()))
}

/// Calls `f` as code that belongs to nobody: without the values of whoever runs it.
#[inline]
pub(crate) fn apart<R>(f: impl FnOnce() -> R) -> R {
    Companion::default().accompany(f)
}

/// The companions of a context's suspended tasks; a place that was left is used again.
#[derive(Debug, Default)]
pub(crate) struct Companions {
    places: Vec<Place>,
    /// The number of the place that was left last, or zero.
    free: u32,
}

#[derive(Debug)]
enum Place {
    Taken(Companion),
    /// And the number of the one that was left before, or zero.
    Free(u32),
}

impl Companions {
    /// Gives a companion a place, and the place's number, which is not zero.
    fn insert(&mut self, companion: Companion) -> u32 {
        if let Some(place) = self.place(self.free)
            && let Place::Free(next) = *place
        {
            *place = Place::Taken(companion);
            return std::mem::replace(&mut self.free, next);
        }
        self.places.push(Place::Taken(companion));
        u32::try_from(self.places.len()).expect("so many cells are more than any memory has")
    }

    /// Takes a companion out of its place.
    fn remove(&mut self, number: u32) -> Companion {
        let free = Place::Free(self.free);
        match self.place(number).map(|place| std::mem::replace(place, free)) {
            Some(Place::Taken(companion)) => {
                self.free = number;
                companion
            }
            _ => unreachable!("a task knows its companion's place"),
        }
    }

    fn place(&mut self, number: u32) -> Option<&mut Place> {
        self.places.get_mut((number as usize).wrapping_sub(1))
    }
}

/// Whether a task is polled just so: neither it nor whoever polls it has anything along.
#[inline]
pub(super) fn is_plain(header: &Header) -> bool {
    // One test for both: this is asked before every poll.
    header.companion.get() | (starts() & HAS_VALUES) == 0
}

/// Gives a task its companion, which waits with it for the next poll.
pub(super) fn attach(driving: &Driving<'_>, header: &Header, companion: Companion) {
    if !companion.is_none() {
        let number = driving.local().companions.borrow_mut().insert(companion);
        header.companion.set(number);
    }
}

/// Takes a task's companion, if it has one.
#[inline]
pub(super) fn detach(driving: &Driving<'_>, header: &Header) -> Companion {
    match header.companion.replace(0) {
        0 => Companion::default(),
        number => driving.local().companions.borrow_mut().remove(number),
    }
}

/// Starts a task that is not a plain one: the stack is deep, the caller has values, or somebody
/// wants its span.
///
/// # Safety
///
/// The cell was just made: owned by this context, in no list, its future never polled.
#[cold]
pub(super) unsafe fn start(driving: &Driving<'_>, task: NonNull<Header>) {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    // SAFETY: the driver holds the context.
    let home = unsafe { header.home.as_ref() };
    let mut companion = Companion::of_tasklet(&origin(header), &home.origin());
    let depth = starts() & !HAS_VALUES;
    if START_DEPTH_MAX <= depth {
        attach(driving, header, companion.or_current_span());
        // SAFETY: as the caller promises.
        return unsafe { adopt(driving, task) };
    }
    let finished = companion.accompany(|| {
        set_starts(starts() + 1);
        // SAFETY: this thread drives, and the future was never polled.
        let finished = unsafe { (header.vtable.poll)(task) };
        set_starts(starts() - 1);
        finished
    });
    if finished {
        // SAFETY: the outcome was just stored.
        unsafe { note(header, home, task) };
        header.run.set(Run::Finished);
        header.state.complete_first();
    } else {
        attach(driving, header, companion.or_current_span());
        // SAFETY: just polled for the first time, and in no list.
        unsafe { suspend_first(driving, task) };
    }
}

/// After a poll on a thread that had no values before: what it has now is the task's.
#[cold]
pub(super) fn keep(driving: &Driving<'_>, header: &Header, finished: bool) {
    let mut companion = Companion::default();
    companion.values.exchange();
    if !finished {
        attach(driving, header, companion);
    }
}

/// The same after a first poll.
#[cold]
pub(super) fn keep_first(driving: &Driving<'_>, header: &Header, finished: bool) {
    keep(driving, header, finished);
    set_starts(starts() - 1);
}

/// At a first suspension: a task without a span of its own takes along the current one.
#[cold]
pub(super) fn keep_span(driving: &Driving<'_>, header: &Header) {
    attach(driving, header, detach(driving, header).or_current_span());
}

/// Polls a task in its company.
///
/// # Safety
///
/// As for the table's `poll`.
#[cold]
pub(super) unsafe fn poll(driving: &Driving<'_>, task: NonNull<Header>) -> bool {
    // SAFETY: alive, as the caller promises.
    let header = unsafe { task.as_ref() };
    let mut companion = detach(driving, header);
    // SAFETY: the caller's promise is the callee's.
    let finished = companion.accompany(|| unsafe { (header.vtable.poll)(task) });
    if finished {
        // SAFETY: the driver holds the context.
        let home = unsafe { header.home.as_ref() };
        // SAFETY: the outcome was just stored.
        unsafe { note(header, home, task) };
    } else {
        attach(driving, header, companion);
    }
    finished
}

/// A transaction has to know what failed in it.
///
/// # Safety
///
/// The outcome is stored, and is still the driver's.
unsafe fn note(header: &Header, home: &Home, task: NonNull<Header>) {
    // SAFETY: as the caller promises.
    let about = || unsafe { (header.vtable.look)(task) };
    transaction::note(home, || origin(header), about);
}

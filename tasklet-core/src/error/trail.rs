//! The tasklets that a panic came through, on its way from waiter to waiter.
//!
//! A panic that resumes in a waiter unwinds through the waiter's body as any other panic does, with
//! its payload alone. So the trail is put down beside it, for the thread that unwinds, and whoever
//! catches the payload picks it up. All of this takes place when something has panicked, and costs
//! nothing before.

use std::any::{Any, TypeId};
use std::cell::RefCell;

use super::{Origin, text_of};

/// A panic remembers at most so many of the tasklets that it came through: those next to where it
/// was raised. Of the others only the number is known.
pub(crate) const TRAIL_MAX: usize = 32;

/// Who was asked for a result and had a panic instead, the one that raised it first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    origins: Vec<Origin>,
    beyond: usize,
}

impl Trail {
    /// The panic has ended one more tasklet.
    pub(crate) fn push(&mut self, origin: Origin) {
        if self.origins.len() < TRAIL_MAX {
            self.origins.push(origin);
        } else {
            self.beyond += 1;
        }
    }

    /// Takes back the last one.
    pub(crate) fn pop(&mut self) {
        match self.beyond {
            0 => drop(self.origins.pop()),
            _ => self.beyond -= 1,
        }
    }

    /// Those that are known.
    pub(crate) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// How many more there are.
    pub(crate) fn beyond(&self) -> usize {
        self.beyond
    }

    /// The panic with this payload is about to unwind.
    pub(super) fn put_down(self, payload: &(dyn Any + Send)) {
        let Some(mark) = Mark::of(payload).filter(|_| !self.origins.is_empty()) else { return };
        // Where the thread is about to end, the trail is lost, and the panic goes on without.
        let _gone = IN_FLIGHT.try_with(|slot| slot.replace(Some((mark, self))));
    }

    /// What was put down beside this payload.
    pub(super) fn pick_up(payload: &(dyn Any + Send)) -> Trail {
        let found = IN_FLIGHT.try_with(|slot| {
            let mut slot = slot.borrow_mut();
            let (mark, _) = slot.as_ref()?;
            if Mark::of(payload).as_ref() != Some(mark) {
                return None;
            }
            slot.take().map(|(_, trail)| trail)
        });
        found.ok().flatten().unwrap_or_default()
    }
}

thread_local! {
    static IN_FLIGHT: RefCell<Option<(Mark, Trail)>> = const { RefCell::new(None) };
}

/// What a payload is recognised by. Somebody may catch a panic, and raise another one whose payload
/// takes the place of the first in memory: the text tells those apart that differ.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    address: usize,
    type_id: TypeId,
    text: Option<String>,
}

impl Mark {
    /// `None` if the payload takes no room, and so has no address of its own.
    fn of(payload: &(dyn Any + Send)) -> Option<Mark> {
        if size_of_val(payload) == 0 {
            return None;
        }
        let address = std::ptr::from_ref(payload).addr();
        Some(Mark { address, type_id: payload.type_id(), text: text_of(payload) })
    }
}

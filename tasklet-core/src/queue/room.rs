//! How much a queue holds, and who waits for room in it.

use std::task::Waker;

use super::slab::Key;
use super::waiters::{Standing, Waiters, Wakes};

#[derive(Debug)]
pub(super) struct Room {
    capacity: usize,
    /// So much of it is promised to those who have waited.
    granted: usize,
    putters: Waiters<()>,
}

impl Room {
    pub(super) const fn new(capacity: usize) -> Room {
        Room { capacity, granted: 0, putters: Waiters::new() }
    }

    fn is_left(&self, used: usize) -> bool {
        used + self.granted < self.capacity
    }

    /// Whether there is room for somebody who has not waited for it.
    pub(super) fn is_free(&self, used: usize) -> bool {
        self.is_left(used) && self.putters.is_empty()
    }

    /// Promises what is left to the first in line.
    pub(super) fn grant(&mut self, used: usize, wakes: &mut Wakes) {
        while self.is_left(used) {
            let Some(putter) = self.putters.serve(()) else { return };
            self.granted += 1;
            wakes.add(self.putters.take_waker(putter));
        }
    }

    /// A putter: it has room at once, if there is some that nobody waits for, or stands in line.
    pub(super) fn add_putter(&mut self, used: usize) -> Key {
        if !self.is_free(used) {
            return self.putters.join();
        }
        self.granted += 1;
        self.putters.join_served(())
    }

    pub(super) fn has_granted(&mut self, putter: Key) -> bool {
        self.putters.standing(putter) == Standing::Served(())
    }

    /// The putter uses the room that it has, and is gone.
    pub(super) fn take(&mut self, putter: Key) {
        self.putters.leave(putter);
        self.granted -= 1;
    }

    /// A putter goes away. Its room is for the next one.
    pub(super) fn remove_putter(
        &mut self,
        putter: Key,
        used: usize,
        wakes: &mut Wakes,
    ) -> Option<Waker> {
        let (served, waker) = self.putters.leave(putter);
        if served.is_some() {
            self.granted -= 1;
            self.grant(used, wakes);
        }
        waker
    }

    pub(super) fn set_waker(&mut self, putter: Key, waker: Waker) -> Option<Waker> {
        self.putters.set_waker(putter, waker)
    }

    /// There will be no more room.
    pub(super) fn take_wakers(&mut self, wakes: &mut Wakes) {
        self.putters.take_wakers(wakes);
    }
}

//! Who waits in line, and is served in the order in which they came.

use std::collections::VecDeque;
use std::task::Waker;

use super::slab::{Key, Slab};

/// Wakers that are to be woken, and other things of users that are to be dropped, when the lock is
/// released: their code must not run under it.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    // Most often there is one.
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Wakes {
    pub(super) fn add(&mut self, waker: Option<Waker>) {
        match (&self.first, waker) {
            (_, None) => {}
            (None, waker) => self.first = waker,
            (Some(_), Some(waker)) => self.more.push(waker),
        }
    }

    pub(super) fn wake(self) {
        self.first.into_iter().chain(self.more).for_each(Waker::wake);
    }
}

/// A line. Each who stands in it is served once, with an `A`.
#[derive(Debug)]
pub(super) struct Waiters<A> {
    waiters: Slab<Waiter<A>>,
    /// Those that are not served yet, in their order, and some that have left.
    line: VecDeque<Key>,
    waiting: usize,
}

#[derive(Debug)]
struct Waiter<A> {
    waker: Option<Waker>,
    served: Option<A>,
}

/// What has become of a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing<A> {
    Waiting,
    Served(A),
}

impl<A: Copy> Waiters<A> {
    pub(super) const fn new() -> Waiters<A> {
        Waiters { waiters: Slab::new(), line: VecDeque::new(), waiting: 0 }
    }

    /// Whether nobody waits to be served.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Stands in line.
    pub(super) fn join(&mut self) -> Key {
        let key = self.waiters.insert(Waiter { waker: None, served: None });
        self.line.push_back(key);
        self.waiting += 1;
        key
    }

    /// One that is served already.
    pub(super) fn join_served(&mut self, with: A) -> Key {
        self.waiters.insert(Waiter { waker: None, served: Some(with) })
    }

    /// Serves the first in line.
    pub(super) fn serve(&mut self, with: A) -> Option<Key> {
        while let Some(key) = self.line.pop_front() {
            if let Some(waiter) = self.waiters.get_mut(key) {
                waiter.served = Some(with);
                self.waiting -= 1;
                return Some(key);
            }
        }
        None
    }

    pub(super) fn standing(&mut self, key: Key) -> Standing<A> {
        match self.waiters.get_mut(key).and_then(|waiter| waiter.served) {
            Some(served) => Standing::Served(served),
            None => Standing::Waiting,
        }
    }

    /// Has `waker` woken from now on; gives back the one before.
    pub(super) fn set_waker(&mut self, key: Key, waker: Waker) -> Option<Waker> {
        self.waiters.get_mut(key).and_then(|waiter| waiter.waker.replace(waker))
    }

    pub(super) fn take_waker(&mut self, key: Key) -> Option<Waker> {
        self.waiters.get_mut(key).and_then(|waiter| waiter.waker.take())
    }

    /// All wakers, also of those who are served.
    pub(super) fn take_wakers(&mut self, wakes: &mut Wakes) {
        self.waiters.iter_mut().for_each(|waiter| wakes.add(waiter.waker.take()));
    }

    /// Leaves, with what it was served, and its waker.
    pub(super) fn leave(&mut self, key: Key) -> (Option<A>, Option<Waker>) {
        let Some(waiter) = self.waiters.remove(key) else { return (None, None) };
        if waiter.served.is_none() {
            self.waiting -= 1;
            self.tidy();
        }
        (waiter.served, waiter.waker)
    }

    /// Many may come, and leave before they are served: those do not stay in line for ever.
    fn tidy(&mut self) {
        if 2 * self.waiting < self.line.len() {
            let Waiters { waiters, line, .. } = self;
            line.retain(|&key| waiters.get_mut(key).is_some());
        }
    }
}

//! Who waits for which item of a batch: each load has a seat, and a task that waits in it.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use super::error::BatchError;
use super::state::State;
use super::{Batch, SameKey};
use crate::error::SharedPanic;

/// What one load comes to.
pub(super) type Answer<B> = Result<<B as Batch>::Value, BatchError<<B as Batch>::Error>>;

/// The seats of one batch, and what all of its items have in common.
pub(super) struct Table<B: Batch> {
    /// Weak, since an unsent batch is in the state's queue.
    state: Weak<State<B>>,
    pub(super) options: B::Options,
    seats: Mutex<Seats<B>>,
}

struct Seats<B: Batch> {
    seats: Vec<Seat<Answer<B>>>,
    /// How many of them are taken by somebody who waits.
    waiting: usize,
    phase: Phase,
    /// Slots whose items were not sent, since nobody waited for them any more.
    skipped: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Unsent,
    Sent,
    Answered,
}

enum Seat<A> {
    /// For the item in this slot.
    Waiting {
        slot: usize,
        waker: Option<Waker>,
    },
    Answered(A),
    Panicked(SharedPanic),
    /// Whoever sat here has the answer, or was cancelled.
    Empty,
}

impl<B: Batch> Table<B> {
    pub(super) fn new(state: Weak<State<B>>, options: B::Options) -> Arc<Table<B>> {
        let seats = Vec::new();
        let seats = Seats { seats, waiting: 0, phase: Phase::Unsent, skipped: Vec::new() };
        Arc::new(Table { state, options, seats: Mutex::new(seats) })
    }

    fn lock(&self) -> MutexGuard<'_, Seats<B>> {
        // No user code runs under the lock.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more who waits for the item in `slot`. `None` if that one has its answer already, or
    /// will never have one.
    pub(super) fn sit(self: &Arc<Self>, slot: usize) -> Option<Waiter<B>> {
        let mut seats = self.lock();
        if seats.phase == Phase::Answered || seats.skipped.contains(&slot) {
            return None;
        }
        seats.seats.push(Seat::Waiting { slot, waker: None });
        seats.waiting += 1;
        let seat = seats.seats.len() - 1;
        Some(Waiter { table: Arc::clone(self), seat, has_left: false })
    }

    /// The batch is about to be sent. Returns which of its slots are: all, or where nobody is hurt
    /// by it, those that somebody waits for.
    pub(super) fn send(&self, slots: usize) -> Vec<bool> {
        let mut is_sent = vec![B::SAME_KEY == SameKey::InOrder; slots];
        let mut seats = self.lock();
        for slot in seats.seats.iter().filter_map(Seat::slot) {
            is_sent[slot] = true;
        }
        seats.phase = Phase::Sent;
        seats.skipped = (0..slots).filter(|&slot| !is_sent[slot]).collect();
        is_sent
    }

    /// Gives each seat the answer of its slot. Returns an error that nobody has waited for.
    pub(super) fn answer(
        &self,
        mut answers: Vec<Option<Answer<B>>>,
    ) -> Option<BatchError<B::Error>> {
        let slots: Vec<_> = {
            let mut seats = self.lock();
            seats.phase = Phase::Answered;
            seats.seats.iter().map(Seat::slot).collect()
        };
        if slots.len() == answers.len() && (0..).map(Some).zip(&slots).all(|(i, slot)| i == *slot) {
            // Each has an item of its own.
            self.fill(answers.into_iter().map(|answer| answer.map(Seat::Answered)));
            return None;
        }
        let mut wanted = vec![0_usize; answers.len()];
        slots.iter().flatten().for_each(|&slot| wanted[slot] += 1);
        // Clones are made before the lock is taken again: they are user code.
        let answers_by_seat = slots.iter().map(|slot| {
            let slot = (*slot)?;
            wanted[slot] -= 1;
            if wanted[slot] == 0 { answers[slot].take() } else { answers[slot].clone() }
        });
        let answers_by_seat: Vec<_> = answers_by_seat.collect();
        self.fill(answers_by_seat.into_iter().map(|answer| answer.map(Seat::Answered)));
        // What is left has no seat.
        answers.into_iter().flatten().find_map(Result::err)
    }

    /// Gives all seats the same answer. False if nobody waits.
    pub(super) fn answer_all(&self, error: &BatchError<B::Error>) -> bool {
        self.fill_all(|| Seat::Answered(Err(error.clone())))
    }

    /// Lets the panic go on in all seats. False if nobody waits.
    pub(super) fn panic_all(&self, panic: &SharedPanic) -> bool {
        self.fill_all(|| Seat::Panicked(panic.clone()))
    }

    fn fill_all(&self, seat: impl Fn() -> Seat<Answer<B>>) -> bool {
        let seats = {
            let mut seats = self.lock();
            seats.phase = Phase::Answered;
            seats.seats.len()
        };
        0 < self.fill((0..seats).map(|_| Some(seat())))
    }

    /// Fills the seats in which somebody waits, and wakes those in the order of their calls.
    fn fill(&self, filled: impl Iterator<Item = Option<Seat<Answer<B>>>>) -> usize {
        let (mut wakers, mut useless, mut count) = (Vec::new(), Vec::new(), 0);
        let mut seats = self.lock();
        seats.waiting = 0;
        for (seat, filled) in seats.seats.iter_mut().zip(filled) {
            match (&mut *seat, filled) {
                (Seat::Waiting { waker, .. }, Some(filled)) => {
                    wakers.extend(waker.take());
                    *seat = filled;
                    count += 1;
                }
                // Cancelled in the last moment.
                (_, filled) => useless.push(filled),
            }
        }
        drop(seats);
        drop(useless);
        wakers.into_iter().for_each(Waker::wake);
        count
    }
}

impl<A> Seat<A> {
    fn slot(&self) -> Option<usize> {
        match self {
            Seat::Waiting { slot, .. } => Some(*slot),
            Seat::Answered(_) | Seat::Panicked(_) | Seat::Empty => None,
        }
    }
}

/// The body of one load: waits in its seat.
pub(super) struct Waiter<B: Batch> {
    table: Arc<Table<B>>,
    seat: usize,
    /// It has its answer, and nothing more to do here.
    has_left: bool,
}

impl<B: Batch> Waiter<B> {
    pub(super) fn table(&self) -> &Arc<Table<B>> {
        &self.table
    }
}

impl<B: Batch> Future for Waiter<B> {
    type Output = Answer<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer<B>> {
        let Waiter { table, seat, has_left } = &mut *self;
        let mut seats = table.lock();
        let seat = &mut seats.seats[*seat];
        if let Seat::Waiting { waker, .. } = seat {
            // The one of its own task, always the same.
            waker.get_or_insert_with(|| cx.waker().clone());
            return Poll::Pending;
        }
        let seat = std::mem::replace(seat, Seat::Empty);
        drop(seats);
        *has_left = true;
        match seat {
            Seat::Answered(answer) => Poll::Ready(answer),
            Seat::Panicked(panic) => panic.resume(),
            Seat::Waiting { .. } | Seat::Empty => {
                resume_unwind(Box::new("a load was polled after it had finished"))
            }
        }
    }
}

impl<B: Batch> Drop for Waiter<B> {
    fn drop(&mut self) {
        if self.has_left {
            return;
        }
        let mut seats = self.table.lock();
        let seat = std::mem::replace(&mut seats.seats[self.seat], Seat::Empty);
        if let Seat::Waiting { .. } = seat {
            seats.waiting -= 1;
        }
        // Nothing but its seats makes the context wait for an unsent batch.
        let is_left = seats.waiting == 0 && seats.phase == Phase::Unsent;
        drop(seats);
        drop(seat);
        if is_left
            && B::SAME_KEY == SameKey::InOrder
            && let Some(state) = self.table.state.upgrade()
        {
            state.send(&self.table);
        }
    }
}

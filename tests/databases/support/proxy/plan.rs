//! Where connections stop, and what becomes of them there.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use tokio::sync::watch;

/// How far a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// It has come from the client, and not gone to the server: it is never run.
    Asked,
    /// It has gone to the server, which may or may not have begun with it.
    Sent,
    /// The server has answered, and nothing of that has gone to the client.
    Answered,
    /// The client has the answer.
    Delivered,
}

/// How far a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Planned,
    Reached,
    Passed,
    Cut,
}

type Shared = Arc<watch::Sender<State>>;

/// A point at which one connection stops, once. Dropped, it lets that go on.
#[derive(Debug)]
#[must_use = "dropped, it does nothing"]
pub struct Stop(Shared);

impl Stop {
    /// Waits until a statement has come to this point.
    pub async fn reached(&self) {
        let mut states = self.0.subscribe();
        let waited = states.wait_for(|state| *state != State::Planned).await.map(drop);
        waited.expect("we have the other side of it");
    }

    /// Whether one has.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        *self.0.borrow() != State::Planned
    }

    /// Cuts the connection that waits here, now or as soon as it comes.
    pub fn cut(self) {
        self.0.send_replace(State::Cut);
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.send_if_modified(|state| {
            let is_left = matches!(state, State::Planned | State::Reached);
            if is_left {
                *state = State::Passed;
            }
            is_left
        });
    }
}

/// What a connection does at a point.
pub(super) struct Halt<'a> {
    plans: &'a Plans,
    /// That of a test; if there is none, it was chance.
    state: Option<Shared>,
    cuts: bool,
}

impl Halt<'_> {
    /// Waits, and returns an error if the connection is to be cut.
    pub(super) async fn make(self) -> io::Result<()> {
        let is_cut = match self.state {
            None => true,
            Some(state) if self.cuts => {
                state.send_replace(State::Reached);
                true
            }
            Some(state) => {
                let mut states = state.subscribe();
                state.send_if_modified(|state| {
                    let is_new = *state == State::Planned;
                    if is_new {
                        *state = State::Reached;
                    }
                    is_new
                });
                let ended = |state: &State| matches!(state, State::Passed | State::Cut);
                states.wait_for(ended).await.is_ok_and(|state| *state == State::Cut)
            }
        };
        if !is_cut {
            return Ok(());
        }
        self.plans.lock().cuts += 1;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    }
}

struct Plan {
    words: String,
    /// How many have to come, this one included.
    nth: u64,
    at: Point,
    cuts: bool,
    state: Shared,
}

/// All that is planned for the connections of one proxy.
#[derive(Default)]
pub(super) struct Plans {
    state: Mutex<Planned>,
    /// Changes when all are to be cut.
    all: watch::Sender<u64>,
}

#[derive(Default)]
struct Planned {
    plans: Vec<Plan>,
    chance: Option<(Rng, u64)>,
    counts: HashMap<String, usize>,
    cuts: usize,
}

impl Plans {
    pub(super) fn add(&self, words: &str, nth: u64, at: Point, cuts: bool) -> Stop {
        let state = Arc::new(watch::Sender::new(State::Planned));
        let plan = Plan { words: words.to_owned(), nth, at, cuts, state: Arc::clone(&state) };
        self.lock().plans.push(plan);
        Stop(state)
    }

    pub(super) fn set_chance(&self, seed: u64, one_in: u64) {
        self.lock().chance = (one_in != 0).then(|| (Rng::with_seed(seed), one_in));
    }

    /// A statement has come.
    pub(super) fn note(&self, statement: &str) {
        *self.lock().counts.entry(statement.to_owned()).or_default() += 1;
    }

    pub(super) fn count(&self, words: &str) -> usize {
        let planned = self.lock();
        planned.counts.iter().filter(|(text, _)| text.starts_with(words)).map(|(_, n)| n).sum()
    }

    pub(super) fn cuts(&self) -> usize {
        self.lock().cuts
    }

    pub(super) fn cut_all(&self) {
        self.all.send_modify(|cuts| *cuts += 1);
    }

    /// Returns when all connections of this moment are cut.
    pub(super) fn cut_of_all(&self) -> impl Future<Output = ()> + use<> {
        let mut all = self.all.subscribe();
        async move {
            // Without a proxy there is nothing left to be cut.
            let _gone = all.changed().await;
        }
    }

    /// What is to be done when this statement is at this point.
    pub(super) fn take(&self, statement: &str, at: Point) -> Option<Halt<'_>> {
        let mut planned = self.lock();
        planned.plans.retain(|plan| *plan.state.borrow() != State::Passed);
        let mut found = None;
        for (index, plan) in planned.plans.iter_mut().enumerate() {
            if plan.at == at && statement.starts_with(&plan.words) {
                plan.nth = plan.nth.saturating_sub(1);
                if plan.nth == 0 && found.is_none() {
                    found = Some(index);
                }
            }
        }
        if let Some(index) = found {
            let plan = planned.plans.remove(index);
            return Some(Halt { plans: self, state: Some(plan.state), cuts: plan.cuts });
        }
        let (chance, one_in) = planned.chance.as_mut()?;
        (chance.u64(..*one_in) == 0).then_some(Halt { plans: self, state: None, cuts: true })
    }

    /// Does it.
    pub(super) async fn stop(&self, statement: &str, at: Point) -> io::Result<()> {
        let halt = self.take(statement, at);
        match halt {
            Some(halt) => halt.make().await,
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Planned> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Plans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plans").finish_non_exhaustive()
    }
}

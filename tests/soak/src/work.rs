//! What a tasklet of the soak gets, and what it comes to.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;

use futures_lite::FutureExt as _;
use tasklet_core::TaskletFuture;

use crate::dice::Dice;
use crate::hands::Hands;
use crate::ledger::{self, Body};

/// The seed of the tasklet, or the number of a failure.
pub(crate) type Answer = Result<u64, Fault>;

/// A failure that must be seen once.
#[derive(Clone, Debug)]
pub(crate) struct Fault(u64);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "soak failure #{};", self.0)
    }
}

impl Error for Fault {}

/// The number of the failure that a text speaks of.
pub(crate) fn failure_in(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("soak failure #")?;
    rest.split_once(';')?.0.parse().ok()
}

/// What one tasklet is to do; a tree of them grows from one seed.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) seed: u64,
    pub(crate) dice: Dice,
    pub(crate) hands: Hands,
    /// So many generations may follow.
    pub(crate) depth: u32,
    /// Nothing in it may fail: somebody will not look.
    pub(crate) is_calm: bool,
    body: Body,
}

impl Work {
    pub(crate) fn root(seed: u64, depth: u32, hands: &Hands) -> Work {
        let (dice, hands) = (Dice::new(seed), hands.clone());
        Work { seed, dice, hands, depth, is_calm: false, body: Body::begin() }
    }

    /// A child's.
    pub(crate) fn child(&mut self) -> Work {
        let child = Work::root(self.dice.any(), self.depth.saturating_sub(1), &self.hands);
        Work { is_calm: self.is_calm, ..child }
    }

    /// That of a child that must not fail.
    pub(crate) fn calm_child(&mut self) -> Work {
        Work { is_calm: true, ..self.child() }
    }

    /// It is done.
    pub(crate) fn done(mut self) -> Answer {
        self.body.finish();
        Ok(self.seed)
    }

    /// It fails with an error, unless it must not.
    pub(crate) fn fail(mut self) -> Answer {
        self.body.finish();
        if self.is_calm { Ok(self.seed) } else { Err(Fault(ledger::failure_made())) }
    }

    /// It panics, unless it must not.
    pub(crate) fn panic(self) -> Answer {
        if self.is_calm {
            return self.done();
        }
        std::panic::panic_any(Fault(ledger::failure_made()).to_string());
    }
}

/// Looks at an answer, whatever it is.
pub(crate) fn look(answer: Answer) {
    if let Err(Fault(id)) = answer {
        ledger::failure_seen(id);
    }
}

/// Looks at what a tree has come to: an answer, or a panic.
pub(crate) fn look_at(caught: Result<Answer, Box<dyn Any + Send>>) {
    match caught {
        Ok(answer) => look(answer),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().and_then(|text| failure_in(text));
            match text {
                Some(id) => ledger::failure_seen(id),
                // Not one of ours: a bug of the soak, or of what it soaks.
                None => std::panic::resume_unwind(payload),
            }
        }
    }
}

/// Awaits a tasklet that was given this seed, and looks at its answer.
pub(crate) async fn settle(seed: u64, future: TaskletFuture<Answer>) {
    let caught = AssertUnwindSafe(future.into_future()).catch_unwind().await;
    if let Ok(Ok(answer)) = caught {
        assert_eq!(answer, seed, "an answer of another tasklet");
    }
    look_at(caught);
}

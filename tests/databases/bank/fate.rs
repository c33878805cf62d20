//! What goes wrong in the body of a transfer.

use std::time::Duration;

use fastrand::Rng;

/// What the bank makes panic panics with this.
pub(crate) struct Injected;

/// What becomes of one transfer, if nothing else happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is committed.
    Commit,
    /// The same, but nobody awaits its writes.
    Forget,
    /// When all is written, the body returns an error.
    Refuse,
    /// When all is written, the body panics.
    Panic,
    /// A tasklet in it fails, and nobody looks.
    FailUnseen,
    /// A tasklet in it panics, and nobody looks.
    PanicUnseen,
    /// Whoever awaits it goes away after this time.
    Cancel(Duration),
}

impl Fate {
    pub(crate) fn draw(chance: &mut Rng) -> Fate {
        match chance.u32(..100) {
            0..5 => Fate::Refuse,
            5..10 => Fate::Panic,
            10..15 => Fate::FailUnseen,
            15..20 => Fate::PanicUnseen,
            20..30 => Fate::Cancel(Duration::from_micros(chance.u64(..20_000))),
            30..50 => Fate::Forget,
            _ => Fate::Commit,
        }
    }

    /// Whether it may be committed.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Fate::Commit | Fate::Forget | Fate::Cancel(_))
    }
}

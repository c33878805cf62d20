//! The chain of those who wait for each other, as it is told.

use std::fmt;

use super::Origin;

/// A report names at most so many tasklets: the first ones and the last ones of the chain.
const CHAIN_NAMED_MAX: usize = 16;

/// Where a chain of waits ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last one is somebody who was named before.
    InTheChain,
    /// The last one runs below on the very stack of the wait.
    Below,
    /// Nobody is known whom the last one waits for.
    Nobody,
}

/// Nothing can ever finish what somebody waits for: who waits for whom.
#[derive(Debug)]
pub(crate) struct Deadlock {
    /// The toplevel that waits, if it is one.
    toplevel: Option<Origin>,
    chain: Vec<Origin>,
    end: End,
    /// How many tasklets will never finish.
    stuck: usize,
}

impl Deadlock {
    pub(crate) fn new(chain: Vec<Origin>, end: End, stuck: usize) -> Deadlock {
        Deadlock { toplevel: None, chain, end, stuck }
    }

    /// The same, of everything that a toplevel waits for.
    pub(crate) fn of(self, toplevel: Origin) -> Deadlock {
        Deadlock { toplevel: Some(toplevel), ..self }
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadlock: nothing can ever finish what ")?;
        match &self.toplevel {
            Some(Origin { info, place }) => write!(f, "`{}` ({place}) waits for", info.name)?,
            None => f.write_str("this waits for")?,
        }
        let len = self.chain.len();
        let skipped = len.saturating_sub(CHAIN_NAMED_MAX);
        let first_skipped = CHAIN_NAMED_MAX / 2;
        for (at, origin) in self.chain.iter().enumerate() {
            if 0 < skipped && at == first_skipped {
                write!(f, "\n  and so on, {skipped} more")?;
            }
            if first_skipped <= at && at < first_skipped + skipped {
                continue;
            }
            write!(f, "\n  {}{origin}", if at == 0 { "" } else { "waits for " })?;
            if at + 1 == len {
                f.write_str(match self.end {
                    End::InTheChain => ", which is in the chain already",
                    End::Below => ", which runs below on this stack and waits for this call",
                    End::Nobody => "",
                })?;
            }
        }
        // The last one was named before, or is not stuck.
        match self.stuck.saturating_sub(len.saturating_sub(1)) {
            0 => Ok(()),
            others => write!(f, "\n  besides, {others} more will never finish"),
        }
    }
}

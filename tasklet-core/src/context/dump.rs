//! What a context still owes, for somebody who looks for what hangs.

use std::fmt;
use std::panic::Location;

use super::Context;
use crate::error::Origin;
use crate::task::{Drive, HomeRef};

/// A [`Dump`] names at most so many tasklets; of the others it tells the number.
pub const DUMP_MAX: usize = 256;

/// How an unfinished tasklet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being polled just now, or waits in a nested loop below on this very stack.
    Running,
    /// It was woken, and waits for its turn.
    Ready,
    /// It waits for something.
    Suspended,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standing::Running => "running",
            Standing::Ready => "ready",
            Standing::Suspended => "suspended",
        })
    }
}

/// One tasklet of a [`Dump`].
#[derive(Clone, Copy, Debug)]
pub struct DumpedTask {
    pub(crate) origin: Origin,
    pub(crate) standing: Standing,
    pub(crate) waits_for: Option<Origin>,
}

impl DumpedTask {
    /// The name of the tasklet, as written in its `async fn`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.origin.name()
    }

    /// The path of the module that the tasklet stands in.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.origin.module()
    }

    /// Where the tasklet was called.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.origin.place
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The other tasklet of the same context that it waits for: its name, and where it was called.
    /// Of several, which a `wait_any` waits for, one. `None` where it waits for anything else.
    #[must_use]
    pub fn waits_for(&self) -> Option<(&'static str, &'static Location<'static>)> {
        self.waits_for.map(|origin| (origin.name(), origin.place))
    }
}

impl fmt::Display for DumpedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.standing)?;
        match &self.waits_for {
            Some(awaited) => write!(f, ", waits for {awaited}"),
            None => Ok(()),
        }
    }
}

/// What a context owed at one moment, from [`Context::dump`]. Its `Display` is a line for each
/// tasklet.
#[derive(Clone, Debug)]
pub struct Dump {
    origin: Origin,
    pending: usize,
    /// Empty too where another thread drives.
    tasks: Vec<DumpedTask>,
    is_known: bool,
}

impl Dump {
    /// The unfinished tasklets and queued calls, oldest first; at most [`DUMP_MAX`].
    pub fn tasks(&self) -> impl Iterator<Item = &DumpedTask> {
        self.tasks.iter()
    }

    /// How many there are, those included that are not named.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending
    }

    /// Whether the tasklets could be asked for: not while another thread drives the context, nor
    /// where it belongs to another thread. Then only their number is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.is_known
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, place) = (self.origin.name(), self.origin.place);
        write!(f, "`{name}` ({place}): {} unfinished", self.pending)?;
        if !self.is_known {
            return write!(f, ", and another thread has it");
        }
        for task in &self.tasks {
            write!(f, "\n  {task}")?;
        }
        match self.pending.saturating_sub(self.tasks.len()) {
            0 => Ok(()),
            beyond => write!(f, "\n  and {beyond} more"),
        }
    }
}

impl Context {
    /// What this context owes just now: every unfinished tasklet, oldest first.
    ///
    /// May be called from anywhere: from one of its tasklets, between turns, from another thread.
    /// Nothing is run, and nothing is waited for. Where another thread drives the context, only the
    /// number is known, and the dump says so. A tasklet in its very first poll is not in the list
    /// yet: it becomes known to its context when it first has to wait.
    ///
    /// NDB: `_state.dump_all_pending`. (There, it never ended where two tasklets waited for each
    /// other.)
    ///
    /// ```
    /// use tasklet_core::{Context, Standing, TaskletFuture, tasklet};
    ///
    /// #[tasklet]
    /// async fn wait_for(other: TaskletFuture<()>) {
    ///     other.await;
    /// }
    ///
    /// let context = Context::new();
    /// let (completer, future) = TaskletFuture::promise();
    /// let waiting = context.enter(|| wait_for(future));
    ///
    /// let dump = context.dump();
    /// let task = dump.tasks().next().expect("it waits");
    /// assert_eq!((task.name(), task.standing()), ("wait_for", Standing::Suspended));
    /// println!("{dump}");
    ///
    /// completer.set_result(());
    /// waiting.get_result();
    /// assert_eq!(context.dump().pending(), 0);
    /// ```
    #[must_use]
    pub fn dump(&self) -> Dump {
        let shared = self.shared();
        let drive = Drive::begin(HomeRef::from(shared));
        let tasks = drive.as_ref().map(|drive| drive.driving().unfinished(DUMP_MAX));
        Dump {
            origin: shared.origin(),
            pending: shared.scheduler.pending(),
            is_known: tasks.is_some(),
            tasks: tasks.unwrap_or_default(),
        }
    }
}

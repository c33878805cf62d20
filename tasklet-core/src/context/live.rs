//! All toplevels that have had to wait, so that a process can finish them before it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_timer::Delay;

use super::Shared;
use crate::error::Origin;
use crate::task::{Drive, HomeRef};

/// An error of [`drain`] names at most so many tasklets of each context.
const TASKLETS_NAMED_MAX: usize = 16;

/// So many registries share the contexts, so that threads rarely meet at one.
const SHARDS: usize = 16;

static LIVE: [Mutex<BTreeMap<usize, Weak<Shared>>>; SHARDS] =
    [const { Mutex::new(BTreeMap::new()) }; SHARDS];

/// Those who wait in [`drain`].
static DRAINS: Mutex<Vec<Waker>> = Mutex::new(Vec::new());
static DRAINS_LEN: AtomicUsize = AtomicUsize::new(0);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A context's entry in the registry.
#[derive(Debug)]
pub(crate) struct Live {
    key: usize,
}

impl Live {
    pub(crate) fn register(shared: &Arc<Shared>) -> Live {
        let key = Arc::as_ptr(shared).addr();
        lock(Live::shard(key)).insert(key, Arc::downgrade(shared));
        Live { key }
    }

    fn shard(key: usize) -> &'static Mutex<BTreeMap<usize, Weak<Shared>>> {
        // Allocations of one size differ in the bits above the lowest few.
        &LIVE[(key / 512) % SHARDS]
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        lock(Live::shard(self.key)).remove(&self.key);
        if 0 < DRAINS_LEN.load(SeqCst) {
            let drains = std::mem::take(&mut *lock(&DRAINS));
            drains.into_iter().for_each(Waker::wake);
        }
    }
}

/// Waits until every toplevel of the process has finished, those included whose client has left,
/// for at most `deadline`. To be called at shutdown, after the server has stopped to accept.
///
/// # Errors
///
/// [`Unfinished`], with everything that was still running when the time was up. It goes on running
/// for as long as the process lives.
///
/// ```
/// use std::time::Duration;
///
/// # futures_lite::future::block_on(async {
/// if let Err(unfinished) = tasklet_core::drain(Duration::from_secs(10)).await {
///     eprintln!("{unfinished}");
/// }
/// # });
/// ```
pub async fn drain(deadline: Duration) -> Result<(), Unfinished> {
    let mut timer = Delay::new(deadline);
    DRAINS_LEN.fetch_add(1, SeqCst);
    let _counted = Counted;
    poll_fn(|cx| {
        // Registered before the look: who leaves after it wakes us.
        lock(&DRAINS).push(cx.waker().clone());
        if count() == 0 {
            return Poll::Ready(Ok(()));
        }
        match Pin::new(&mut timer).poll(cx) {
            Poll::Ready(()) => {
                let contexts = unfinished();
                Poll::Ready(if contexts.is_empty() { Ok(()) } else { Err(Unfinished { contexts }) })
            }
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Counts one running [`drain`] down.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        if DRAINS_LEN.fetch_sub(1, SeqCst) == 1 {
            // Nobody would take them out if no toplevel ever has to wait again. Should another
            // drain have begun meanwhile, it is woken for nothing, and registers anew.
            let drains = std::mem::take(&mut *lock(&DRAINS));
            drains.into_iter().for_each(Waker::wake);
        }
    }
}

/// How many toplevels wait for something now, in this process.
#[must_use]
pub fn live() -> usize {
    count()
}

fn count() -> usize {
    LIVE.iter().map(|shard| lock(shard).len()).sum()
}

fn unfinished() -> Vec<UnfinishedContext> {
    let contexts = LIVE.iter().flat_map(|shard| {
        let shard = lock(shard);
        shard.values().filter_map(Weak::upgrade).collect::<Vec<_>>()
    });
    contexts
        .map(|shared| {
            let drive = Drive::begin(HomeRef::from(&shared));
            let tasklets = drive.map_or_else(Vec::new, |drive| {
                let tasks = drive.driving().unfinished(TASKLETS_NAMED_MAX);
                tasks.into_iter().map(|task| task.origin).collect()
            });
            UnfinishedContext { origin: shared.origin(), tasklets }
        })
        .collect()
}

/// What [`drain`] has waited for in vain.
#[derive(Clone, Debug)]
pub struct Unfinished {
    contexts: Vec<UnfinishedContext>,
}

#[derive(Clone, Debug)]
struct UnfinishedContext {
    origin: Origin,
    tasklets: Vec<Origin>,
}

impl Unfinished {
    /// The toplevels that have not finished: name, and the place of the call, which for an async
    /// one is known only as that of the function.
    pub fn toplevels(&self) -> impl Iterator<Item = (&'static str, &'static Location<'static>)> {
        self.contexts.iter().map(|context| (context.origin.name(), context.origin.place))
    }

    /// The tasklets in them: name, and where each was called. At most 16 of each toplevel, and none
    /// of one that is being driven just now, or belongs to another thread.
    pub fn tasklets(&self) -> impl Iterator<Item = (&'static str, &'static Location<'static>)> {
        let tasklets = self.contexts.iter().flat_map(|context| &context.tasklets);
        tasklets.map(|origin| (origin.name(), origin.place))
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} toplevels have not finished in time", self.contexts.len())?;
        for context in &self.contexts {
            write!(f, "\n  `{}` ({})", context.origin.name(), context.origin.place)?;
            for tasklet in &context.tasklets {
                write!(f, "\n    waits for {tasklet}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Unfinished {}

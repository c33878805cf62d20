//! What the library itself does when a transaction was committed: before the user's calls, and for
//! a nested one at its own end.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Active;
use crate::context::Context;
use crate::error::{Origin, Panic};
use crate::task::HomeRef;

/// What became of a transaction that was not rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Committed,
    /// The commit was sent, and nobody knows what came of it.
    Unknown,
}

/// Is told the context that the transaction was begun in.
type Hook = Box<dyn FnOnce(HomeRef<'_>, Ending) + Send>;

/// The hooks of one transaction, in their order.
#[derive(Default)]
pub(super) struct AtEnd(Mutex<Vec<Hook>>);

impl AtEnd {
    fn lock(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hooks come by keys and values of the user's, whose panics are reported.
    pub(super) fn call(&self, around: &Context, origin: Origin, ending: Ending) {
        let hooks = std::mem::take(&mut *self.lock());
        for hook in hooks {
            let call = || hook(HomeRef::from(around.shared()), ending);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
                around.shared().report(origin, Panic::new(payload).into_failure());
            }
        }
    }
}

impl fmt::Debug for AtEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtEnd").field("len", &self.lock().len()).finish()
    }
}

impl Active {
    /// Adds a hook. If the transaction is rolled back, it is dropped.
    pub(crate) fn at_end(&self, hook: impl FnOnce(HomeRef<'_>, Ending) + Send + 'static) {
        self.at_end.lock().push(Box::new(hook));
    }
}

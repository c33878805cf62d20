//! The current context of a thread: the one entered last, or the thread's default one.

use std::cell::OnceCell;
use std::panic::Location;

use super::{Context, Root, Shared};
use crate::error::{Info, Origin};
use crate::event_loop::clock::Clock;
use crate::sync::thread_local;
use crate::task::{Affinity, HomeRef, Kept};

pub(crate) use crate::task::with_entered;

thread_local! {
    /// Made when a tasklet is called outside of any context. When the thread ends, the handle is
    /// dropped as any other: what is still owed is finished in the background.
    static DEFAULT: OnceCell<Context> = const { OnceCell::new() };
}

/// Calls `f` with the current context.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(HomeRef<'_>) -> R) -> R {
    with_entered(|home| match home {
        Some(home) => f(home),
        None => with_default(f),
    })
}

#[cold]
fn with_default<R>(f: impl FnOnce(HomeRef<'_>) -> R) -> R {
    // The thread may be ending, its default context gone: a last one serves for the call, and is
    // finished in the background.
    let mut f = Some(Kept::new(f));
    let result = DEFAULT.try_with(|default| {
        let context = default.get_or_init(make);
        f.take().map(|f| f.into_inner()(HomeRef::from(context.shared())))
    });
    match (result, f) {
        (Ok(Some(result)), _) => result,
        (_, Some(f)) => f.into_inner()(HomeRef::from(make().shared())),
        (_, None) => unreachable!("a call that was made has a result"),
    }
}

fn make() -> Context {
    static DEFAULT_CONTEXT: Info = Info::new("default context", module_path!());
    let origin = Origin { info: &DEFAULT_CONTEXT, place: Location::caller() };
    let shared = Shared::new(origin, Affinity::Free, Root::Anyone, Clock::System);
    shared.capture_runtime();
    Context::of(shared)
}

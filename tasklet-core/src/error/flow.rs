//! Errors that are expected: part of a program's flow, and no news to anybody.
//!
//! The list is the process's, as it is NDB's: that an error is expected is a property of its type,
//! which holds wherever the program meets it, and a library registers its own once. It only grows,
//! by a node for each type, so that it is read without a lock; and it is read only when something
//! has failed already.

use std::any::{Any, TypeId};
use std::error::Error;
use std::sync::OnceLock;

use crate::transaction::Rollback;

/// The list; each node leads to the next.
static FIRST: OnceLock<Node> = OnceLock::new();

#[derive(Debug)]
struct Node {
    type_id: TypeId,
    is_in: fn(&(dyn Error + 'static)) -> bool,
    next: OnceLock<Box<Node>>,
}

/// Declares a type of errors as expected: they are not reported when nobody looks at them.
///
/// Such an error still goes to whoever awaits the tasklet, as any other. But if its tasklet was
/// deferred, or its handle dropped, it makes no event, is not among
/// [`Context::take_errors`](crate::Context::take_errors), and is not written anywhere. That fits
/// what is no failure: "not modified", "rolled back", "the client has gone".
///
/// An error of type `E` is recognised as it is, and inside of a `Box<dyn Error + Send + Sync>` or
/// what else is an `AsRef` of that (`anyhow::Error`), but not as the source of another error. A
/// panic whose payload is an `E` (from [`std::panic::panic_any`]) is expected, too; one with a text
/// never is, since a text is no `Error`.
///
/// It holds for the whole process and cannot be taken back. To declare a type again does nothing.
///
/// NDB: `tasklets.add_flow_exception`.
///
/// ```
/// use tasklet_core::{Context, add_flow_exception, tasklet};
///
/// #[derive(Debug)]
/// struct NotModified;
/// # impl std::error::Error for NotModified {}
/// # impl std::fmt::Display for NotModified {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         f.write_str("not modified")
/// #     }
/// # }
///
/// #[tasklet]
/// async fn refresh() -> Result<(), NotModified> {
///     std::future::ready(()).await;
///     Err(NotModified)
/// }
///
/// add_flow_exception::<NotModified>();
/// let context = Context::new();
/// context.enter(|| refresh().defer());
/// assert!(context.take_errors().is_empty());
/// ```
///
/// What is no type of errors does not compile:
///
/// ```compile_fail,E0277
/// tasklet_core::add_flow_exception::<String>();
/// ```
pub fn add_flow_exception<E: Error + 'static>() {
    let type_id = TypeId::of::<E>();
    let node = || Node { type_id, is_in: <dyn Error>::is::<E>, next: OnceLock::new() };
    let mut last = FIRST.get_or_init(node);
    while last.type_id != type_id {
        last = last.next.get_or_init(|| Box::new(node()));
    }
}

fn nodes() -> impl Iterator<Item = &'static Node> {
    std::iter::successors(FIRST.get(), |node| node.next.get().map(|next| &**next))
}

/// Whether errors of type `E` are expected, whatever lifetimes it has.
pub(crate) fn expects<E>() -> bool {
    expects_type(typeid::of::<E>())
}

/// Whether panics with this payload are.
pub(super) fn expects_payload(payload: &(dyn Any + Send)) -> bool {
    expects_type(payload.type_id())
}

fn expects_type(type_id: TypeId) -> bool {
    type_id == TypeId::of::<Rollback>() || nodes().any(|node| node.type_id == type_id)
}

/// Whether an error whose type was erased is.
pub(crate) fn expects_erased(error: &(dyn Error + 'static)) -> bool {
    error.is::<Rollback>() || nodes().any(|node| (node.is_in)(error))
}

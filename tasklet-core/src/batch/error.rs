//! What a load comes to when it fails: an error of its item, or one that it shares with others.

use std::error::Error;
use std::fmt::{self, Display};
use std::sync::Arc;

use crate::error::{Failure, Untold};

/// Why a [`Batcher`](super::Batcher) has no value for an item.
///
/// Clones are the same error: one of a whole call goes to all who wait for one of its items, so
/// that `E` need not be `Clone`. If nobody looks at it, it is reported once, not once for each of
/// them. It displays as `E` does; a panic of the call is none of these, but continues in each
/// waiter.
///
/// ```
/// use tasklet_core::{Batch, BatchResults, Batcher, block_on};
///
/// struct Halves;
///
/// impl Batch for Halves {
///     const NAME: &'static str = "halves";
///     type Item = u32;
///     type Key = u32;
///     type Options = ();
///     type Value = u32;
///     type Error = String;
///
///     fn key(&self, number: &u32) -> u32 {
///         *number
///     }
///
///     async fn call(&self, numbers: Vec<u32>, _: ()) -> BatchResults<u32, String> {
///         let half = |x| if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) };
///         Ok(numbers.into_iter().map(half).collect())
///     }
/// }
///
/// let error = block_on(async { Batcher::new(Halves).load(3).await }).unwrap_err();
/// assert_eq!(error.get(), Some(&"3 is odd".to_owned()));
/// assert!(error.is_of_item());
/// ```
pub struct BatchError<E>(Arc<Inner<E>>);

struct Inner<E> {
    kind: Kind<E>,
    untold: Untold,
}

#[derive(Debug)]
enum Kind<E> {
    Item(E),
    Call(E),
    Count { items: usize, results: usize },
}

impl<E> BatchError<E> {
    fn new(kind: Kind<E>) -> BatchError<E> {
        BatchError(Arc::new(Inner { kind, untold: Untold::default() }))
    }

    pub(super) fn item(error: E) -> BatchError<E> {
        BatchError::new(Kind::Item(error))
    }

    pub(super) fn call(error: E) -> BatchError<E> {
        BatchError::new(Kind::Call(error))
    }

    pub(super) fn count(items: usize, results: usize) -> BatchError<E> {
        BatchError::new(Kind::Count { items, results })
    }

    /// The error that [`Batch::call`](super::Batch::call) has returned, for the item or for all;
    /// `None` if it returned the wrong number of results.
    #[must_use]
    pub fn get(&self) -> Option<&E> {
        match &self.0.kind {
            Kind::Item(error) | Kind::Call(error) => Some(error),
            Kind::Count { .. } => None,
        }
    }

    /// Whether it is the error of this item alone.
    #[must_use]
    pub fn is_of_item(&self) -> bool {
        matches!(self.0.kind, Kind::Item(_))
    }

    /// Whether the call has failed as a whole, and with it every item of the batch.
    #[must_use]
    pub fn is_of_call(&self) -> bool {
        matches!(self.0.kind, Kind::Call(_))
    }

    /// Whether the call has returned more or fewer results than it was given items, so that nobody
    /// knows which is whose: a mistake in [`Batch::call`](super::Batch::call).
    #[must_use]
    pub fn is_wrong_count(&self) -> bool {
        matches!(self.0.kind, Kind::Count { .. })
    }
}

impl<E: Display> BatchError<E> {
    /// What to report if nobody looks at it; nothing if that was done before.
    pub(super) fn untold(&self) -> Option<Failure> {
        self.0.untold.take().then(|| Failure::error(self.to_string()))
    }
}

impl<E> Clone for BatchError<E> {
    fn clone(&self) -> BatchError<E> {
        BatchError(Arc::clone(&self.0))
    }
}

impl<E: fmt::Debug> fmt::Debug for BatchError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BatchError").field(&self.0.kind).finish()
    }
}

impl<E: Display> Display for BatchError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Item(error) | Kind::Call(error) => error.fmt(f),
            Kind::Count { items, results } => {
                write!(f, "the batch's call returned {results} results for {items} items")
            }
        }
    }
}

impl<E: Error + 'static> Error for BatchError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // It displays as the error itself, whose source is the next thing to tell.
        self.get().and_then(Error::source)
    }
}

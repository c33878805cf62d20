//! What a transaction's body may return.

use std::any::{Any, type_name};
use std::error::Error;

use super::TransactionError;
use crate::error::Failure;

/// A `Result` whose error can be made of a [`TransactionError`]: what a transaction returns.
///
/// Its commit may fail after its body has succeeded, so that a function that returns nothing could
/// not say so. `Box<dyn Error + Send + Sync>`, `String` and `anyhow::Error` are such errors; an
/// error type of your own is with `impl From<TransactionError>`.
#[diagnostic::on_unimplemented(
    message = "a transaction returns a `Result` whose error can be made from a `TransactionError`, \
               since its commit may fail",
    label = "is no such `Result`",
    note = "write `impl From<TransactionError>` for the error type, or return \
            `Result<_, Box<dyn Error + Send + Sync>>`"
)]
pub trait TransactionResult: Sized {
    #[doc(hidden)]
    fn is_error(&self) -> bool;

    #[doc(hidden)]
    fn from_error(error: TransactionError) -> Self;

    /// What is wrong, as far as it can be told without any bound on the error's type.
    #[doc(hidden)]
    fn failure(&self) -> Option<Failure>
    where
        Self: 'static;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<TransactionError>> TransactionResult for Result<T, E> {
    fn is_error(&self) -> bool {
        self.is_err()
    }

    fn from_error(error: TransactionError) -> Self {
        Err(error.into())
    }

    fn failure(&self) -> Option<Failure>
    where
        Self: 'static,
    {
        let error: &dyn Any = self.as_ref().err()?;
        if let Some(error) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
            return Some(Failure::erased(&**error));
        }
        if let Some(error) = error.downcast_ref::<TransactionError>() {
            return Some(Failure::erased(error));
        }
        if let Some(error) = error.downcast_ref::<String>() {
            return Some(Failure::displayed(error));
        }
        Some(Failure::error(format!("its body returned a `{}`", type_name::<E>())))
    }
}

//! A value that only its owner reaches, so that a shared reference to it is harmless.

use super::Kept;

/// `Sync` whatever it holds: there is no way from `&Exclusive<T>` to `&T`.
pub(crate) struct Exclusive<T>(Kept<T>);

// SAFETY: a shared reference gives no access to the value; moving it out takes the owner.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    #[inline]
    pub(crate) fn new(value: T) -> Exclusive<T> {
        Exclusive(Kept::new(value))
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    #[inline]
    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

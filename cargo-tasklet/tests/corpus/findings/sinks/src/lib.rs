//! Helpers that lose what they are given. They know nothing of futures.

/// Ignores its argument.
pub fn ignore<T>(_value: T) {} //~ dropped TaskletFuture<u32>

/// Ignores what the call returns.
pub fn run<T>(call: impl FnOnce() -> T) {
    call(); //~ dropped TaskletFuture<u32>
}

/// Keeps the first of two.
pub fn first<T>(
    one: T,
    _two: T,
) -> T {
    one
} //~ dropped TaskletFuture<u32>

/// Hands its argument on.
pub fn same<T>(value: T) -> T {
    value
}

/// Keeps the last value only.
#[derive(Debug)]
pub struct Slot<T>(Option<T>);

impl<T> Slot<T> {
    /// With nothing in it.
    pub fn new() -> Slot<T> {
        Slot(None)
    }

    /// Puts a value in, over the one that was there.
    pub fn put(&mut self, value: T) {
        self.0 = Some(value); //~ dropped TaskletFuture<u32>
    }

    /// What it holds.
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot::new()
    }
}

//! What threads share: the primitives of std, or, in the models, loom's in their place.
//!
//! Under `--cfg tasklet_loom` the unit tests are built with primitives that tell loom of each
//! access. It then runs a model in all orders that its threads can take, with all values that a
//! load may see, and complains of data races, deadlocks, and what the model asserts. Everything
//! else is built with the real ones: the names below are no more than that.
//!
//! Some are left to std on purpose, in models too: the counts of `Arc` (not ours to prove, and
//! loom's has no `Weak`), and what guards only what is told or counted (`report`, `live`).

#[cfg(all(test, tasklet_loom))]
mod model;

#[cfg(not(all(test, tasklet_loom)))]
mod real {
    pub(crate) use std::cell::{Cell, UnsafeCell};
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering,
    };
    pub(crate) use std::sync::{Mutex, MutexGuard};
    pub(crate) use std::thread_local;

    pub(crate) use atomic_waker::AtomicWaker;
    pub(crate) use parking::{Parker, pair};
}

#[cfg(all(test, tasklet_loom))]
pub(crate) use model::*;
#[cfg(not(all(test, tasklet_loom)))]
pub(crate) use real::*;

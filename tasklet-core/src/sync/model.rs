//! The primitives of the models: loom's, with the interface of the real ones.
//!
//! Loom takes a `SeqCst` access for an acquiring or releasing one, which lets it see orders that no
//! machine may show. Here such a load reads the newest value there is, as the failing half of an
//! exchange does, and such a store is an exchange: in a model, which runs one thread at a time,
//! those accesses then have one order that all threads agree on. That is what `SeqCst` promises,
//! and a little more (such a store also acquires); nothing is promised for accesses that are not.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::sync::Condvar;

pub(crate) use loom::cell::Cell;
pub(crate) use loom::sync::{Mutex, MutexGuard};
pub(crate) use std::sync::atomic::Ordering;

/// An atomic type with loom's behind it. `$some` is any value of the type.
macro_rules! atomic {
    ($name:ident$(<$t:ident>)?, $value:ty, $some:expr) => {
        #[derive(Debug)]
        pub(crate) struct $name$(<$t>)?(loom::sync::atomic::$name$(<$t>)?);

        #[expect(dead_code, reason = "each has what one of them needs")]
        impl$(<$t>)? $name$(<$t>)? {
            #[track_caller]
            pub(crate) fn new(value: $value) -> Self {
                Self(loom::sync::atomic::$name::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                if order != Ordering::SeqCst {
                    return self.0.load(order);
                }
                let some: $value = $some;
                match self.0.compare_exchange(some, some, order, order) {
                    Ok(value) | Err(value) => value,
                }
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                if order != Ordering::SeqCst {
                    return self.0.store(value, order);
                }
                self.0.swap(value, order);
            }

            #[track_caller]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.swap(value, order)
            }

            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.0.compare_exchange(current, new, success, failure)
            }

            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.0.compare_exchange_weak(current, new, success, failure)
            }
        }
    };
}

atomic!(AtomicBool, bool, false);
atomic!(AtomicPtr<T>, *mut T, std::ptr::null_mut());
atomic!(AtomicU8, u8, u8::MAX);
atomic!(AtomicU64, u64, u64::MAX);
atomic!(AtomicUsize, usize, usize::MAX);

impl AtomicUsize {
    /// Complains if an access of another thread does not happen before this, or comes after it.
    #[track_caller]
    pub(crate) fn assert_exclusive(&mut self) {
        self.0.with_mut(|_| ());
    }

    #[track_caller]
    pub(crate) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
        self.0.fetch_add(value, order)
    }

    #[track_caller]
    pub(crate) fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
        self.0.fetch_sub(value, order)
    }

    #[track_caller]
    pub(crate) fn fetch_and(&self, value: usize, order: Ordering) -> usize {
        self.0.fetch_and(value, order)
    }

    #[track_caller]
    pub(crate) fn fetch_or(&self, value: usize, order: Ordering) -> usize {
        self.0.fetch_or(value, order)
    }
}

/// Tells loom of an access whenever its pointer is asked for, which is just before it is used.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    #[track_caller]
    pub(crate) fn new(value: T) -> UnsafeCell<T> {
        UnsafeCell(loom::cell::UnsafeCell::new(value))
    }

    #[track_caller]
    pub(crate) fn get(&self) -> *mut T {
        self.0.with_mut(|pointer| pointer)
    }
}

/// Stands in for the `atomic-waker` crate, which is proved elsewhere.
#[derive(Debug)]
pub(crate) struct AtomicWaker(Mutex<Option<Waker>>);

impl AtomicWaker {
    pub(crate) fn new() -> AtomicWaker {
        AtomicWaker(Mutex::new(None))
    }

    pub(crate) fn register(&self, waker: &Waker) {
        let old = self.0.lock().expect("unpoisoned").replace(waker.clone());
        drop(old);
    }

    pub(crate) fn wake(&self) {
        let waker = self.0.lock().expect("unpoisoned").take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Stands in for that of `futures-lite`: polls, and blocks the thread in between.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let (parker, unparker) = pair();
    let waker = Waker::from(unparker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        parker.park();
    }
}

/// Stands in for that of `parking`.
pub(crate) fn pair() -> (Parker, Arc<Unparker>) {
    let unparker = Arc::new(Unparker { woken: Mutex::new(false), changed: Condvar::new() });
    (Parker(Arc::clone(&unparker)), unparker)
}

pub(crate) struct Parker(Arc<Unparker>);

pub(crate) struct Unparker {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Parker {
    pub(crate) fn park(&self) {
        let mut woken = self.0.woken.lock().expect("unpoisoned");
        while !*woken {
            woken = self.0.changed.wait(woken).expect("unpoisoned");
        }
        *woken = false;
    }

    /// No time goes by in a model: it is never up.
    pub(crate) fn park_timeout(&self, _: Duration) -> bool {
        self.park();
        true
    }
}

impl Wake for Unparker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.woken.lock().expect("unpoisoned") = true;
        self.changed.notify_one();
    }
}

/// As std's. All threads of a model are one thread of the machine, so that std's would be shared.
macro_rules! thread_local_of_model {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)*) => {
        $(loom::thread_local! { $(#[$attribute])* static $name: $type = $value })*
    };
}
pub(crate) use thread_local_of_model as thread_local;

/// Runs a model in all orders in which its threads are interrupted so many times at most, where
/// they need not be: most errors take one or two. Says how many orders there were.
pub(crate) fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let orders = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&orders);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = BRANCHES_MAX;
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    println!("{} orders", orders.load(Ordering::Relaxed));
}

/// A run that takes more steps than this goes round in circles.
const BRANCHES_MAX: usize = 20_000;

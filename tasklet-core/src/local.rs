//! Tasklet-locals: values that belong to a tasklet, and to all that it starts.
//!
//! `values` has what they are made of; `task/companion.rs` carries them from poll to poll.

mod values;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

pub(crate) use values::Values;

use crate::task::Body;
use values::{Held, Key, Layer};

/// Declares statics whose values belong to tasklets: see [`TaskletLocal`](crate::TaskletLocal).
///
/// After `=` stands what the value is where none was set. It is made when it is first needed, once
/// for the whole process. Without it there is no value until one is set.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// tasklet_local! {
///     /// Who asks.
///     pub static USER: String = "nobody".to_owned();
///     /// Which request is answered.
///     static REQUEST: u64;
/// }
///
/// assert_eq!(USER.get(), "nobody");
/// assert_eq!(REQUEST.try_with(|number| *number), None);
/// ```
#[macro_export]
macro_rules! tasklet_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::TaskletLocal<$type> =
            $crate::TaskletLocal::__new(
                ::core::concat!(::core::module_path!(), "::", ::core::stringify!($name)),
                ::core::option::Option::None,
            );
        $($crate::tasklet_local! { $($rest)* })?
    };
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $default:expr
        $(; $($rest:tt)*)?
    ) => {
        $(#[$attribute])*
        $visibility static $name: $crate::TaskletLocal<$type> =
            $crate::TaskletLocal::__new(
                ::core::concat!(::core::module_path!(), "::", ::core::stringify!($name)),
                ::core::option::Option::Some(|| $default),
            );
        $($crate::tasklet_local! { $($rest)* })?
    };
}

/// A value that belongs to a tasklet, and to all that it starts; [`tasklet_local!`] makes one.
///
/// A tasklet *inherits* the values of its caller **when it is called**, and has them again after
/// each of its awaits, whatever ran in between. What it [sets](TaskletLocal::set) stays its own: it
/// has it until it ends, and so has what it starts from then on; its caller, its siblings and the
/// loop do not see it. The same holds for a `#[synctasklet]`, for the body of a `#[toplevel]`
/// (which inherits when it is first polled), and for [`Context::spawn`](crate::Context::spawn).
///
/// A [queued call](crate::Context::queue_call), a callback of a future and an
/// [idle callback](crate::Context::add_idle) have the values of the code that added them.
/// Other futures, of plain `async fn`s and of [`block_on`](crate::block_on), are a part of whoever
/// polls them. Outside of all these a value is the thread's: what is set there is inherited by
/// everything that is called on this thread later. In a server that is rarely meant; prefer
/// [`scope`](TaskletLocal::scope) and [`scope_sync`](TaskletLocal::scope_sync), which end.
///
/// Values are `Send` and `Sync`, since a tasklet and what it has started may run on several threads
/// at a time and share them. A value is dropped when the last of those has ended that had it; if
/// its drop panics, that is reported as an error that nobody looked at.
///
/// Where no local has a value, all this costs a tasklet next to nothing.
///
/// NDB: what it does for the namespace, its context and its connection, at each step of a tasklet,
/// `tasklets.py`, `Future._help_tasklet_along`; there a tasklet without a `yield` has no values of
/// its own, here it has.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// tasklet_local! {
///     static USER: &str = "nobody";
/// }
///
/// #[tasklet]
/// async fn greet() -> String {
///     sleep(std::time::Duration::from_millis(1)).await;
///     format!("Hello, {}!", USER.get())
/// }
///
/// #[synctasklet]
/// async fn greetings() -> (String, String) {
///     USER.set("Ann");
///     let ann = greet();
///     USER.set("Bob");
///     let bob = greet();
///     join!(ann, bob)
/// }
///
/// assert_eq!(greetings(), ("Hello, Ann!".to_owned(), "Hello, Bob!".to_owned()));
/// assert_eq!(USER.get(), "nobody");
/// ```
///
/// [`tasklet_local!`]: crate::tasklet_local
pub struct TaskletLocal<T: Send + Sync + 'static> {
    name: &'static str,
    make: Option<fn() -> T>,
    /// What `make` has made.
    default: OnceLock<T>,
}

impl<T: Send + Sync + 'static> TaskletLocal<T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn __new(name: &'static str, make: Option<fn() -> T>) -> TaskletLocal<T> {
        TaskletLocal { name, make, default: OnceLock::new() }
    }

    /// A static that is not of size zero has an address of its own.
    fn key(&'static self) -> Key {
        Key(std::ptr::from_ref(self).addr())
    }

    /// Calls `f` with the value, if there is one. What `f` sets does not change what it was given.
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Option<R> {
        if let Some(held) = values::get(self.key()) {
            return held.get().map(f);
        }
        self.make.map(|make| f(self.default.get_or_init(make)))
    }

    /// Calls `f` with the value.
    ///
    /// # Panics
    ///
    /// If none was set, and the local has no default.
    #[track_caller]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        match self.try_with(f) {
            Some(result) => result,
            None => self.refuse(),
        }
    }

    /// A clone of the value.
    ///
    /// # Panics
    ///
    /// As [`with`](TaskletLocal::with).
    #[must_use]
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        match self.try_get() {
            Some(value) => value,
            None => self.refuse(),
        }
    }

    /// A clone of the value, if there is one.
    #[must_use]
    pub fn try_get(&'static self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }

    /// Sets the value: for the running tasklet and what it starts from now on.
    ///
    /// NDB: `namespace_manager.set_namespace` inside a tasklet.
    pub fn set(&'static self, value: T) {
        values::set(self.key(), Held::new(self.key(), value));
    }

    /// Sets the value, and returns a clone of what it was.
    ///
    /// # Panics
    ///
    /// As [`with`](TaskletLocal::with); the value is not set then.
    #[track_caller]
    pub fn replace(&'static self, value: T) -> T
    where
        T: Clone,
    {
        let old = self.get();
        self.set(value);
        old
    }

    /// Calls `f` with this value; afterwards the local has again what it had, also if `f` panics.
    ///
    /// That is how to start a tasklet with a value:
    ///
    /// ```
    /// # use tasklet_core::prelude::*;
    /// # tasklet_local! { static USER: &str = "nobody"; }
    /// #[tasklet]
    /// async fn user() -> &'static str {
    ///     sleep(std::time::Duration::from_millis(1)).await;
    ///     USER.get()
    /// }
    ///
    /// let ann = USER.scope_sync("Ann", || user());
    /// assert_eq!(ann.get_result(), "Ann");
    /// assert_eq!(USER.get(), "nobody");
    /// ```
    pub fn scope_sync<R>(&'static self, value: T, f: impl FnOnce() -> R) -> R {
        Layer::new(self.key(), Held::new(self.key(), value)).within(f)
    }

    /// A future that is `future` with this value, in every poll of it and in its drop. What it sets
    /// of this local is kept from poll to poll, and is gone when it ends.
    ///
    /// It costs an allocation. A tasklet has run already when its future comes here: call it inside
    /// of `future`, or in [`scope_sync`](TaskletLocal::scope_sync).
    ///
    /// ```
    /// # use tasklet_core::prelude::*;
    /// # tasklet_local! { static USER: &str = "nobody"; }
    /// # #[tasklet]
    /// # async fn user() -> &'static str {
    /// #     sleep(std::time::Duration::from_millis(1)).await;
    /// #     USER.get()
    /// # }
    /// #[synctasklet]
    /// async fn both() -> (&'static str, &'static str) {
    ///     let ann = USER.scope("Ann", async { user().await }).await;
    ///     (ann, user().await)
    /// }
    ///
    /// assert_eq!(both(), ("Ann", "nobody"));
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> LocalScope<F> {
        let layer = Layer::new(self.key(), Held::new(self.key(), value));
        LocalScope { layer, body: Some(Body::new(future)) }
    }

    #[cold]
    #[track_caller]
    fn refuse(&self) -> ! {
        panic!(
            "the tasklet-local `{}` has no value here: set one before, or give it a default in \
             `tasklet_local!`",
            self.name
        )
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for TaskletLocal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskletLocal").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The future of [`TaskletLocal::scope`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct LocalScope<F: Future> {
    layer: Layer,
    /// Empty once it has ended.
    body: Option<Body<F>>,
}

// The future has an allocation of its own.
impl<F: Future> Unpin for LocalScope<F> {}

impl<F: Future> Future for LocalScope<F> {
    type Output = F::Output;

    /// # Panics
    ///
    /// If the future does, and after it has ended.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let LocalScope { layer, body } = self.get_mut();
        layer.within(|| {
            let running = body.as_mut().expect("a scope's future is not polled after it has ended");
            let result = std::task::ready!(running.poll(cx));
            *body = None;
            Poll::Ready(result)
        })
    }
}

impl<F: Future> Drop for LocalScope<F> {
    fn drop(&mut self) {
        let LocalScope { layer, body } = self;
        if let Some(body) = body.take() {
            layer.within(|| drop(body));
        }
    }
}

impl<F: Future> fmt::Debug for LocalScope<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalScope").field("layer", &self.layer).finish_non_exhaustive()
    }
}

//! The attributes of tasklet-core, which re-exports them. Use them from there.
//!
//! | you want | write |
//! |---|---|
//! | work that starts at the call, and a handle to wait for it | [`#[tasklet]`](macro@tasklet) |
//! | a plain function that blocks until its work is done | [`#[synctasklet]`](macro@synctasklet) |
//! | a handler that forgets nothing that was started in it | [`#[toplevel]`](macro@toplevel) |
//! | a tasklet that is all or nothing | [`#[transactional_async]`](macro@transactional_async), [`#[transactional_tasklet]`](macro@transactional_tasklet) |
//! | the same, and to block for it | [`#[transactional]`](macro@transactional) |
//! | what stays if a transaction is rolled back | [`#[non_transactional]`](macro@non_transactional) |
//! | any other function to be checked for futures that it forgets | [`#[must_await]`](macro@must_await) |
//! | a type of your own to be looked after as the futures in it are | [`#[derive(MustAwait)]`](derive@MustAwait) |
//!
//! # What all of them do
//!
//! A function keeps its name, visibility, generics, documentation and other attributes, and its
//! body as it was written: every `return`, `?` and coercion means what it means in the function
//! itself, and parameters live until the end of the body (`_guard` too) and are dropped in the
//! order of an `async fn`. Expansions are a handful of lines around the body, with absolute paths,
//! and bring no lint to the user's crate, whatever it forbids.
//!
//! `crate = path` names tasklet-core where a crate has it under another name:
//!
//! ```
//! use tasklet_core as renamed;
//!
//! #[renamed::tasklet(crate = renamed)]
//! async fn answer() -> u32 {
//!     42
//! }
//!
//! assert_eq!(answer().get_result(), 42);
//! ```
//!
//! `TASKLET_EXPAND=name cargo check` prints what a function of that name became. (Cargo does not
//! know that the variable matters: touch a file of the crate first.)
//!
//! # How they work
//!
//! One expansion is one walk through the modules below, in their order: what was written is read
//! (`args`, `item`), may be refused (`rules`, each message in `diagnostics`), is followed on all of
//! its paths (`flow`), and is written anew (`expand`). No module ever guesses a type, and none
//! panics, whatever a user has half typed: then too an item with the real signature comes out.
//!
//! `flow` finds the values that may be dropped on some path. Which of them are futures is a matter
//! of types, so each finding becomes a `question`: dead code that does not compile if the value's
//! type owes an await. It runs nothing, and changes nothing for any other type.

mod pipeline;

mod args;
mod item;

mod borrows;
mod rules;

mod awaits;
mod macros;
mod mentions;

mod flow;
mod must_await;
mod question;

mod derive;
mod expand;
mod hygiene;

mod diagnostics;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::args::Role;

/// Makes an `async fn` a *tasklet*: a plain function that starts its work at once and returns a
/// handle to it.
///
/// # What it does to your function
///
/// `async fn f(a: A) -> R` becomes `fn f(a: A) -> TaskletFuture<R>`. A call runs the body on the
/// caller's stack up to its first suspension, registers it with the current context, and returns.
/// The work goes on whether or not anyone waits for it; the handle is how to wait.
///
/// A body that never awaits is no coroutine: it runs to its end at the call, and the handle that
/// comes back is finished. (What awaits inside a closure or an `async` block of the body is not
/// awaited by the body. A macro that is not one of std's may await.)
///
/// ```
/// use tasklet_core::tasklet;
///
/// #[tasklet]
/// async fn load(id: u32) -> Option<String> {
///     std::future::ready(()).await;
///     (id == 1).then(|| "Ada".to_owned())
/// }
///
/// #[tasklet]
/// async fn greet(id: u32) -> String {
///     // Both are under way before either is awaited.
///     let name = load(id);
///     let other = load(id + 1);
///     format!("{} and {}", name.await.unwrap_or_default(), other.await.is_none())
/// }
///
/// assert_eq!(greet(1).get_result(), "Ada and true");
/// ```
///
/// It may stand on functions, associated functions, methods (`self`, `self: Arc<Self>`,
/// `self: Box<Self>`, …), and on methods of traits, where the declaration and each implementation
/// have it:
///
/// ```
/// use std::sync::Arc;
/// use tasklet_core::tasklet;
///
/// trait Store: Send + Sync + 'static {
///     #[tasklet]
///     async fn get(self: Arc<Self>, key: String) -> Option<u32>;
/// }
///
/// struct Memory(Vec<(String, u32)>);
///
/// impl Store for Memory {
///     #[tasklet]
///     async fn get(self: Arc<Self>, key: String) -> Option<u32> {
///         self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
///     }
/// }
///
/// // The trait can be an object.
/// let store: Arc<dyn Store> = Arc::new(Memory(vec![("a".to_owned(), 1)]));
/// assert_eq!(store.get("a".to_owned()).get_result(), Some(1));
/// ```
///
/// # What it demands
///
/// The tasklet may outlive the call, so it owns its parameters: a borrowed one is refused. Take
/// `String` instead of `&str`, `self: Arc<Self>` instead of `&self`; generic parameters need a
/// `'static` bound. (`&'static T` is fine, and so are function types such as `fn(&str)`.)
///
/// ```compile_fail
/// # use tasklet_core::tasklet;
/// #[tasklet]
/// async fn load(name: &str) -> usize {
///     name.len()
/// }
/// ```
///
/// It may go on on another thread, so that what it holds across an await, and its result, are
/// `Send`.
///
/// A result of `!` becomes [`Infallible`](std::convert::Infallible), since a handle has to name it.
///
/// # Arguments
///
/// * `?Send`: the tasklet stays on the thread that started it, need not be `Send`, and returns a
///   `LocalTaskletFuture`.
/// * `crate = path`: where tasklet-core is.
///
/// ```
/// use std::rc::Rc;
/// use tasklet_core::tasklet;
///
/// #[tasklet(?Send)]
/// async fn count(shared: Rc<str>) -> usize {
///     std::future::ready(()).await;
///     shared.len()
/// }
///
/// assert_eq!(count("four".into()).get_result(), 4);
/// ```
///
/// NDB: `@ndb.tasklet` (`google.cloud.ndb.tasklets.tasklet`, `ndb/tasklets.py`). What it calls a
/// special feature, the function that is no generator, is the body that never awaits.
#[proc_macro_attribute]
pub fn tasklet(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::Tasklet, args.into(), item.into()).into()
}

/// Makes an `async fn` a plain function that blocks until its work is done, driving the event loop
/// meanwhile.
///
/// # What it does to your function
///
/// `async fn f(a: &str) -> R` becomes `fn f(a: &str) -> R`. It works in the context of its caller:
/// what it starts and does not await goes on after it has returned.
///
/// ```
/// use tasklet_core::{synctasklet, tasklet};
///
/// #[tasklet]
/// async fn load(id: u32) -> String {
///     std::future::ready(format!("user {id}")).await
/// }
///
/// #[synctasklet]
/// async fn longest(ids: &[u32]) -> usize {
///     let mut longest = 0;
///     for id in ids {
///         longest = longest.max(load(*id).await.len());
///     }
///     longest
/// }
///
/// assert_eq!(longest(&[1, 20]), 7);
/// ```
///
/// On `main` it makes a program of async code, and above a `#[test]` an async test.
///
/// # What it demands
///
/// Nothing but an async body: parameters, `self` and results may borrow, and nothing need be
/// `Send`. Inside async code, await a tasklet instead: a synctasklet blocks the thread that it is
/// called on.
///
/// # Arguments
///
/// * `crate = path`: where tasklet-core is.
///
/// NDB: `@ndb.synctasklet` (`google.cloud.ndb.tasklets.synctasklet`, `ndb/tasklets.py`).
#[proc_macro_attribute]
pub fn synctasklet(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::Synctasklet, args.into(), item.into()).into()
}

/// Makes a function a *toplevel*: a handler that does not return before everything that was started
/// inside it has finished.
///
/// # What it does to your function
///
/// An `async fn` stays an `async fn` with its signature. When it is polled, its body runs in a
/// fresh context; when the body is done, whatever it started and did not await is waited for, also
/// if the body failed or panicked. So it is a drop-in for the handlers of web frameworks, above or
/// below their own attributes.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tasklet_core::{block_on, tasklet, toplevel};
///
/// static VISITS: AtomicU32 = AtomicU32::new(0);
///
/// #[tasklet]
/// async fn count_visit() {
///     std::future::ready(()).await;
///     VISITS.fetch_add(1, Ordering::Relaxed);
/// }
///
/// #[toplevel]
/// async fn post(body: String) -> usize {
///     count_visit().defer();
///     body.len()
/// }
///
/// assert_eq!(block_on(post("four".to_owned())), 4);
/// assert_eq!(VISITS.load(Ordering::Relaxed), 1);
/// ```
///
/// A plain `fn` becomes a handler that blocks in the same way:
///
/// ```
/// # use tasklet_core::{tasklet, toplevel};
/// # #[tasklet]
/// # async fn count_visit() {}
/// #[toplevel]
/// fn post(body: &str) -> usize {
///     count_visit().defer();
///     body.len()
/// }
///
/// assert_eq!(post("four"), 4);
/// ```
///
/// # What it demands
///
/// If a server drops the future of an async handler because its client went away, the work is
/// finished without it. So the parameters are owned, and what is held across an await is `Send`:
///
/// ```compile_fail
/// # use tasklet_core::toplevel;
/// #[toplevel]
/// async fn post(body: &str) -> usize {
///     body.len()
/// }
/// ```
///
/// With `on_drop = "cancel"` the work is stopped then, and the parameters may borrow:
///
/// ```
/// # use tasklet_core::{block_on, toplevel};
/// #[toplevel(on_drop = "cancel")]
/// async fn post(body: &str) -> usize {
///     body.len()
/// }
///
/// assert_eq!(block_on(post("four")), 4);
/// ```
///
/// A plain `fn` demands nothing.
///
/// # Arguments
///
/// * `on_drop = "finish"`, the default, or `on_drop = "cancel"`: what becomes of a handler whose
///   future is dropped.
/// * `?Send`: the handler stays on its thread, and is finished there by the local spawner that it
///   was entered on. Where there is none, write `on_drop = "cancel"` too.
/// * `crate = path`: where tasklet-core is.
///
/// NDB: `@ndb.toplevel` (`google.cloud.ndb.tasklets.toplevel`, `ndb/tasklets.py`).
#[proc_macro_attribute]
pub fn toplevel(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::Toplevel, args.into(), item.into()).into()
}

#[doc = include_str!("docs/transactional_async.md")]
#[proc_macro_attribute]
pub fn transactional_async(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::TransactionalAsync, args.into(), item.into()).into()
}

/// [`#[transactional_async]`](macro@transactional_async) under NDB's name for a tasklet in a
/// transaction.
///
/// In NDB they differ: the one is for functions that return futures, the other for generators. Here
/// both are for an `async fn`.
///
/// ```no_run
/// use tasklet_core::prelude::*;
///
/// #[transactional_tasklet(propagation = mandatory)]
/// async fn put(name: String) -> Result<usize, String> {
///     sleep(std::time::Duration::from_millis(1)).await; // the database
///     Ok(name.len())
/// }
///
/// # let _length = put("a".to_owned()).get_result();
/// ```
///
/// NDB: `@ndb.transactional_tasklet` (`google.cloud.ndb._transaction.transactional_tasklet`,
/// `ndb/_transaction.py`).
#[proc_macro_attribute]
pub fn transactional_tasklet(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::TransactionalTasklet, args.into(), item.into()).into()
}

/// Makes a function one that blocks until its body, a transaction, is committed or rolled back.
///
/// # What it does to your function
///
/// `async fn f(a: &str) -> Result<T, E>` becomes `fn f(a: &str) -> Result<T, E>`, as with
/// [`#[synctasklet]`](macro@synctasklet). A plain `fn` stays one: its body blocks for what it
/// needs, with `get_result`. All the rest is as with
/// [`#[transactional_async]`](macro@transactional_async).
///
/// ```no_run
/// use tasklet_core::prelude::*;
///
/// # #[tasklet]
/// # async fn put(name: String) -> Result<usize, String> {
/// #     Ok(name.len())
/// # }
/// #[transactional]
/// async fn put_both(first: &str, second: &str) -> Result<usize, String> {
///     let (first, second) = try_join!(put(first.to_owned()), put(second.to_owned()))?;
///     Ok(first + second)
/// }
///
/// #[transactional(retries = 0)]
/// fn put_all(names: &mut Vec<String>) -> Result<(), String> {
///     for name in names.drain(..) {
///         put(name).get_result()?;
///     }
///     Ok(())
/// }
///
/// # let _all = (put_both("a", "b"), put_all(&mut vec![]));
/// ```
///
/// # What it demands
///
/// A `Result` whose error can be made from a `TransactionError`, and arguments that are `Clone`,
/// except with `retries = 0`. They may borrow, and nothing need be `Send`. Inside async code, await
/// a `#[transactional_async]` instead: this one blocks the thread that it is called on.
///
/// # Arguments
///
/// Those of `#[transactional_async]` but `?Send`.
///
/// # Errors
///
/// The function's are those of a `#[transactional_async]`.
///
/// NDB: `@ndb.transactional` (`google.cloud.ndb._transaction.transactional`,
/// `ndb/_transaction.py`).
#[proc_macro_attribute]
pub fn transactional(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::Transactional, args.into(), item.into()).into()
}

/// Makes a function run outside of any transaction, also when it is called in one.
///
/// # What it does to your function
///
/// An `async fn` becomes a tasklet, as with [`#[tasklet]`](macro@tasklet), and a plain `fn` stays
/// one. The body runs in the nearest context around the call that is in no transaction: what it
/// does stays if the transaction is rolled back.
///
/// ```
/// use tasklet_core::prelude::*;
/// use tasklet_core::in_transaction;
///
/// #[non_transactional]
/// async fn log(line: String) -> bool {
///     sleep(std::time::Duration::from_millis(1)).await; // the database
///     in_transaction()
/// }
///
/// #[non_transactional(allow_existing = false)]
/// fn send(letter: &str) -> Result<usize, String> {
///     Ok(letter.len()) // cannot be undone
/// }
///
/// assert!(!log("signed".to_owned()).get_result());
/// assert_eq!(send("Dear all"), Ok(8));
/// ```
///
/// # What it demands
///
/// Of an `async fn` what `#[tasklet]` demands; of a plain `fn` nothing. With
/// `allow_existing = false` a `Result` whose error can be made from a `TransactionError`.
///
/// # Arguments
///
/// * `allow_existing = false`: it must not be called in a transaction, and answers with an error
///   there, before its body runs.
/// * `?Send`: as with `#[tasklet]`.
/// * `crate = path`: where tasklet-core is.
///
/// # Errors
///
/// With `allow_existing = false`, in a transaction: a `TransactionError` of the kind
/// `InTransaction`. Otherwise what the body returns.
///
/// NDB: `@ndb.non_transactional` (`google.cloud.ndb._transaction.non_transactional`,
/// `ndb/_transaction.py`).
#[proc_macro_attribute]
pub fn non_transactional(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(Role::NonTransactional, args.into(), item.into()).into()
}

/// Checks a function, and does nothing else: what it starts and may forget is a compile error.
///
/// The attributes of tasklets, handlers and transactions check their own bodies. This one is for
/// all the others: helpers, `main`, tests. On an `impl` block or an inline `mod` it checks every
/// function in it.
///
/// ```
/// use tasklet_core::{TaskletFuture, must_await, tasklet};
///
/// #[tasklet]
/// async fn load(id: u32) -> u32 {
///     id
/// }
///
/// #[must_await]
/// fn load_both(id: u32) -> (TaskletFuture<u32>, u32) {
///     let first = load(id);
///     let second = load(id + 1);
///     (first, second.get_result())
/// }
///
/// let (first, second) = load_both(1);
/// assert_eq!((first.get_result(), second), (1, 2));
/// ```
///
/// A future that may be dropped on some path does not compile:
///
/// ```compile_fail
/// # use tasklet_core::{TaskletFuture, must_await, tasklet};
/// # #[tasklet]
/// # async fn load(id: u32) -> u32 {
/// #     id
/// # }
/// #[must_await]
/// fn load_both(text: &str) -> Result<u32, std::num::ParseIntError> {
///     let first = load(1);
///     let second = load(text.parse()?); // returns, and forgets `first`
///     Ok(first.get_result() + second.get_result())
/// }
/// ```
///
/// There is no way to switch the check off for one value. The ways out are those of a future:
/// await it, leave it to the toplevel with `.defer()`, or stop it with `.cancel()`.
///
/// # What is checked
///
/// The paths of each body, and of the closures and async blocks in it. A function in a function is
/// checked only if it has an attribute of its own, and so are `const fn`s not at all. Types of your
/// own take part by [`#[derive(MustAwait)]`](derive@MustAwait).
///
/// # Arguments
///
/// * `crate = path`: where tasklet-core is.
///
/// NDB has nothing like it: a forgotten `yield` lost a write.
#[proc_macro_attribute]
pub fn must_await(args: TokenStream, item: TokenStream) -> TokenStream {
    must_await::run(args.into(), item.into()).into()
}

/// Makes a type owe what its fields owe: a value of it is looked after as a tasklet's future is.
///
/// # What it does to your type
///
/// Nothing. It implements the trait `MustAwait` for it, by which the attributes know that a value
/// of this type must not be dropped while there is a future in it. Without it they take the type
/// for one that owes nothing.
///
/// ```
/// use tasklet_core::{MustAwait, TaskletFuture};
///
/// #[derive(MustAwait)]
/// struct Page {
///     title: String,
///     user: TaskletFuture<u32>,
///     posts: Vec<TaskletFuture<String>>,
/// }
///
/// let page = Page {
///     title: "Home".to_owned(),
///     user: TaskletFuture::ready(1),
///     posts: vec![TaskletFuture::ready("Hello".to_owned())],
/// };
/// let Page { title, user, posts } = page;
/// assert_eq!((title.len(), user.get_result()), (4, 1));
/// for post in posts {
///     assert_eq!(post.get_result(), "Hello");
/// }
/// ```
///
/// Structs and enums may have it, with any generics. Which fields hold a future is found out by
/// their types: a `Page<T>` with a field `T` owes if the `T` of a value does.
///
/// # What it demands
///
/// Nothing of the fields. A union cannot have it.
///
/// # Arguments
///
/// * `#[must_await(crate = path)]` on the type: where tasklet-core is.
///
/// ```
/// use tasklet_core as renamed;
///
/// #[derive(renamed::MustAwait)]
/// #[must_await(crate = renamed)]
/// struct Pending(renamed::TaskletFuture<u32>);
///
/// assert_eq!(Pending(renamed::TaskletFuture::ready(1)).0.get_result(), 1);
/// ```
#[proc_macro_derive(MustAwait, attributes(must_await))]
pub fn derive_must_await(item: TokenStream) -> TokenStream {
    derive::run(item.into()).into()
}

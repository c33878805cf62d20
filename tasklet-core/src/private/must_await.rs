//! The question that an expansion asks of a type: does a value of it owe an await?
//!
//! Syntax cannot know which values are futures, so what the attributes suspect is asked in dead
//! code, where the compiler knows the type: `verdict(&x, open() as *const _)`. That cast is how it
//! works. Casts are looked at when everything else is inferred, so that the pointer's target stays
//! open until then, and is an `i32` only if nothing has made it another type. Now [`Ask`] has an
//! answer for `u8`, which fits every type, and one for `i32`, which fits those that owe. For any
//! other type `u8` alone is left, and as soon as the type is known the answer is [`Fine`]. For a
//! type that owes two are left, up to the cast, and the answer is the type itself: the trait that
//! the expansion brings along is not implemented for it, which is the error to read.
//!
//! Because a type is waited for to the end, it does not matter how late it is known: by what is
//! pushed into a vector further down, by the function's result, by a fallback of the compiler.

use std::marker::PhantomData;

/// A type whose values must not be dropped, since a tasklet's future is in them.
///
/// Futures of tasklets are such types, and what contains them is, too: `Option`, `Result`, `Box`,
/// `Vec`, maps, tuples, iterators, at any depth. A type of your own joins them by
/// [`#[derive(MustAwait)]`](derive@crate::MustAwait), the one way to implement this. `P` is the way
/// from the value to the future in it, and `D` how many derived types it may lead through: six,
/// unless said otherwise.
///
/// There is nothing to call. The attributes ask for it, and a value that owes and may be dropped is
/// an error where the attribute can see it.
pub trait MustAwait<P, D = Depth> {}

// How deep it is looked. A type may contain itself, and then nothing else would end the search.

/// A step into a derived type is left, and then `D`.
#[derive(Debug)]
pub struct Below<D>(PhantomData<D>);

/// The steps that a question begins with.
pub type Depth = Below<Below<Below<Below<Below<Below<()>>>>>>;

// The way to a future.

/// The value is one.
#[derive(Debug)]
pub struct Here;

/// It is in the content.
#[derive(Debug)]
pub struct In<P>(PhantomData<P>);

/// It is in the other of two contents: an error, what a loop is left with, the second iterator.
#[derive(Debug)]
pub struct InErr<P>(PhantomData<P>);

/// It is in a position of a tuple, or in a field of a derived type.
#[derive(Debug)]
pub struct Field<const N: usize, P>(PhantomData<P>);

// The answers.

/// The answer for a type that owes nothing.
#[derive(Debug)]
pub struct Fine;

/// The way to an answer: nothing is owed.
#[derive(Debug)]
pub struct No;

/// The way to an answer: this is owed.
#[derive(Debug)]
pub struct Owes<P>(PhantomData<P>);

// What is asked.

/// Whether there is a future anywhere in the value.
#[derive(Debug)]
pub struct Deep;

/// Whether the value itself is a future, not a container of one.
#[derive(Debug)]
pub struct Itself;

/// Whether there is a future in what the value gives, if it is an iterator.
#[derive(Debug)]
pub struct Items;

/// Whether there is a future in those positions of a tuple that the mask keeps. It always has
/// twelve entries, [`Keep`] or [`Skip`], of which a shorter tuple looks at the first ones.
#[derive(Debug)]
pub struct Mask<M>(PhantomData<M>);

/// A position that is looked at.
#[derive(Debug)]
pub struct Keep;

/// A position that is not.
#[derive(Debug)]
pub struct Skip;

/// The answer of a type to the question `Q`. `A` is what the cast leaves open,
/// `P` the way to the answer.
pub trait Ask<Q, A, P> {
    /// [`Fine`], or the type itself.
    type Verdict: ?Sized;
}

impl<T: ?Sized, Q> Ask<Q, u8, No> for T {
    type Verdict = Fine;
}

impl<T: ?Sized + MustAwait<P>, P> Ask<Deep, i32, Owes<P>> for T {
    type Verdict = T;
}

impl<T: ?Sized + MustAwait<Here>> Ask<Itself, i32, Owes<Here>> for T {
    type Verdict = T;
}

impl<T: ?Sized + At<M, P>, M, P> Ask<Mask<M>, i32, Owes<P>> for T {
    type Verdict = T;
}

impl<T: Iterator<Item: MustAwait<P>>, P> Ask<Items, i32, Owes<P>> for T {
    type Verdict = T::Item;
}

/// A tuple that owes in a position which the mask `M` keeps.
pub trait At<M, P> {}

/// The type of what never is, which stable Rust cannot name.
pub type Never = <fn() -> ! as Returns>::Output;

/// A function pointer, for the sake of what it returns.
pub trait Returns {
    /// That.
    type Output;
}

impl<R> Returns for fn() -> R {
    type Output = R;
}

// What expansions call, in dead code alone.

/// What is cast to a pointer to an open type.
#[must_use]
pub const fn open() -> *const i32 {
    std::ptr::null()
}

/// The answer of a value to the question whether there is a future anywhere in it.
#[must_use]
pub fn verdict<T, A, P>(_: &T, _: *const A) -> PhantomData<T::Verdict>
where
    T: ?Sized + Ask<Deep, A, P>,
{
    PhantomData
}

/// The answer of a value to the question whether it is itself a future.
#[must_use]
pub fn verdict_handle<T, A, P>(_: &T, _: *const A) -> PhantomData<T::Verdict>
where
    T: ?Sized + Ask<Itself, A, P>,
{
    PhantomData
}

/// The answer of an iterator to the question whether there is a future in what it gives.
#[must_use]
pub fn verdict_items<T, A, P>(_: &T, _: *const A) -> PhantomData<T::Verdict>
where
    T: Ask<Items, A, P>,
{
    PhantomData
}

/// The answer of a tuple to the question whether there is a future in a position that the mask
/// keeps.
#[must_use]
pub fn verdict_masked<T, M, A, P>(_: &T, _: PhantomData<M>, _: *const A) -> PhantomData<T::Verdict>
where
    T: ?Sized + Ask<Mask<M>, A, P>,
{
    PhantomData
}

/// Makes two types one. The second is the expansion's trait, which says what to do about the first.
pub fn same<T: ?Sized>(_: PhantomData<T>, _: PhantomData<T>) {}

/// The value, and a closure that is there for its parameter's type alone.
#[inline(always)]
pub fn tie<T>(value: T, _: impl FnOnce(T)) -> T {
    value
}

/// A value of any type, which never comes.
///
/// # Panics
///
/// When it is called, which dead code never does.
#[must_use]
pub fn any<T>() -> T {
    unreachable!("it is called in dead code alone")
}

/// Ends the checks of what is moved, borrowed and initialised.
///
/// After `stop` the compiler still infers types, but `end`, further down, shows that nothing there
/// is ever run. It is not known yet at `stop`, so that nobody is told about unreachable code.
#[derive(Debug)]
pub struct K<T>(PhantomData<T>);

impl<T> K<T> {
    /// One that knows nothing yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "there is one caller, and it is generated")]
    pub fn new() -> K<T> {
        K(PhantomData)
    }

    /// Never returns, as will be known at `end`.
    pub fn stop(&self) -> T {
        any()
    }
}

impl K<Never> {
    /// Shows that `stop` does not return.
    pub fn end(&self) {}
}

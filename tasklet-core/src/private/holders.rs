//! Which types hold a tasklet's future: the handles themselves, and what std puts around them.
//!
//! A reference owes nothing, for somebody else has the value; nor do `Weak` and raw pointers.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{
    BTreeMap, HashMap, LinkedList, VecDeque, btree_map, hash_map, linked_list, vec_deque,
};
use std::iter;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::task::Poll;
use std::{array, option, result, vec};

use super::must_await::{At, Field, Here, In, InErr, Keep, MustAwait};
use crate::future::{
    Awaiting, AwaitingShared, LocalAwaiting, LocalTaskletFuture, SharedFuture, TaskletFuture,
    TimedOut, Timeout,
};
use crate::join::{Join, WaitAny};
use crate::queue::{
    MultiFuture, PutQ, QueueFuture, ReducingFuture, SerialQueueFuture, TryPutError,
};

impl<T, D> MustAwait<Here, D> for TaskletFuture<T> {}
impl<T, D> MustAwait<Here, D> for LocalTaskletFuture<T> {}
impl<T, D> MustAwait<Here, D> for SharedFuture<T> {}
impl<T, D> MustAwait<Here, D> for Awaiting<T> {}
impl<T, D> MustAwait<Here, D> for LocalAwaiting<T> {}
impl<T, D> MustAwait<Here, D> for AwaitingShared<T> {}
impl<S, D> MustAwait<Here, D> for Join<S> {}
impl<J, D> MustAwait<Here, D> for WaitAny<J> {}
impl<J, D> MustAwait<Here, D> for Timeout<J> {}
impl<J, D> MustAwait<Here, D> for TimedOut<J> {}
impl<T, D> MustAwait<Here, D> for MultiFuture<T> {}
impl<T, D> MustAwait<Here, D> for QueueFuture<T> {}
impl<T, D> MustAwait<Here, D> for SerialQueueFuture<T> {}
impl<R, D> MustAwait<Here, D> for ReducingFuture<R> {}

/// Types that owe what their parameter `T` owes. In brackets stand their other parameters.
macro_rules! owes_content {
    ($($holder:ty $([$($other:tt)+])?),+ $(,)?) => {
        $(impl<$($($other)+,)? T: MustAwait<P, D>, P, D> MustAwait<In<P>, D> for $holder {})+
    };
}

/// The same of a content that may be unsized.
macro_rules! owes_unsized_content {
    ($($holder:ty),+ $(,)?) => {
        $(impl<T: ?Sized + MustAwait<P, D>, P, D> MustAwait<In<P>, D> for $holder {})+
    };
}

/// The same of a second content.
macro_rules! owes_other_content {
    ($($holder:ty [$other:ident]),+ $(,)?) => {
        $(impl<$other, T: MustAwait<P, D>, P, D> MustAwait<InErr<P>, D> for $holder {})+
    };
}

owes_unsized_content! {
    Box<T>, Pin<Box<T>>, Rc<T>, Arc<T>, Cell<T>, RefCell<T>, Mutex<T>, RwLock<T>,
}

owes_content! {
    Option<T>,
    Result<T, E> [E],
    Poll<T>,
    ControlFlow<B, T> [B],
    OnceCell<T>,
    OnceLock<T>,
    [T],
    Vec<T>,
    VecDeque<T>,
    LinkedList<T>,
    BTreeMap<K, T> [K],
    HashMap<K, T, S> [K, S],
    PutQ<'a, U, T> ['a, U],
    TryPutError<T>,
}

owes_other_content! {
    Result<U, T> [U],
    ControlFlow<T, C> [C],
}

impl<T: MustAwait<P, D>, P, D, const N: usize> MustAwait<In<P>, D> for [T; N] {}

// Iterators that own what they have not given yet.
owes_content! {
    option::IntoIter<T>,
    result::IntoIter<T>,
    iter::Once<T>,
    vec::IntoIter<T>,
    vec::Drain<'a, T> ['a],
    vec_deque::IntoIter<T>,
    vec_deque::Drain<'a, T> ['a],
    linked_list::IntoIter<T>,
    btree_map::IntoIter<K, T> [K],
    btree_map::IntoValues<K, T> [K],
    hash_map::IntoIter<K, T> [K],
    hash_map::IntoValues<K, T> [K],
    hash_map::Drain<'a, K, T> ['a, K],
}

impl<T: MustAwait<P, D>, P, D, const N: usize> MustAwait<In<P>, D> for array::IntoIter<T, N> {}

// Their adapters. `T` is the iterator inside.
owes_content! {
    iter::Chain<T, U> [U],
    iter::Enumerate<T>,
    iter::Filter<T, F> [F],
    iter::FilterMap<T, F> [F],
    iter::Fuse<T>,
    iter::Inspect<T, F> [F],
    iter::Map<T, F> [F],
    iter::MapWhile<T, F> [F],
    iter::Rev<T>,
    iter::Scan<T, S, F> [S, F],
    iter::Skip<T>,
    iter::SkipWhile<T, F> [F],
    iter::StepBy<T>,
    iter::Take<T>,
    iter::TakeWhile<T, F> [F],
    iter::Zip<T, U> [U],
}

owes_other_content! {
    iter::Chain<U, T> [U],
    iter::Zip<U, T> [U],
}

// These hold an item, too, and name the iterator's own type for it.
impl<T: Iterator + MustAwait<P, D>, P, D> MustAwait<In<P>, D> for iter::Peekable<T> {}
impl<T: Iterator + MustAwait<P, D>, U: IntoIterator, F, P, D> MustAwait<In<P>, D>
    for iter::FlatMap<T, U, F>
{
}
impl<T, P, D> MustAwait<In<P>, D> for iter::Flatten<T> where
    T: Iterator<Item: IntoIterator> + MustAwait<P, D>
{
}

/// One impl for each position of a tuple, and one under a mask that keeps it.
macro_rules! positions {
    ([$($before:ident)*] [] [$($hidden:ident)*] [$($rest:ident)*]) => {};
    (
        [$($before:ident)*] [$name:ident = $at:literal $($after:ident = $index:literal)*]
        [$($left:ident)*] [$mask:ident $($right:ident)*]
    ) => {
        impl<$($before,)* $name: MustAwait<P, Depth>, $($after,)* P, Depth>
            MustAwait<Field<$at, P>, Depth>
            for ($($before,)* $name, $($after,)*)
        {
        }

        impl<$($before,)* $name: MustAwait<P>, $($after,)* $($left,)* $($right,)* P>
            At<($($left,)* Keep, $($right,)*), Field<$at, P>>
            for ($($before,)* $name, $($after,)*)
        {
        }

        positions! {
            [$($before)* $name] [$($after = $index)*]
            [$($left)* $mask] [$($right)*]
        }
    };
}

/// Tuples of all lengths down from this one.
macro_rules! tuples {
    ([$($name:ident = $at:literal)*]) => {};
    ([$($name:ident = $at:literal)*] $last:ident = $index:literal $($more:tt)*) => {
        positions! {
            [] [$($name = $at)* $last = $index]
            [] [M0 M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11]
        }
        tuples! { [$($name = $at)* $last = $index] $($more)* }
    };
}

tuples! { [] A = 0 B = 1 C = 2 D = 3 E = 4 F = 5 G = 6 H = 7 I = 8 J = 9 K = 10 L = 11 }

//! Every shape of type may owe, and no lint has a word about it.
#![deny(warnings)]
#![allow(dead_code)]
#![forbid(private_bounds, private_interfaces, missing_docs, deprecated, rust_2018_idioms)]
#![forbid(unused_qualifications, single_use_lifetimes, unreachable_pub)]

use std::marker::PhantomData;

use tasklet_core::{MustAwait, TaskletFuture};

struct Private(TaskletFuture<u32>);

/// A part of it is private.
#[derive(MustAwait)]
pub struct Public<T = u32> {
    private: Private,
    tuple: (T, Option<PrivateToo>),
}

#[derive(MustAwait)]
struct PrivateToo(TaskletFuture<u32>);

/// Its parameters have names that ours must not hide.
#[derive(MustAwait)]
pub enum Names<'a, P, D: ?Sized, P_ = u8, const N: usize = 3>
where
    P: Clone + 'a,
{
    /// Borrowed.
    One(&'a D, [P; N]),
    /// By name.
    Two {
        /// Of an unsized type.
        boxed: Box<D>,
        /// Of a macro.
        listed: list![P_],
    },
    /// Of nothing.
    Three,
}

macro_rules! list {
    ($ty:ty) => { Vec<$ty> };
}
use list;

/// It owes nothing, and has a field for each reason why.
#[derive(MustAwait)]
pub struct Harmless {
    phantom: PhantomData<TaskletFuture<u32>>,
    call: fn(TaskletFuture<u32>) -> TaskletFuture<u32>,
    reference: &'static TaskletFuture<u32>,
    pointer: *const TaskletFuture<u32>,
    tuple: (u32, bool),
    array: [u8; 4],
    object: Box<dyn Fn() -> TaskletFuture<u32>>,
    itself: Option<Box<Self>>,
}

/// Another module knows tasklet-core by another name.
mod elsewhere {
    pub(crate) use tasklet_core as renamed;

    #[derive(renamed::MustAwait)]
    #[must_await(crate = self::renamed)]
    pub(crate) struct Renamed(pub(crate) renamed::TaskletFuture<u32>);
}

/// A type that a macro writes.
macro_rules! record {
    ($name:ident, $ty:ty) => {
        #[derive(MustAwait)]
        struct $name {
            field: $ty,
        }
    };
}

record!(Record, Vec<TaskletFuture<u32>>);

fn main() {
    let future = || TaskletFuture::ready(1);
    let public = Public { private: Private(future()), tuple: (1, Some(PrivateToo(future()))) };
    let Public { private: Private(one), tuple: (_, two) } = public;
    assert_eq!(one.get_result() + two.map_or(0, |two| two.0.get_result()), 2);
    assert_eq!(elsewhere::Renamed(future()).0.get_result(), 1);
    let Record { field } = Record { field: vec![future()] };
    assert_eq!(field.into_iter().map(TaskletFuture::get_result).sum::<u32>(), 1);
}

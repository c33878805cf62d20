//! The surroundings of generated bodies that are checked: real handles, and handles of a type of
//! the user's own.
#![allow(warnings)]

use tasklet_core::must_await;

mod any {
    #[derive(Debug)]
    pub struct Failed;

    pub fn sink<T>(_: T) {}

    pub fn sink_two<T, U>(_: T, _: U) {}

    pub fn sink_three<T, U, V>(_: T, _: U, _: V) {}

    pub fn pass<T>(value: T) -> T {
        value
    }

    pub fn look<T>(_: &T) {}

    pub fn spawn<F: Future>(_: F) {}

    pub fn c(number: u32) -> bool {
        number == 0
    }

    pub fn n(number: u32) -> u32 {
        number
    }

    pub fn q(number: u32) -> Result<(), Failed> {
        if number == 0 { Ok(()) } else { Err(Failed) }
    }

    macro_rules! bail {
        ($message:expr) => {
            return Err(Failed)
        };
    }

    macro_rules! ensure {
        ($condition:expr, $message:expr) => {
            if !$condition {
                return Err(Failed);
            }
        };
    }

    pub(crate) use {bail, ensure};
}

mod handles {
    pub use tasklet_core::prelude::*;
    pub(crate) use tasklet_core::{TaskletFuture, join, must_await};

    pub(crate) use super::any::*;

    pub fn start(number: u32) -> TaskletFuture<u32> {
        TaskletFuture::ready(number)
    }

    pub fn try_start(number: u32) -> Result<TaskletFuture<u32>, Failed> {
        Ok(start(number))
    }

    pub fn maybe(number: u32) -> Option<TaskletFuture<u32>> {
        Some(start(number))
    }

    pub fn many(number: u32) -> Vec<TaskletFuture<u32>> {
        vec![start(number)]
    }
}

mod derived {
    pub(crate) use tasklet_core::must_await;

    pub(crate) use super::any::*;

    #[derive(tasklet_core::MustAwait)]
    pub struct TaskletFuture<T> {
        inner: tasklet_core::TaskletFuture<T>,
    }

    impl TaskletFuture<u32> {
        pub fn done(&self) -> bool {
            self.inner.done()
        }

        pub fn defer(self) {
            self.inner.defer();
        }

        pub fn get_result(self) -> u32 {
            self.inner.get_result()
        }
    }

    impl IntoFuture for TaskletFuture<u32> {
        type Output = u32;
        type IntoFuture = tasklet_core::Awaiting<u32>;

        fn into_future(self) -> Self::IntoFuture {
            self.inner.into_future()
        }
    }

    type Joined = <Vec<tasklet_core::TaskletFuture<u32>> as tasklet_core::JoinAll>::Join;

    pub trait JoinAll {
        fn join_all(self) -> Joined;
    }

    impl JoinAll for Vec<TaskletFuture<u32>> {
        fn join_all(self) -> Joined {
            let handles: Vec<_> = self.into_iter().map(|handle| handle.inner).collect();
            tasklet_core::JoinAll::join_all(handles)
        }
    }

    macro_rules! join {
        ($a:expr, $b:expr) => {{
            let both = ($a, $b);
            (both.0.await, both.1.await)
        }};
    }

    pub(crate) use join;

    pub fn start(number: u32) -> TaskletFuture<u32> {
        TaskletFuture { inner: tasklet_core::TaskletFuture::ready(number) }
    }

    pub fn try_start(number: u32) -> Result<TaskletFuture<u32>, Failed> {
        Ok(start(number))
    }

    pub fn maybe(number: u32) -> Option<TaskletFuture<u32>> {
        Some(start(number))
    }

    pub fn many(number: u32) -> Vec<TaskletFuture<u32>> {
        vec![start(number)]
    }
}

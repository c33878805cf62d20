//! Unsafe functions and blocks: what the user answers for stays where it is.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic, unsafe_op_in_unsafe_fn)]

use std::pin::Pin;

use tasklet_core::prelude::*;

struct Held {
    name: String,
}

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

#[must_await]
async unsafe fn first(list: Vec<u32>, held: Held) -> u32 {
    let copy = list.clone();
    let future = fetch(1);
    // SAFETY: the caller promised that there is an element.
    let first = unsafe {
        let inner = held.name;
        if inner.is_empty() { *list.get_unchecked(0) } else { 0 }
    };
    let one = future.await;
    if copy.is_empty() { one } else { first }
}

#[tasklet]
async unsafe fn started(list: Vec<u32>) -> u32 {
    let text = String::from("text");
    // SAFETY: the caller promised that there is an element.
    let future = unsafe { fetch(*list.get_unchecked(0)) };
    let length = text.len();
    future.await + u32::try_from(length).unwrap_or(0)
}

#[must_await]
async fn pinned(key: u32) -> u32 {
    let future = async {
        let future = fetch(key);
        future.await
    };
    let mut future = future;
    // SAFETY: it is not moved any more.
    unsafe { Pin::new_unchecked(&mut future) }.await
}

#[must_await]
const fn constant(key: u32) -> u32 {
    let doubled = key * 2;
    doubled + 1
}

#[must_await]
extern "C" fn foreign(key: u32) -> u32 {
    let future = fetch(key);
    future.get_result()
}

#[synctasklet]
async fn main() {
    let held = || Held { name: String::new() };
    // SAFETY: there is an element.
    assert_eq!(unsafe { first(vec![3], held()) }.await, 3);
    // SAFETY: there is an element.
    assert_eq!(unsafe { started(vec![3]) }.await, 7);
    assert_eq!(pinned(2).await + constant(1) + foreign(4), 9);
}

//! A closure takes the future, and is called or handed on.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn called() -> u32 {
    let future = put(1);
    let later = move || future.get_result();
    later()
}

#[must_await]
fn handed_on() -> impl FnOnce() -> u32 {
    let future = put(1);
    move || future.get_result()
}

#[must_await]
fn handed_to_another(wanted: Option<u32>) -> u32 {
    let future = put(1);
    let run = |call: Box<dyn FnOnce() -> u32>| call();
    wanted.unwrap_or_default() + run(Box::new(move || future.get_result()))
}

#[must_await]
fn only_borrowed() -> u32 {
    let future = put(1);
    let is_done = || future.done();
    println!("{}", is_done());
    future.get_result()
}

fn main() {
    assert_eq!((called(), handed_on()(), handed_to_another(None), only_borrowed()), (1, 1, 1, 1));
}

//! A closure takes the future, and is never called.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn never_called() {
    let future = put(1);
    let later = move || future.get_result();
}

#[must_await]
fn called_on_one_branch(wanted: bool) -> u32 {
    let future = put(1);
    let later = || future.get_result();
    if wanted { later() } else { 0 }
}

#[must_await]
fn dropped() {
    let future = put(1);
    drop(move || future.get_result());
}

fn main() {}

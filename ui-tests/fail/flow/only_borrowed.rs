//! A future that is asked and waited for by reference: its result is still inside.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn look(future: &TaskletFuture<u32>) -> bool {
    future.done()
}

#[must_await]
fn asked() -> bool {
    let future = put(1);
    future.done() || look(&future)
}

#[must_await]
fn waited_for() {
    let mut future = put(1);
    future.wait();
    println!("{future:?} is {:?}", future.state());
}

#[must_await]
async fn waited_for_together() {
    let mut futures = [put(1), put(2)];
    wait_all(&mut futures).await;
}

#[must_await]
fn called_back() {
    let future = put(1);
    future.add_callback(|| println!("it is there"));
}

fn main() {}

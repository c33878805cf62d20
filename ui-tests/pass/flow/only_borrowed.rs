//! A future that is asked and waited for by reference, and then used up.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn look(future: &TaskletFuture<u32>) -> bool {
    future.done()
}

#[must_await]
fn asked() -> u32 {
    let future = put(1);
    if future.done() || look(&future) {
        return future.get_result();
    }
    future.defer();
    0
}

#[must_await]
fn waited_for() -> u32 {
    let mut future = put(1);
    future.wait();
    println!("{future:?} is {:?}", future.state());
    future.get_result()
}

#[must_await]
async fn waited_for_together() -> [u32; 2] {
    let mut futures = [put(1), put(2)];
    wait_all(&mut futures).await;
    futures.join_all().await
}

#[must_await]
fn called_back() {
    let future = put(1);
    future.add_callback(|| println!("it is there"));
    future.defer();
}

#[synctasklet]
async fn main() {
    assert_eq!((asked(), waited_for()), (1, 1));
    assert_eq!(waited_for_together().await, [1, 2]);
    called_back();
}

//! An `async` block takes the future, and is awaited, joined or started.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn awaited() -> u32 {
    let future = put(1);
    let later = async move { future.await + 1 };
    later.await
}

#[tasklet]
async fn awaited_later(wanted: bool) -> u32 {
    let future = put(1);
    let later = async { future.await + 1 };
    if wanted {
        return later.await + 1;
    }
    later.await
}

#[tasklet]
async fn started() -> u32 {
    let future = put(1);
    let later = Context::current().spawn(async move { future.await + 1 });
    later.await
}

#[tasklet]
async fn what_it_holds_is_no_future() {
    let text = String::from("text");
    let _later = async move { text.len() };
}

fn main() {
    assert_eq!(awaited().get_result(), 2);
    assert_eq!(awaited_later(true).get_result(), 3);
    assert_eq!(started().get_result(), 2);
    what_it_holds_is_no_future().get_result();
}

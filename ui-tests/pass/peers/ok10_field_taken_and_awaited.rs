//! The field of a struct, taken out and awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

struct Plain {
    future: TaskletFuture<u32>,
    name: String,
}

#[derive(MustAwait)]
struct Checked {
    future: TaskletFuture<u32>,
    later: Option<TaskletFuture<u32>>,
}

#[must_await]
async fn plain() -> u32 {
    let plain = Plain { future: start(1), name: "one".to_owned() };
    plain.future.await + plain.name.len() as u32
}

#[must_await]
async fn checked(mut checked: Checked) -> u32 {
    let later = checked.later.take();
    let result = checked.future.await;
    match later {
        Some(later) => later.await + result,
        None => result,
    }
}

#[synctasklet]
async fn main() {
    assert_eq!(plain().await, 4);
    assert_eq!(checked(Checked { future: start(1), later: Some(start(2)) }).await, 3);
}

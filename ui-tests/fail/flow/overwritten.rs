//! An assignment drops the future that was there before.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn at_once() -> u32 {
    let mut future = put(1);
    future = put(2);
    future.await
}

#[tasklet]
async fn after_a_look() -> u32 {
    let mut future = put(1);
    if !future.done() {
        future = put(2);
    }
    future.await
}

#[tasklet]
async fn the_last_of_a_loop() -> u32 {
    let mut last = None;
    for key in 0..3 {
        last = Some(put(key));
    }
    match last {
        Some(future) => future.await,
        None => 0,
    }
}

fn main() {}

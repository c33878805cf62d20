//! A second binding of the same name hides the first, which nobody can await any more.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn never_read() -> u32 {
    let future = put(1);
    let future = put(2);
    future.await
}

#[tasklet]
async fn asked_before() -> u32 {
    let future = put(1);
    println!("{}", future.done());
    let future = put(2);
    future.await
}

#[tasklet]
async fn by_a_pattern(other: Option<u32>) -> u32 {
    let future = put(1);
    if let Some(future) = other { future } else { future.await }
}

fn main() {}

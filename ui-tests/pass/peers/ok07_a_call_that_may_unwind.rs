//! A call between the start and the await that may panic.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

fn may_panic(list: &[u32]) -> u32 {
    list[0]
}

#[tasklet]
async fn indexed(list: Vec<u32>) -> u32 {
    let future = start(1);
    let first = may_panic(&list) + list[0];
    assert_eq!(first, 2, "by panicking");
    let number: u32 = "1".parse().expect("a number");
    future.await + first + number
}

fn main() {
    assert_eq!(indexed(vec![1]).get_result(), 4);
}

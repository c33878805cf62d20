//! A block, an `if` or a `match` whose value is a future, which is awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post(first: bool, count: u32) -> u32 {
    { put(1) }.await;
    let second = if first { put(2) } else { put(3) };
    let third = match count {
        0 => put(4),
        _ => put(5),
    };
    let fourth = loop {
        break put(6);
    };
    {
        put(7).await
    };
    if first {
        put(8).await
    } else {
        put(9).await
    };
    second.await + third.await + fourth.await
}

fn main() {
    assert_eq!(post(true, 0).get_result(), 12);
}

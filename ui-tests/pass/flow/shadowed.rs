//! A second binding of the same name takes the place of one that has been used up.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn by_its_result() -> u32 {
    let future = put(1);
    let future = future.await;
    future + 1
}

#[tasklet]
async fn by_what_it_became() -> u32 {
    let future = put(1);
    let future = future.map(|key| key + 1);
    let future = async move { future.await };
    let future = Box::pin(future);
    future.await
}

#[tasklet]
async fn in_a_block_and_then_awaited() -> u32 {
    let future = put(1);
    let inner = {
        let future = put(2);
        future.await
    };
    inner + future.await
}

fn main() {
    assert_eq!(by_its_result().get_result(), 2);
    assert_eq!(by_what_it_became().get_result(), 2);
    assert_eq!(in_a_block_and_then_awaited().get_result(), 3);
}

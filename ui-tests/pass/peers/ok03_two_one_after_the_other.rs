//! Two are started and then awaited, with another await in between.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let one = start(1);
    let two = start(2);
    assert_eq!(one.await + two.await, 3);

    let three = start(3);
    std::future::ready(()).await;
    start(4).await;
    assert_eq!(three.await, 3);
}

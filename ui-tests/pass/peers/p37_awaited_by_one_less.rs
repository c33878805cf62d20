//! A tasklet whose result is a future is awaited twice.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn start_another(key: u32) -> TaskletFuture<u32> {
    start(std::future::ready(key).await)
}

#[tasklet]
async fn twice() -> u32 {
    let inner = start_another(1).await;
    inner.await + start_another(2).await.await + start_another(3).get_result().get_result()
}

fn main() {
    assert_eq!(twice().get_result(), 6);
}

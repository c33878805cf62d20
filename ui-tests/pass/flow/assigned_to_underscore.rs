//! `_ =` drops a result, and no future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[must_await]
async fn post() -> Result<u32, String> {
    _ = put(1).await;
    let kept;
    (_, kept) = join!(put(2), put(3));
    kept
}

fn main() {
    assert_eq!(tasklet_core::block_on(post()), Ok(3));
}

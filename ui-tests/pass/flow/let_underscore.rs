//! `let _ =` drops a result, and no future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[toplevel]
async fn post() {
    let _ = put(1).await;
    let _: Result<u32, String> = put(2).await;
    let future = put(3);
    // The place is not moved out of: nothing is dropped here.
    let _ = future;
    let _ = future.await;
}

fn main() {
    tasklet_core::block_on(post());
}

//! `let _ =` binds nothing: the future is dropped at once.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn post() {
    let _ = put(1);
    let _: TaskletFuture<u32> = put(2);
    let _ = put(3).await;
}

fn main() {}

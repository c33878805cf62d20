//! A call that stands as a statement, and says what becomes of its future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post(wanted: Option<u32>) {
    put(1).await;
    if let Some(future) = wanted.map(put) {
        future.await;
    }
    put(2).defer();
}

fn main() {
    post(Some(3)).get_result();
}

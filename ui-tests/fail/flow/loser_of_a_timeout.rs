//! A future that is given to a time limit is dropped when time is up.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn of_tokio() -> Option<u32> {
    let future = put(1);
    tokio::time::timeout(Duration::from_secs(1), future).await.ok()
}

#[toplevel]
async fn of_tokio_at_once() -> Option<u32> {
    tokio::time::timeout(Duration::from_secs(1), put(1)).await.ok()
}

#[toplevel]
async fn of_ours_and_then_dropped() -> Option<u32> {
    match put(1).timeout(Duration::from_secs(1)).await {
        Ok(result) => Some(result),
        Err(late) => {
            println!("{late}");
            None
        }
    }
}

fn main() {}

//! A name that begins with an underscore keeps what is no future until the end of the block.

use std::sync::Mutex;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn post(lock: &Mutex<u32>) -> u32 {
    let _profile = put(1).await;
    let sum = put(2).await;
    let _guard = lock.lock();
    sum
}

fn main() {
    assert_eq!(post(&Mutex::new(0)), 2);
}

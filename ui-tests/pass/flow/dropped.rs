//! `cancel` and `defer` say what `drop` would leave open; other things may be dropped.

use std::sync::Mutex;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
async fn post() -> u32 {
    put(1).cancel();
    let user = put(2);
    user.defer();
    let count = Mutex::new(put(3).await);
    let locked = count.lock();
    drop(locked);
    let text = String::from("text");
    std::mem::drop((text, 1));
    count.into_inner().unwrap()
}

fn main() {
    assert_eq!(tasklet_core::block_on(post()), 3);
}

//! An `Option` that may hold a future is dropped, or only asked.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn only_asked(wanted: bool) -> bool {
    let future = wanted.then(|| put(1));
    future.is_some()
}

#[tasklet]
async fn taken_on_one_branch(wanted: bool, now: bool) -> u32 {
    let future = if wanted { Some(put(1)) } else { None };
    if now {
        match future {
            Some(future) => return future.await,
            None => return 0,
        }
    }
    1
}

fn main() {}

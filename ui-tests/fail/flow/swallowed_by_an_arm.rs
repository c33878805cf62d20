//! A pattern swallows the future: `Some(_)`, `Ok(_)`, `_`.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn try_put(key: u32) -> Result<TaskletFuture<u32>, String> {
    Ok(put(key))
}

#[toplevel]
async fn some(wanted: bool) -> u32 {
    match wanted.then(|| put(1)) {
        Some(_) => 1,
        None => 0,
    }
}

#[toplevel]
async fn ok() -> bool {
    if let Ok(_) = try_put(1) { true } else { false }
}

#[toplevel]
async fn anything() -> u32 {
    match put(1) {
        _ => 1,
    }
}

#[toplevel]
async fn the_rest(count: u32) -> u32 {
    match (count, put(1)) {
        (0, future) => future.await,
        (_, _) => count,
    }
}

fn main() {}

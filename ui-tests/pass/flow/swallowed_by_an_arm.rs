//! Patterns that swallow nothing that is owed: `None`, `Err(_)`, `_` behind `Some(future)`.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn try_put(key: u32) -> Result<TaskletFuture<u32>, String> {
    if key == 0 { Err("no key".to_owned()) } else { Ok(put(key)) }
}

#[toplevel]
async fn some(wanted: bool) -> u32 {
    match wanted.then(|| put(1)) {
        Some(future) => future.await,
        _ => 0,
    }
}

#[toplevel]
async fn ok(key: u32) -> u32 {
    match try_put(key) {
        Ok(future) => future.await,
        Err(_) => 0,
    }
}

#[toplevel]
async fn looked_at(wanted: bool) -> u32 {
    let future = wanted.then(|| put(1));
    let count = match &future {
        Some(_) => 1,
        None => 0,
    };
    match future {
        Some(future) => count + future.await,
        None => count,
    }
}

#[toplevel]
async fn the_rest(count: u32) -> u32 {
    match (count, put(1)) {
        (0, future) => future.await,
        (_, future) => future.await + count,
    }
}

#[toplevel]
async fn results(key: u32) -> u32 {
    let fetched = try_put(key).map(TaskletFuture::get_result);
    match fetched {
        Ok(_) => 1,
        Err(_) => 0,
    }
}

#[synctasklet]
async fn main() {
    assert_eq!((some(true).await, some(false).await), (1, 0));
    assert_eq!((ok(1).await, ok(0).await), (1, 0));
    assert_eq!((looked_at(true).await, the_rest(1).await), (2, 2));
    assert_eq!(results(1).await, 1);
}

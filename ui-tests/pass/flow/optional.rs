//! An `Option` that may hold a future is taken apart on each path.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn if_there_is_one(wanted: bool) -> u32 {
    let future = wanted.then(|| put(1));
    if let Some(future) = future { future.await } else { 0 }
}

#[tasklet]
async fn in_each_arm(wanted: bool) -> u32 {
    let future = if wanted { Some(put(1)) } else { None };
    match future {
        Some(future) => future.await,
        None => 0,
    }
}

#[tasklet]
async fn asked_first(future: Option<TaskletFuture<u32>>) -> u32 {
    if future.is_none() {
        return 0;
    }
    future.expect("it was asked").await
}

#[tasklet]
async fn taken_out(wanted: bool) -> u32 {
    let mut future = None;
    if wanted {
        future = Some(put(1));
    }
    let Some(future) = future.take() else { return 0 };
    future.await
}

#[tasklet]
async fn mapped(wanted: bool) -> Option<u32> {
    let future = wanted.then(|| put(1));
    future.map(TaskletFuture::get_result)
}

fn main() {
    assert_eq!(if_there_is_one(true).get_result(), 1);
    assert_eq!(in_each_arm(false).get_result(), 0);
    assert_eq!(asked_first(Some(put(2))).get_result(), 2);
    assert_eq!(taken_out(true).get_result(), 1);
    assert_eq!(mapped(true).get_result(), Some(1));
}

//! A future that has no name is used up; what is asked by reference has one.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> bool {
    put(1).map(|key| println!("{key} is there")).defer();
    let futures = vec![put(3), put(4)];
    let count = futures.len();
    let future = put(5);
    let is_done = future.done();
    let sum: u32 = futures.join_all().await.iter().sum();
    let text = put(6).await.to_string().len();
    future.await == 5 && count == 2 && sum == 7 && text == 1 && is_done
}

fn main() {
    assert!(post().get_result());
}

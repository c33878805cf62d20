//! The twins of `fail/must_use`: each way to use a future up.
#![deny(unused_must_use)]

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet(?Send)]
async fn put_local(key: u32) -> u32 {
    key
}

#[tasklet]
async fn post() -> Result<u32, String> {
    put(0).defer();
    put(0).cancel();
    let sum = put(1).await? + put(2).into_future().await?;
    let shared = put(3).shared().await?;
    let (a, b) = try_join!(put(4), put(5))?;
    let list = vec![put(6), put(7)].try_join_all().await?;
    let in_time = match put(8).timeout(Duration::from_secs(60)).await {
        Ok(result) => result?,
        Err(late) => late.into_inner().await?,
    };
    Ok(sum + shared + a + b + list.into_iter().sum::<u32>() + in_time)
}

fn main() {
    assert_eq!(post().get_result(), Ok(36));
    assert_eq!(put_local(1).get_result(), 1);
}

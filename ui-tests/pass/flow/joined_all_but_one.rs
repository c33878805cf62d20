//! All futures are joined, or the one that is left out is deferred.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[toplevel]
async fn by_try_join() -> Result<(u32, u32, u32), String> {
    let (user, profile, log) = (put(1), put(2), put(3));
    try_join!(user, profile, log)
}

#[toplevel]
async fn by_join() -> bool {
    let user = put(1);
    let profile = put(2);
    let log = put(3);
    let (user, profile) = join!(user, profile);
    log.defer();
    user.is_ok() && profile.is_ok()
}

#[toplevel]
async fn by_a_list() -> Result<u32, String> {
    let (user, profile, log) = (put(1), put(2), put(3));
    let results = vec![user, profile, log].try_join_all().await?;
    Ok(results.into_iter().sum())
}

#[synctasklet]
async fn main() {
    assert_eq!(by_try_join().await, Ok((1, 2, 3)));
    assert!(by_join().await);
    assert_eq!(by_a_list().await, Ok(6));
}

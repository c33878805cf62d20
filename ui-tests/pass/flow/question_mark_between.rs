//! Futures are awaited together, and only then a `?` returns.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet]
async fn post() -> Result<u32, String> {
    let (user, profile) = (put(1), put(2));
    let (user, profile) = try_join!(user, profile)?;
    Ok(user + profile)
}

#[tasklet]
async fn one_after_the_other() -> Result<u32, String> {
    let (user, profile) = (put(1), put(2));
    let (user, profile) = (user.await, profile.await);
    Ok(user? + profile?)
}

fn main() {
    assert_eq!(post().get_result(), Ok(3));
    assert_eq!(one_after_the_other().get_result(), Ok(3));
}

//! Some futures are joined, and one is left out.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[toplevel]
async fn by_try_join() -> Result<(u32, u32), String> {
    let (user, profile, log) = (put(1), put(2), put(3));
    try_join!(user, profile)
}

#[toplevel]
async fn by_join() -> bool {
    let user = put(1);
    let profile = put(2);
    let log = put(3);
    let (user, profile) = join!(user, profile);
    user.is_ok() && profile.is_ok() && log.done()
}

#[toplevel]
async fn by_a_list() -> Result<u32, String> {
    let (user, profile, log) = (put(1), put(2), put(3));
    let results = vec![user, profile].try_join_all().await?;
    Ok(results.into_iter().sum())
}

fn main() {}

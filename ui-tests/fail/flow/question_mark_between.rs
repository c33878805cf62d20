//! A `?` between the start and the await may return first.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet]
async fn post() -> Result<u32, String> {
    let profile = put(1);
    let user = put(2).await?;
    Ok(user + profile.await?)
}

#[tasklet]
async fn one_after_the_other() -> Result<u32, String> {
    let (user, profile) = (put(1), put(2));
    Ok(user.await? + profile.await?)
}

fn main() {}

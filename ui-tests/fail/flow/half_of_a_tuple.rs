//! One half of a pair is awaited, and the other, whichever it is, is not.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn the_first_by_name() -> u32 {
    let (user, profile) = (put(1), put(2));
    user.await
}

#[synctasklet]
async fn the_second_by_its_number() -> u32 {
    let both = (put(1), put(2));
    both.1.await
}

#[synctasklet]
async fn the_first_by_a_pattern() -> u32 {
    let (user, _) = (put(1), put(2));
    user.await
}

#[synctasklet]
async fn the_second_by_a_pattern() -> u32 {
    let both = (1, (put(1), put(2)));
    let (count, (_, profile)) = both;
    count + profile.await
}

fn main() {}

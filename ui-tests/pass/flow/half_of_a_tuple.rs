//! Both halves of a pair are awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn by_name() -> u32 {
    let (user, profile) = (put(1), put(2));
    user.await + profile.await
}

#[synctasklet]
async fn by_number() -> u32 {
    let both = (put(1), put(2));
    both.1.await + both.0.await
}

#[synctasklet]
async fn as_a_whole() -> u32 {
    let both = (put(1), put(2));
    let (one, two) = both.join_all().await;
    one + two
}

#[synctasklet]
async fn what_is_no_future_may_be_left() -> u32 {
    let started = (1, put(1), "text");
    let (_, future, _) = started;
    let (later, ..) = (put(2), 3, 4);
    future.await + later.await
}

fn main() {
    assert_eq!((by_name(), by_number()), (3, 3));
    assert_eq!((as_a_whole(), what_is_no_future_may_be_left()), (3, 3));
}

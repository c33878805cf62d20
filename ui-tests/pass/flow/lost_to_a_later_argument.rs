//! The argument that may fail is made first.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn sum(one: TaskletFuture<u32>, two: u32) -> u32 {
    one.await + two
}

#[tasklet]
async fn sum_behind(two: u32, one: TaskletFuture<u32>) -> u32 {
    one.await + two
}

#[must_await]
async fn before(text: &str) -> Result<u32, std::num::ParseIntError> {
    let two = text.parse()?;
    Ok(sum(put(1), two).await)
}

#[must_await]
async fn in_place(text: &str) -> Result<u32, std::num::ParseIntError> {
    Ok(sum_behind(text.parse()?, put(1)).await)
}

#[must_await]
async fn of_a_tuple(text: &str) -> Result<u32, std::num::ParseIntError> {
    let (number, future) = (text.parse::<u32>()?, put(1));
    Ok(future.await + number)
}

#[synctasklet]
async fn main() {
    assert_eq!(before("1").await, Ok(2));
    assert_eq!(in_place("1").await, Ok(2));
    assert_eq!(of_a_tuple("1").await, Ok(2));
}

//! Arguments are made one after the other: the `?` of a later one drops an earlier one.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn sum(one: TaskletFuture<u32>, two: u32) -> u32 {
    one.await + two
}

#[must_await]
async fn of_a_call(text: &str) -> Result<u32, std::num::ParseIntError> {
    let one = put(1);
    Ok(sum(one, text.parse()?).await)
}

#[must_await]
async fn made_in_place(text: &str) -> Result<u32, std::num::ParseIntError> {
    Ok(sum(put(1), text.parse()?).await)
}

#[must_await]
async fn of_a_tuple(text: &str) -> Result<u32, std::num::ParseIntError> {
    let (future, number) = (put(1), text.parse::<u32>()?);
    Ok(future.await + number)
}

fn main() {}

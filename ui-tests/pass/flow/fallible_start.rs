//! A `Result` that may hold a future is taken apart; an `Err` owes nothing.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

fn try_put(key: u32) -> Result<TaskletFuture<u32>, String> {
    if key == 0 { Err("no key".to_owned()) } else { Ok(put(key)) }
}

#[tasklet]
async fn with_a_question_mark() -> Result<u32, String> {
    Ok(try_put(1)?.await)
}

#[tasklet]
async fn in_each_arm(key: u32) -> u32 {
    match try_put(key) {
        Ok(future) => future.await,
        Err(_) => 0,
    }
}

#[tasklet]
async fn without_its_error(key: u32) -> u32 {
    let Some(future) = try_put(key).ok() else { return 0 };
    future.await
}

#[tasklet]
async fn with_its_error_first(key: u32) -> Result<u32, usize> {
    let started = try_put(key);
    match started {
        Err(error) => Err(error.len()),
        Ok(future) => Ok(future.await),
    }
}

fn main() {
    assert_eq!(with_a_question_mark().get_result(), Ok(1));
    assert_eq!(in_each_arm(0).get_result(), 0);
    assert_eq!(without_its_error(2).get_result(), 2);
    assert_eq!(with_its_error_first(0).get_result(), Err(6));
}

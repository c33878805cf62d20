//! A `Result` of a future, taken apart by `?`, and awaited.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

fn try_start(key: u32) -> Result<TaskletFuture<Result<u32, String>>, String> {
    Ok(start(key))
}

#[tasklet]
async fn both() -> Result<u32, String> {
    let one = try_start(1)?;
    let one = one.await?;
    Ok(one + try_start(2)?.await?)
}

fn main() {
    assert_eq!(both().get_result(), Ok(3));
}

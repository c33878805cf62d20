//! A loop over started futures that ends early: the rest of them is dropped.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet]
async fn by_a_question_mark(keys: Vec<u32>) -> Result<u32, String> {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    let mut sum = 0;
    for future in futures {
        sum += future.await?;
    }
    Ok(sum)
}

#[tasklet]
async fn by_a_break() -> u32 {
    let mut sum = 0;
    for (number, future) in [(1, put(1)), (2, put(2))] {
        match future.await {
            Ok(result) => sum += number * result,
            Err(_) => break,
        }
    }
    sum
}

fn main() {}

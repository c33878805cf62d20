//! A `let … else` that returns before the await, or whose pattern swallows the future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn between(text: Option<String>) -> usize {
    let future = put(1);
    let Some(text) = text else { return 0 };
    text.len() + future.await as usize
}

#[tasklet]
async fn swallowed(wanted: bool) -> u32 {
    let Some(_) = wanted.then(|| put(1)) else { return 0 };
    1
}

fn main() {}

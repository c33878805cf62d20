//! What `?` and `ok()` take out of a `Result` is a future, and a statement.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn by_a_question_mark() -> Result<(), String> {
    Ok::<_, String>(start(1))?;
    Ok(())
}

#[tasklet]
async fn by_ok() {
    Ok::<_, String>(start(1)).ok();
}

#[tasklet]
async fn by_unwrap() {
    Ok::<_, String>(start(1)).unwrap();
}

fn main() {}

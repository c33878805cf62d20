//! Each attribute says what it knows.

use tasklet_core::{non_transactional, transactional, transactional_async};

#[transactional_async(retry = 3, retries = 1, retries = 2, read_only, read_only)]
async fn one() -> Result<(), String> {
    Ok(())
}

#[transactional(?Send, on_drop = "cancel")]
async fn two() -> Result<(), String> {
    Ok(())
}

#[non_transactional(?Send, retries = 3)]
fn three() -> u32 {
    3
}

fn main() {
    let _all = (one().get_result(), two(), three());
}

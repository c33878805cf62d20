//! What a transaction starts, it awaits.

use tasklet_core::{tasklet, toplevel, transactional, transactional_async};

#[tasklet]
async fn put(name: String) -> Result<usize, String> {
    Ok(name.len())
}

#[transactional_async(retries = 5)]
async fn copy(name: String) -> Result<usize, String> {
    let first = put(name.clone());
    let second = put(name).await?;
    Ok(first.await? + second)
}

#[transactional]
fn blocking(name: &str) -> Result<(), String> {
    put(name.to_owned());
    Ok(())
}

#[toplevel]
#[transactional_async]
async fn handler(name: String) -> Result<(), String> {
    let put = put(name);
    Ok(())
}

fn main() {
    let _copied = copy(String::new()).get_result();
    let _put = blocking("");
    drop(handler(String::new()));
}

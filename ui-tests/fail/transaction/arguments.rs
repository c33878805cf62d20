//! What the arguments may be.

use tasklet_core::{non_transactional, transactional, transactional_async};

#[transactional_async(retries = "often")]
async fn retries() -> Result<(), String> {
    Ok(())
}

#[transactional_async(propagation = required)]
async fn propagation() -> Result<(), String> {
    Ok(())
}

#[transactional(isolation = snapshot)]
fn isolation() -> Result<(), String> {
    Ok(())
}

#[transactional(read_only = true)]
fn read_only() -> Result<(), String> {
    Ok(())
}

#[transactional(manager)]
fn manager() -> Result<(), String> {
    Ok(())
}

#[non_transactional(allow_existing = "no")]
fn outside() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _all = (retries().get_result(), propagation().get_result());
    let _all = (isolation(), read_only(), manager(), outside());
}

//! `main` returns, and a tasklet's future is no way to do so.

use tasklet_core::transactional_async;

#[transactional_async]
async fn main() -> Result<(), String> {
    Ok(())
}

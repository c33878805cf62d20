//! `main` itself may block until all is done.

use tasklet_core::{synctasklet, tasklet};

#[tasklet]
async fn fetch(number: u32) -> u32 {
    std::future::ready(number).await
}

#[synctasklet]
async fn main() -> Result<(), std::num::ParseIntError> {
    let number = "1".parse()?;
    assert_eq!(fetch(number).await, 1);
    Ok(())
}

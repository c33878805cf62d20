//! `main` as the handler of the whole program.

use tasklet_core::{tasklet, toplevel};

#[tasklet]
async fn fetch(number: u32) -> u32 {
    std::future::ready(number).await
}

#[toplevel]
fn main() {
    assert_eq!(fetch(1).get_result(), 1);
}

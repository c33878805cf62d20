//! A function without a body is for rustc to refuse.

use tasklet_core::tasklet;

#[tasklet]
async fn fetch(id: u32) -> u32;

fn main() {
    fetch(1).get_result();
}

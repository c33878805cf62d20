//! A tasklet has an async body.

use tasklet_core::tasklet;

#[tasklet]
pub fn fetch(id: u32) -> u32 {
    id
}

fn main() {
    let _called: u32 = fetch(1).get_result();
}

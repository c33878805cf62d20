//! A handle is of no use to another language.

use tasklet_core::{tasklet, toplevel};

#[tasklet]
pub extern "C" fn fetch(id: u32) -> u32 {
    id
}

#[toplevel]
pub extern "C" fn handle(id: u32) -> u32 {
    id
}

fn main() {
    fetch(1).get_result();
    handle(1);
}

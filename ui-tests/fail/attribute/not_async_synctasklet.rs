//! A synctasklet has an async body.

use tasklet_core::synctasklet;

#[synctasklet]
pub fn fetch(id: &u32) -> u32 {
    *id
}

fn main() {
    let _called: u32 = fetch(&1);
}

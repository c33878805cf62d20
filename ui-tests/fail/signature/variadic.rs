//! Arguments that have no names cannot be kept.

use tasklet_core::toplevel;

#[toplevel]
pub unsafe extern "C" fn handle(id: u32, _: ...) -> u32 {
    id
}

fn main() {}

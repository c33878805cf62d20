//! Nothing runs at compile time.

use tasklet_core::toplevel;

#[toplevel]
const fn handle(number: u32) -> u32 {
    number
}

fn main() {
    handle(1);
}

//! A handler that blocks cannot be dropped, nor sent.

use tasklet_core::toplevel;

#[toplevel(?Send, on_drop = "cancel")]
fn handle(text: &str) -> usize {
    text.len()
}

fn main() {
    handle("");
}

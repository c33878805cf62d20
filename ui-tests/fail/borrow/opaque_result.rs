//! What a refused function would have returned is still known to its callers.

use std::fmt::Display;

use tasklet_core::tasklet;

#[tasklet]
async fn fetch(name: &str) -> impl Display {
    name.len()
}

fn main() {
    println!("{}", fetch("").get_result());
}

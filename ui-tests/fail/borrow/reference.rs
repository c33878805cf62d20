//! A tasklet owns its parameters.

use tasklet_core::tasklet;

#[tasklet]
async fn shared(name: &str) -> usize {
    name.len()
}

#[tasklet]
async fn exclusive(list: &mut Vec<u32>, mut more: Vec<u32>) {
    list.append(&mut more);
}

#[tasklet]
async fn two(name: &str, other: &str) -> usize {
    name.len() + other.len()
}

fn main() {
    shared("").get_result();
    exclusive(&mut Vec::new(), Vec::new()).get_result();
    two("", "").get_result();
}

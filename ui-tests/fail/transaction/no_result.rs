//! A commit may fail, and somebody must hear of it.

use tasklet_core::{non_transactional, transactional, transactional_async};

#[transactional_async]
async fn put(name: String) -> usize {
    name.len()
}

#[transactional]
fn clear() {}

#[transactional_async]
async fn parse(text: String) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

#[non_transactional(allow_existing = false)]
async fn count(text: String) -> Option<usize> {
    Some(text.len())
}

fn main() {
    put(String::new()).get_result();
    clear();
    let _parsed = parse(String::new()).get_result();
    count(String::new()).get_result();
}

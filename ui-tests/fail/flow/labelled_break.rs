//! A `break` and a `continue` that leave an outer loop, past the future that it holds.

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(key).await
}

#[must_await]
fn search(pages: &[Vec<u32>]) -> u32 {
    let mut sum = 0;
    'pages: for page in pages {
        let total = fetch(page.len() as u32);
        for key in page {
            match key {
                0 => break 'pages,
                1 => continue 'pages,
                _ => sum += key,
            }
        }
        sum += total.get_result();
    }
    sum
}

fn main() {}

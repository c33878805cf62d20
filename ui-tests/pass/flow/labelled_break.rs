//! A `break` of an inner loop, and of a block, after which the future is waited for.

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
        'page: for key in page {
            match key {
                0 => {
                    sum += total.get_result();
                    break 'pages;
                }
                1 => break 'page,
                _ => sum += key,
            }
        }
        sum += 'total: {
            if sum == 0 {
                break 'total total.get_result();
            }
            1 + total.get_result()
        };
    }
    sum
}

fn main() {
    assert_eq!(search(&[vec![2, 1, 2], vec![2, 0], vec![5]]), 10);
}

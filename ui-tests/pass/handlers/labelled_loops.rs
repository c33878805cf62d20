//! Loops in loops, with labels, in which futures are settled before each jump.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

#[must_await]
async fn grid(rows: &[Vec<u32>]) -> Option<(usize, u32)> {
    let found = 'rows: {
        for (number, row) in rows.iter().enumerate() {
            let total = fetch(row.iter().sum());
            'cells: for &cell in row {
                let value = fetch(cell);
                match value.await {
                    0 => continue 'cells,
                    1 => break 'cells,
                    7 => {
                        total.defer();
                        break 'rows Some((number, cell));
                    }
                    _ => {}
                }
            }
            if total.await == 0 {
                break 'rows None;
            }
        }
        None
    };
    found
}

#[must_await]
async fn pages() -> Vec<u32> {
    let mut seen = Vec::new();
    let mut page = fetch(0);
    'pages: loop {
        let number = page.await;
        page = fetch(number + 1);
        for row in 0..3 {
            if row == number {
                continue 'pages;
            }
            if 3 < number {
                break 'pages;
            }
            seen.push(10 * number + row);
        }
    }
    seen.push(page.await);
    seen
}

#[must_await]
async fn value_of_a_loop(mut key: u32) -> u32 {
    let future = loop {
        let future = fetch(key);
        if future.done() {
            break future;
        }
        future.cancel();
        key += 1;
    };
    let other = 'start: {
        if key == 1 {
            break 'start fetch(10);
        }
        fetch(20)
    };
    future.await + other.await
}

#[must_await]
async fn while_and_for(limit: u32) -> u32 {
    let (mut sum, mut key) = (0, 0);
    while sum < limit {
        let future = fetch(key);
        key += 1;
        if key % 2 == 0 {
            sum += future.await;
            continue;
        }
        future.defer();
        for _ in 0..key {
            sum += fetch(1).await;
        }
    }
    sum
}

#[synctasklet]
async fn main() {
    assert_eq!(grid(&[vec![0, 2], vec![3, 7]]).await, Some((1, 7)));
    assert_eq!(pages().await.len(), 7);
    assert_eq!(value_of_a_loop(1).await, 11);
    assert_eq!(while_and_for(5).await, 5);
}

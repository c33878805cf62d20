//! NDB's counter in a transaction: read, change, write, and once more on contention.
#![forbid(warnings)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tasklet_core::prelude::*;

const RETRIES_MAX: u32 = 3;

#[derive(Debug, PartialEq)]
enum Failure {
    Contention,
    GivenUp { after: u32 },
}

#[tasklet]
async fn read(counter: Arc<AtomicU32>) -> u32 {
    std::future::ready(()).await;
    counter.load(Ordering::Relaxed)
}

#[tasklet]
async fn commit(counter: Arc<AtomicU32>, from: u32, to: u32) -> Result<u32, Failure> {
    std::future::ready(()).await;
    if to % 2 == 1 {
        // Somebody else was first.
        counter.fetch_add(1, Ordering::Relaxed);
        return Err(Failure::Contention);
    }
    let changed = counter.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    changed.map(|_| to).map_err(|_| Failure::Contention)
}

#[tasklet]
async fn update_counter(counter: Arc<AtomicU32>) -> Result<u32, Failure> {
    for attempt in 1.. {
        let value = read(counter.clone()).await;
        let future = commit(counter.clone(), value, value + 1);
        match future.await {
            Ok(value) => return Ok(value),
            Err(Failure::Contention) if attempt < RETRIES_MAX => {
                sleep(std::time::Duration::from_millis(1)).await;
            }
            Err(_) => return Err(Failure::GivenUp { after: attempt }),
        }
    }
    unreachable!("the loop has no end")
}

#[tasklet]
async fn until_it_works(counter: Arc<AtomicU32>) -> u32 {
    let mut future = update_counter(counter.clone());
    loop {
        future = match future.await {
            Ok(value) => break value,
            Err(_) => update_counter(counter.clone()),
        };
    }
}

fn main() {
    let counter = Arc::new(AtomicU32::new(0));
    assert_eq!(update_counter(counter.clone()).get_result(), Ok(2));
    assert_eq!(until_it_works(counter).get_result(), 4);
}

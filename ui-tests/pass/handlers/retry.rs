//! Loops that try again: each attempt is awaited before the next is started.
#![forbid(warnings)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tasklet_core::prelude::*;

static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

#[tasklet]
async fn flaky() -> Result<u32, &'static str> {
    std::future::ready(()).await;
    let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed) + 1;
    if attempt.is_multiple_of(3) { Ok(attempt) } else { Err("not yet") }
}

#[tasklet]
async fn at_most(limit: u32) -> Result<u32, &'static str> {
    let mut last = Err("no attempt");
    for attempt in 0..limit {
        let future = flaky();
        last = future.await;
        if last.is_ok() {
            break;
        }
        sleep(Duration::from_millis(1 << attempt)).await;
    }
    last
}

#[tasklet]
async fn for_ever() -> u32 {
    loop {
        match flaky().await {
            Ok(attempt) => return attempt,
            Err(_) => continue,
        }
    }
}

#[tasklet]
async fn with_a_value_of_the_loop() -> u32 {
    let mut delay = Duration::from_millis(1);
    let attempt = loop {
        let future = flaky();
        if let Ok(attempt) = future.await {
            break attempt;
        }
        sleep(delay).await;
        delay *= 2;
    };
    attempt
}

#[tasklet]
async fn with_a_limit_for_each() -> Option<u32> {
    for _ in 0..5 {
        let future = flaky();
        match future.timeout(Duration::from_secs(60)).await {
            Ok(Ok(attempt)) => return Some(attempt),
            Ok(Err(_)) => {}
            Err(late) => late.into_inner().cancel(),
        }
    }
    None
}

#[tasklet]
async fn the_same_again_when_late() -> Result<u32, &'static str> {
    let mut future = flaky();
    loop {
        match future.timeout(Duration::from_secs(60)).await {
            Ok(result) => return result,
            Err(late) => future = late.into_inner(),
        }
    }
}

fn main() {
    assert_eq!(at_most(5).get_result(), Ok(3));
    assert_eq!(for_ever().get_result(), 6);
    assert_eq!(with_a_value_of_the_loop().get_result(), 9);
    assert_eq!(with_a_limit_for_each().get_result(), Some(12));
    assert_eq!(the_same_again_when_late().get_result(), Err("not yet"));
}

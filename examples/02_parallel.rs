//! Two calls in a row run in parallel, a thousand do, and the first error is the one that counts.

use std::time::{Duration, Instant};

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(page: u32) -> Result<u32, String> {
    sleep(Duration::from_millis(100)).await;
    if page % 10 == 7 { Err(format!("page {page} is gone")) } else { Ok(page) }
}

/// Blocks its caller, and is an async function inside.
#[synctasklet]
async fn run() -> Result<(), String> {
    let (one, two) = (fetch(1), fetch(2));
    let (one, two) = try_join!(one, two)?;
    println!("fetched {one} and {two}");

    let pages: Vec<_> = (0..1000).map(fetch).collect();
    let all = pages.try_join_all().await.map(|pages| pages.len());
    println!("a thousand at once: {all:?}");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an example may look at the clock")]
fn main() -> Result<(), String> {
    let start = Instant::now();
    run()?;
    println!("1002 pages, 100 ms each, in {:?}", start.elapsed());
    Ok(())
}

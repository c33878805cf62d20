//! The small tasklets of NDB's documentation: good ones, safe ones, batches.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic)]

use tasklet_core::prelude::*;

#[tasklet]
async fn get_by_id(id: u32) -> Result<Option<String>, Timeout> {
    std::future::ready(()).await;
    match id {
        0 => Err(Timeout),
        404 => Ok(None),
        _ => Ok(Some(format!("user {id}"))),
    }
}

#[derive(Debug)]
struct Timeout;

#[tasklet]
async fn good_tasklet() -> &'static str {
    // Awaited, and its result is nobody's business.
    let _ = get_by_id(1).await;
    "Done"
}

#[tasklet]
async fn safe_tasklet(id: u32) -> Option<String> {
    let user = get_by_id(id);
    match user.await {
        Ok(user) => user,
        Err(Timeout) => None,
    }
}

#[tasklet]
async fn batch() -> Result<Vec<Option<String>>, Timeout> {
    // Start all, then wait for all.
    let f1 = get_by_id(1);
    let f2 = get_by_id(2);
    let f3 = get_by_id(404);
    let (u1, u2, u3) = try_join!(f1, f2, f3)?;
    Ok(vec![u1, u2, u3])
}

/// `foo` of the module's documentation: two awaits, one sum.
#[tasklet]
async fn foo() -> usize {
    let a = good_tasklet().await;
    let b = safe_tasklet(1).await;
    a.len() + b.map_or(0, |user| user.len())
}

fn blocking() -> usize {
    let f = foo();
    f.get_result()
}

#[tasklet]
async fn forty_two() -> u32 {
    42
}

fn main() {
    assert_eq!(blocking(), 10);
    assert_eq!(forty_two().get_result(), 42);
    assert!(safe_tasklet(0).get_result().is_none());
    assert_eq!(batch().get_result().unwrap().into_iter().flatten().count(), 2);
}

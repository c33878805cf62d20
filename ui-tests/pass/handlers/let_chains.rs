//! Let chains and `let … else`, in which futures are taken out last or settled first.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic)]

use std::collections::HashMap;

use tasklet_core::prelude::*;

struct Session {
    user: Option<u32>,
    token: String,
}

#[tasklet]
async fn fetch(key: u32) -> Option<Session> {
    std::future::ready(()).await;
    (key != 0).then(|| Session { user: Some(key), token: "t".repeat(key as usize) })
}

#[toplevel]
async fn several_conditions(headers: HashMap<&'static str, u32>) -> Option<u32> {
    if let Some(&key) = headers.get("session")
        && key < 100
        && let Some(session) = fetch(key).await
        && let Session { user: Some(user), token } = session
        && !token.is_empty()
    {
        let other = fetch(user);
        return other.await?.user;
    }
    None
}

#[toplevel]
async fn the_future_comes_last(key: u32, running: Option<TaskletFuture<u32>>) -> u32 {
    let again = (key == 3).then(|| fetch(key));
    let mut sum = match running {
        Some(running) if !running.done() => running.await,
        Some(running) => running.await + 1,
        None => 0,
    };
    if let Some(future) = again
        && let Some(session) = future.await
    {
        sum += session.user.unwrap_or_default();
    }
    sum
}

#[toplevel]
async fn one_else_after_the_other(headers: HashMap<&'static str, u32>) -> Result<u32, u16> {
    let Some(&key) = headers.get("session") else { return Err(401) };
    let log = fetch(1);
    let Some(session) = fetch(key).await else {
        log.defer();
        return Err(403);
    };
    let (Some(_), Session { user: Some(user), .. }) = (log.await, session) else {
        return Err(500);
    };
    Ok(user)
}

#[toplevel]
async fn in_while(mut keys: Vec<u32>) -> u32 {
    let mut count = 0;
    while let Some(key) = keys.pop()
        && let future = fetch(key)
        && let Some(session) = future.await
        && session.user != Some(9)
    {
        count += 1;
    }
    count
}

#[synctasklet]
async fn main() {
    let headers = HashMap::from([("session", 3)]);
    assert_eq!(several_conditions(headers.clone()).await, Some(3));
    assert_eq!(the_future_comes_last(3, Some(TaskletFuture::ready(2))).await, 6);
    assert_eq!(one_else_after_the_other(headers).await, Ok(3));
    assert_eq!(one_else_after_the_other(HashMap::new()).await, Err(401));
    assert_eq!(in_while(vec![1, 9, 2, 3]).await, 2);
}

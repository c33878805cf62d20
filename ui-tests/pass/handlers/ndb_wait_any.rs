//! NDB's `wait_any`: the first answer wins, the others are stopped or go on.
#![forbid(warnings)]

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn urlfetch(host: &'static str, millis: u64) -> Result<String, String> {
    sleep(Duration::from_millis(millis)).await;
    if host.is_empty() { Err("no host".to_owned()) } else { Ok(host.to_owned()) }
}

#[toplevel]
async fn fastest(hosts: Vec<(&'static str, u64)>) -> Option<String> {
    let futures: Vec<_> = hosts.into_iter().map(|(host, millis)| urlfetch(host, millis)).collect();
    let (first, rest) = wait_any(futures).await?;
    rest.into_iter().for_each(TaskletFuture::cancel);
    first.await.ok()
}

#[toplevel]
async fn first_that_works(hosts: Vec<(&'static str, u64)>) -> Result<String, usize> {
    let mut waiting: Vec<_> = hosts.into_iter().map(|(host, wait)| urlfetch(host, wait)).collect();
    let mut failures = 0;
    while let Some((first, rest)) = wait_any(waiting).await {
        match first.await {
            Ok(answer) => {
                for other in rest {
                    other.defer();
                }
                return Ok(answer);
            }
            Err(_) => failures += 1,
        }
        waiting = rest;
    }
    Err(failures)
}

#[toplevel]
async fn in_order_of_arrival(hosts: Vec<(&'static str, u64)>) -> Vec<String> {
    let futures = hosts.into_iter().map(|(host, millis)| urlfetch(host, millis));
    let mut race = wait_any(futures);
    let mut answers = Vec::new();
    loop {
        let Some((first, rest)) = race.await else { break };
        answers.extend(first.await);
        race = wait_any(rest);
    }
    answers
}

#[synctasklet]
async fn main() {
    assert_eq!(fastest(vec![("slow", 50), ("fast", 1)]).await.as_deref(), Some("fast"));
    assert_eq!(first_that_works(vec![("", 1), ("ok", 5)]).await.as_deref(), Ok("ok"));
    assert_eq!(first_that_works(vec![("", 1)]).await, Err(1));
    assert_eq!(in_order_of_arrival(vec![("b", 5), ("a", 1), ("", 2)]).await, ["a", "b"]);
}

//! Paths that never come back: they owe nothing, since the toplevel waits all the same.
#![forbid(unused, unreachable_code)]

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

fn die(reason: &str) -> ! {
    panic!("{reason}")
}

#[must_await]
fn checked(text: Option<&str>) -> u32 {
    let future = fetch(1);
    let Some(text) = text else {
        panic!("no text");
    };
    if text.is_empty() {
        unreachable!("it was looked at before");
    }
    if text == "exit" {
        std::process::exit(3);
    }
    if text == "abort" {
        std::process::abort();
    }
    future.get_result() + text.len() as u32
}

#[must_await]
async fn for_ever(key: u32) -> u32 {
    let future = fetch(key);
    if key == 0 {
        loop {
            std::future::pending::<()>().await;
        }
    }
    future.await
}

#[tasklet]
async fn never(key: u32) -> u32 {
    let future = fetch(key);
    let result = match future.await {
        0 => die("zero"),
        other => other,
    };
    assert!(result < 10, "{result}");
    result
}

#[tasklet]
async fn serves() -> std::convert::Infallible {
    loop {
        let future = fetch(1);
        future.await;
        if fetch(2).await == 2 {
            sleep(std::time::Duration::from_secs(3600)).await;
        }
    }
}

#[synctasklet]
async fn main() {
    assert_eq!(checked(Some("four")), 5);
    assert_eq!(for_ever(1).await, 1);
    assert_eq!(never(2).await, 2);
    serves().cancel();
}

//! Macros of all kinds beside futures: those that read them, those that take them, opaque ones.
#![forbid(warnings)]

use tasklet_core::prelude::*;

macro_rules! awaited {
    ($($future:expr),* $(,)?) => {
        [$($future.await),*]
    };
}

macro_rules! start {
    (let $name:ident = $($key:literal)+;) => {
        let $name = vec![$(fetch($key)),+];
    };
}

macro_rules! block_of {
    ({ $($body:tt)* }) => {{ $($body)* }};
}

macro_rules! or_return {
    ($option:expr, $default:expr) => {
        match $option {
            Some(value) => value,
            None => return $default,
        }
    };
}

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

#[tasklet]
async fn taken_by_expressions() -> u32 {
    let (one, two) = (fetch(1), fetch(2));
    let list = vec![one, two, fetch(3)];
    let [four, five] = awaited![fetch(4), fetch(5)];
    let six = fetch(6);
    let [six] = awaited!(six);
    list.join_all().await.len() as u32 + four + five + six
}

#[tasklet]
async fn taken_by_tokens() -> u32 {
    start! { let futures = 1 2 3; }
    let other = fetch(4);
    let sum: u32 = block_of!({
        let other = other.await;
        futures.join_all().await.iter().sum::<u32>() + other
    });
    sum
}

#[tasklet]
async fn only_read() -> u32 {
    let future = fetch(1);
    let text = format!("{:?}", future);
    assert!(!text.is_empty(), "{future:?}");
    assert_ne!(future.done(), text.is_empty());
    debug_assert!(matches!(future.state(), tasklet_core::State::Finished));
    eprintln!("{} {name}", text.len(), name = future.done());
    future.await
}

#[tasklet]
async fn returns_before_the_start(key: Option<u32>) -> u32 {
    let key = or_return!(key, 0);
    let future = fetch(key);
    future.await
}

#[tasklet]
async fn never_comes_back(key: u32) -> u32 {
    let future = fetch(key);
    match key {
        0 => unreachable!("zero"),
        1 => future.await,
        2 if cfg!(any()) => unreachable!(),
        _ => panic!("{key} is large"),
    }
}

fn main() {
    assert_eq!(taken_by_expressions().get_result(), 18);
    assert_eq!(taken_by_tokens().get_result(), 10);
    assert_eq!(only_read().get_result(), 1);
    assert_eq!(returns_before_the_start(None).get_result(), 0);
    assert_eq!(never_comes_back(1).get_result(), 1);
}

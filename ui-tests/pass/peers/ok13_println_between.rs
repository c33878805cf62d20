//! Macros of std between the start and the await, some of which name the future.

use std::fmt::Write;

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let future = start(1);
    println!("between {}", 1);
    println!("{future:?} {:?}", future.state());
    let mut text = String::new();
    write!(text, "{:?}", future.done()).expect("a string has room");
    assert!(matches!(future.state(), tasklet_core::State::Finished), "{text}");
    debug_assert_eq!(format!("{}", text.len()), "4");
    assert_eq!(future.await, 1);
}

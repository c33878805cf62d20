//! A toplevel waits for what its body has left behind, and tells what went wrong unseen.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn log_visit(visitor: u32) -> Result<(), String> {
    sleep(Duration::from_millis(10)).await;
    println!("  visit of {visitor} is in the log");
    if visitor == 2 { Err("the log is full".to_owned()) } else { Ok(()) }
}

/// Like every handler with `#[toplevel]`, it answers after both visits are in the log.
#[toplevel]
fn handler() -> &'static str {
    log_visit(1).defer();
    log_visit(2).defer();
    println!("  the body is at its end");
    "welcome"
}

fn main() {
    println!("calling the handler");
    let answer = handler();
    println!("its answer is there: {answer}");
}

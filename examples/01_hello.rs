//! A tasklet in a plain `main`: calling it starts it, `get_result` waits for it.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn greet(name: &'static str) -> String {
    println!("{name}'s greeting is started");
    sleep(Duration::from_millis(10)).await;
    format!("Hello, {name}!")
}

fn main() {
    let greeting = greet("Guido");
    println!("main goes on, and waits only now");
    println!("{}", greeting.get_result());
}

//! The work of a tasklet may move between threads.

use std::future::ready;
use std::rc::Rc;

use tasklet_core::tasklet;

#[tasklet]
async fn across_await() -> usize {
    let shared = Rc::new(1);
    ready(()).await;
    Rc::strong_count(&shared)
}

#[tasklet]
async fn parameter(shared: Rc<u32>) -> u32 {
    ready(()).await;
    *shared
}

fn main() {}

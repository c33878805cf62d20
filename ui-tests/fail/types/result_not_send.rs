//! The result of a tasklet may move between threads.

use std::future::ready;
use std::rc::Rc;

use tasklet_core::tasklet;

#[tasklet]
async fn result() -> Rc<u32> {
    ready(()).await;
    Rc::new(1)
}

fn main() {}
